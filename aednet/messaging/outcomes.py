"""What becomes of an attempt: what the provider answered, called back, or says when asked."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from aednet.base.errors import NotFound
from aednet.base.logs import log
from aednet.messaging.circuits import open_circuit
from aednet.messaging.claims import Claim
from aednet.messaging.gateway import Accepted
from aednet.messaging.models import SmsAttempt, SmsEvent
from aednet.messaging.rules import (
    IN_FLIGHT,
    LIVE,
    PROVIDER_STATES,
    STANDING,
    AttemptState,
    Reason,
    State,
    raised,
)
from aednet.messaging.sending import Outcome
from aednet.messaging.spending import account_for
from aednet.messaging.standing import insert_for, move, with_carried
from aednet.messaging.suppressions import note_suppression
from aednet.messaging.terms import Terms, route_of
from aednet.messaging.verdicts import Action, History, NextStep, next_step, verdict_of

POLL_AFTER: Final = timedelta(hours=1)


class Heard(StrEnum):
    """What came of a status."""

    NEW = "new"
    KNOWN = "known"  # it changes nothing
    ODD = "odd"  # it does not fit what is known


def record(
    session: Session, terms: Terms, claimed: Claim, outcome: Outcome, *, now: datetime, jitter: float
) -> None:
    """Write down what came of sending. `jitter` in [0, 1) spreads those who back off."""
    attempt = hold_attempt(session, SmsAttempt.uuid == claimed.attempt)
    if attempt is None or attempt.owner != claimed.owner:
        log.error("attempt is somebody else's", attempt=claimed.attempt)
        return
    if isinstance(outcome, Accepted):
        hear(session, terms, attempt, outcome, now=now, jitter=jitter)
    elif attempt.state not in IN_FLIGHT:
        log.info("a callback knew more than the answer", attempt=attempt.uuid)
    elif outcome.action is Action.RECONCILE:
        put_in_doubt(session, terms, attempt, now=now)
    else:
        _refuse(session, terms, attempt, outcome.action, outcome.code, now=now, jitter=jitter)


def apply_status(
    session: Session,
    terms: Terms,
    *,
    attempt: str | None,
    sid: str,
    status: str,
    error_code: int | None,
    now: datetime,
    jitter: float,
) -> Heard:
    """Take in a status callback, for the attempt that its address names, else for the one with this sid.

    Early, late, repeated and reordered ones do no harm.

    Raises:
        NotFound: there is no such attempt; nothing was written.
    """
    found = None if attempt is None else hold_attempt(session, SmsAttempt.uuid == attempt)
    if found is None and attempt is None:
        found = hold_attempt(session, SmsAttempt.sid == sid)
    if found is None:
        raise NotFound("There is no such message.")
    said = Accepted(sid=sid, status=status, error_code=error_code)
    return hear(session, terms, found, said, now=now, jitter=jitter)


def hold_attempt(session: Session, which: ColumnElement[bool]) -> SmsAttempt | None:
    """Return an attempt, and let nobody else change it meanwhile."""
    return session.scalar(
        select(SmsAttempt).where(which).with_for_update().execution_options(populate_existing=True)
    )


def put_in_doubt(session: Session, terms: Terms, attempt: SmsAttempt, *, now: datetime) -> None:
    """Note that nobody knows whether the provider took this on."""
    attempt.state, attempt.changed_at = AttemptState.UNKNOWN, now
    attempt.check_at = now + terms.first_check
    session.flush()
    move(session, with_carried(attempt.reminder_id), State.UNKNOWN, now=now)


def hear(
    session: Session, terms: Terms, attempt: SmsAttempt, said: Accepted, *, now: datetime, jitter: float
) -> Heard:
    """Take in what the provider says of an attempt that is held. A state only ever rises."""
    heard = PROVIDER_STATES.get(said.status, AttemptState.ACCEPTED)  # what has a sid was taken on
    if not _is_of(session, attempt, said.sid):
        log.error("status does not fit", attempt=attempt.uuid, status=said.status)
        return Heard.ODD
    attempt.sid = said.sid
    _remember(session, attempt, said, now=now)
    later = raised(attempt.state, heard)
    if later is attempt.state:
        return Heard.KNOWN
    if attempt.state is AttemptState.RELEASED:
        log.error("taken on after all", attempt=attempt.uuid)
        if later in LIVE and _has_live(session, attempt.reminder_id):
            return Heard.ODD
    account_for(session, attempt, later)
    attempt.state, attempt.changed_at, attempt.phone = later, now, None
    attempt.check_at = now + POLL_AFTER if later in LIVE else None
    if later is AttemptState.FAILED:
        attempt.error_code = said.error_code
        session.flush()
        action = verdict_of(said.error_code).action
        _follow(session, terms, attempt, action, now=now, jitter=jitter)
    else:
        session.flush()
        move(session, with_carried(attempt.reminder_id), STANDING[later], now=now)
    return Heard.NEW


def release(session: Session, attempt: SmsAttempt, *, now: datetime) -> None:
    """Note that the provider did not take an attempt on, and give the money back."""
    account_for(session, attempt, AttemptState.RELEASED)
    attempt.state, attempt.changed_at = AttemptState.RELEASED, now
    attempt.check_at, attempt.phone = None, None
    session.flush()


def _refuse(
    session: Session,
    terms: Terms,
    attempt: SmsAttempt,
    action: Action,
    code: int | None,
    *,
    now: datetime,
    jitter: float,
) -> None:
    attempt.error_code = code
    release(session, attempt, now=now)
    _follow(session, terms, attempt, action, now=now, jitter=jitter)


def _follow(
    session: Session, terms: Terms, attempt: SmsAttempt, action: Action, *, now: datetime, jitter: float
) -> None:
    """Bring the reminder where a verdict leads it."""
    code = attempt.error_code
    history = _history(session, attempt.reminder_id)
    step = next_step(action, history, now=now, hours=terms.hours, jitter=jitter)
    if verdict_of(code).alerts:
        log.error("message refused", gateway=attempt.gateway, country=attempt.country, code=code)
    _rest(session, attempt, step, now=now)
    opted_out = action is Action.SUPPRESS
    if opted_out and attempt.phone_hash is not None:
        note_suppression(session, attempt.phone_hash, reason="provider", now=now)
    values = {} if step.due_at is None else {"due_at": step.due_at}
    move(
        session,
        with_carried(attempt.reminder_id),
        step.state,
        now=now,
        reason=Reason.OPTED_OUT if opted_out else None,
        error_code=code,
        **values,
    )


def _rest(session: Session, attempt: SmsAttempt, step: NextStep, *, now: datetime) -> None:
    reason = "unreachable" if attempt.error_code is None else str(attempt.error_code)
    if step.account_rests is not None:
        open_circuit(session, attempt.gateway, reason=reason, now=now, rests=step.account_rests)
    if step.route_rests is not None:
        route = route_of(attempt.gateway, attempt.country)
        open_circuit(session, route, reason=reason, now=now, rests=step.route_rests)


def _history(session: Session, reminder_id: int) -> History:
    rows = session.execute(
        select(SmsAttempt.state, SmsAttempt.error_code, SmsAttempt.absences).where(
            SmsAttempt.reminder_id == reminder_id
        )
    ).all()
    tries = [row for row in rows if row.state is AttemptState.RELEASED and row.absences == 0]
    failed = [row.error_code for row in rows if row.state is AttemptState.FAILED]
    return History(tries=len(tries), failed_with=failed)


def _is_of(session: Session, attempt: SmsAttempt, sid: str) -> bool:
    """Tell whether a message can be that of an attempt: neither has another."""
    if attempt.sid is not None:
        return attempt.sid == sid
    return session.scalar(select(SmsAttempt.id).where(SmsAttempt.sid == sid)) is None


def _has_live(session: Session, reminder_id: int) -> bool:
    live = select(SmsAttempt.id).where(SmsAttempt.reminder_id == reminder_id, SmsAttempt.state.in_(LIVE))
    return session.scalar(live) is not None


def _remember(session: Session, attempt: SmsAttempt, said: Accepted, *, now: datetime) -> None:
    session.execute(
        insert_for(session)(SmsEvent)
        .values(
            sid=said.sid,
            status=said.status,
            error_code=said.error_code,
            attempt_uuid=attempt.uuid,
            at=now,
        )
        .on_conflict_do_nothing()
    )
