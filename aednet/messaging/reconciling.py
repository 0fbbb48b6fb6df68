"""Attempts of which nobody knows what became: the provider is asked, twice, before one is made again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from aednet.base.logs import log
from aednet.base.phone import PhoneNumber
from aednet.messaging.codes import carries
from aednet.messaging.gateway import Accepted, Gateway, Seen
from aednet.messaging.models import IS_IN_FLIGHT, IS_POLLED, SmsAttempt
from aednet.messaging.outcomes import POLL_AFTER, hear, hold_attempt, put_in_doubt, release
from aednet.messaging.rules import AttemptState, Reason, State
from aednet.messaging.standing import move, with_carried
from aednet.messaging.terms import Terms

AT_ONCE: Final = 200
ABSENCES_TO_RELEASE: Final = 2
LOSSES_TO_REVIEW: Final = 2  # a reminder that was lost this often is for a person to decide
CLOCKS_DIFFER: Final = timedelta(days=1)  # ours and the provider's, at the very worst
MOST_POLLS: Final = 6  # each after twice the time of the one before: about two and a half days
POLLED: Final = (AttemptState.ACCEPTED, AttemptState.SENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """An attempt that the provider may have taken on; to be asked about from `check_at` on."""

    attempt: str
    absences: int
    gateway: str
    code: str
    number: PhoneNumber
    created_at: datetime
    check_at: datetime

    def wait(self, terms: Terms) -> timedelta:
        """Return how long to have watched it before asking."""
        return terms.first_check if self.absences == 0 else terms.second_check

    def may_be_asked_about(self, terms: Terms, *, now: datetime) -> bool:
        """Tell whether the time has come; one later than can be was set while a clock was wrong."""
        return not now < self.check_at <= now + self.wait(terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreported:
    """An attempt that the provider took on, and of which nothing has been heard for long."""

    attempt: str
    gateway: str
    sid: str


def sweep(session: Session, terms: Terms, *, now: datetime) -> int:
    """Put in doubt what was claimed and has not been recorded when its lease ran out. Returns how many.

    A lease that ends later than it can was taken while a clock was wrong.
    """
    is_over = or_(SmsAttempt.lease_until <= now, SmsAttempt.lease_until > now + 2 * terms.lease)
    abandoned = session.scalars(
        select(SmsAttempt)
        .where(IS_IN_FLIGHT, SmsAttempt.state == AttemptState.CLAIMED, is_over)
        .order_by(SmsAttempt.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for attempt in abandoned:
        put_in_doubt(session, terms, attempt, now=now)
    return len(abandoned)


def list_doubts(session: Session) -> Sequence[Doubt]:
    """Return the attempts in doubt, those to be asked about first in front."""
    rows = session.execute(
        select(
            SmsAttempt.uuid,
            SmsAttempt.absences,
            SmsAttempt.gateway,
            SmsAttempt.code,
            SmsAttempt.phone,
            SmsAttempt.created_at,
            SmsAttempt.check_at,
        )
        .where(
            IS_IN_FLIGHT,
            SmsAttempt.state == AttemptState.UNKNOWN,
            SmsAttempt.check_at.is_not(None),
            SmsAttempt.phone.is_not(None),
        )
        .order_by(SmsAttempt.check_at, SmsAttempt.id)
        .limit(AT_ONCE)
    )
    return [
        Doubt(
            attempt=row.uuid,
            absences=row.absences,
            gateway=row.gateway,
            code=row.code,
            number=PhoneNumber(e164=row.phone),
            created_at=row.created_at,
            check_at=row.check_at,
        )
        for row in rows
    ]


def look_for(gateway: Gateway, doubt: Doubt) -> Seen | None:
    """Ask the provider for the message of an attempt; call it with no transaction open.

    Raises:
        GatewayError: it did not answer, so nothing is known.
    """
    listed = gateway.list_to(doubt.number, since=doubt.created_at - CLOCKS_DIFFER)
    found = [seen for seen in listed if carries(seen.text, doubt.code)]
    if len(found) > 1:
        log.error("the provider has two messages of one attempt", attempt=doubt.attempt)
    return found[0] if found else None


def conclude(
    session: Session, terms: Terms, doubt: Doubt, seen: Seen | None, *, now: datetime, jitter: float
) -> None:
    """Write down what the provider knew of an attempt, unless somebody else has meanwhile."""
    attempt = _hold(session, doubt)
    if attempt is None:
        return
    if seen is not None:
        said = Accepted(sid=seen.sid, status=seen.status, error_code=seen.error_code)
        hear(session, terms, attempt, said, now=now, jitter=jitter)
        return
    attempt.absences += 1
    if attempt.absences < ABSENCES_TO_RELEASE:
        attempt.check_at = now + terms.second_check
        session.flush()
        return
    lost_before = session.scalars(
        select(SmsAttempt.id).where(
            SmsAttempt.reminder_id == attempt.reminder_id,
            SmsAttempt.id != attempt.id,
            SmsAttempt.absences >= ABSENCES_TO_RELEASE,
        )
    ).all()
    if len(lost_before) + 1 >= LOSSES_TO_REVIEW:
        _leave_to_person(session, attempt, Reason.LOST_TWICE, now=now)
        return
    release(session, attempt, now=now)
    move(session, with_carried(attempt.reminder_id), State.DUE, now=now, due_at=now)


def give_up_on(session: Session, doubt: Doubt, *, now: datetime) -> None:
    """Leave an attempt to a person to decide about, because its provider cannot be asked any more."""
    attempt = _hold(session, doubt)
    if attempt is not None:
        _leave_to_person(session, attempt, Reason.NOBODY_TO_ASK, now=now)


def list_unreported(session: Session, *, now: datetime) -> Sequence[Unreported]:
    """Return the attempts whose callbacks seem to be lost."""
    rows = session.execute(
        select(SmsAttempt.uuid, SmsAttempt.gateway, SmsAttempt.sid)
        .where(IS_POLLED, SmsAttempt.check_at <= now, SmsAttempt.sid.is_not(None))
        .order_by(SmsAttempt.check_at, SmsAttempt.id)
        .limit(AT_ONCE)
    )
    return [Unreported(attempt=row.uuid, gateway=row.gateway, sid=row.sid) for row in rows]


def note_poll(
    session: Session, terms: Terms, asked: Unreported, seen: Seen | None, *, now: datetime, jitter: float
) -> None:
    """Write down what the provider said when it was asked; ask again later, and in the end no more."""
    attempt = hold_attempt(session, SmsAttempt.uuid == asked.attempt)
    if attempt is None or attempt.state not in POLLED:
        return
    attempt.polls += 1
    polls = attempt.polls
    if seen is not None:
        said = Accepted(sid=seen.sid, status=seen.status, error_code=seen.error_code)
        hear(session, terms, attempt, said, now=now, jitter=jitter)
    if attempt.state in POLLED:
        attempt.check_at = now + POLL_AFTER * 2**polls if polls < MOST_POLLS else None
    session.flush()


def _hold(session: Session, doubt: Doubt) -> SmsAttempt | None:
    """Return the attempt in doubt, unless it is no more, or somebody else has asked meanwhile."""
    attempt = hold_attempt(session, SmsAttempt.uuid == doubt.attempt)
    if attempt is None or attempt.state is not AttemptState.UNKNOWN or attempt.absences != doubt.absences:
        return None
    return attempt


def _leave_to_person(session: Session, attempt: SmsAttempt, reason: Reason, *, now: datetime) -> None:
    attempt.check_at = None  # it stays live, so that nothing is sent before somebody has decided
    session.flush()
    move(session, with_carried(attempt.reminder_id), State.NEEDS_REVIEW, now=now, reason=reason)
