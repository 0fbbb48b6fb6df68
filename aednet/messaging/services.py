"""Writes of the outbox from outside: what is to be said, taken back, ended or decided by a person."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select, tuple_, update
from sqlalchemy.orm import Session

from aednet.base import audit
from aednet.base.errors import Conflict, NotFound
from aednet.base.phone import PhoneNumber
from aednet.messaging.models import Reminder, SmsAttempt
from aednet.messaging.numbers import hashes_of
from aednet.messaging.outcomes import hold_attempt, release
from aednet.messaging.rules import UNSENT, AttemptState, MessageClass, Reason, RecipientKind, State
from aednet.messaging.standing import insert_for, move, set_free, stand_in_line, with_carried
from aednet.messaging.suppressions import note_suppression

ONE_DAY: Final = timedelta(days=1)
DECIDED_LATE: Final = timedelta(days=1)  # how long a message still makes sense that somebody sends again


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReminder:
    """One thing to tell somebody, once an occurrence; with `text`, in these words, else in the composer's."""

    rule: str
    subject_kind: str
    subject_id: int
    occurrence_on: date
    recipient_kind: RecipientKind
    recipient_id: int
    message_class: MessageClass
    due_at: datetime
    expires_at: datetime
    area_id: int | None = None
    text: str | None = None
    is_example: bool = False


class Decision(StrEnum):
    """What a person makes of a message in doubt."""

    SEND_AGAIN = "send_again"
    CONSIDER_SENT = "consider_sent"


def enqueue(session: Session, new: NewReminder, *, now: datetime) -> int | None:
    """Put a message in the outbox. Returns its id, or None where it is there already."""
    added: int | None = session.scalar(
        insert_for(session)(Reminder)
        .values(
            rule=new.rule,
            subject_kind=new.subject_kind,
            subject_id=new.subject_id,
            occurrence_on=new.occurrence_on,
            recipient_kind=new.recipient_kind,
            recipient_id=new.recipient_id,
            area_id=new.area_id,
            message_class=new.message_class,
            due_at=new.due_at,
            expires_at=new.expires_at,
            state=State.PLANNED,
            given_text=new.text,
            is_example=new.is_example,
            created_at=now,
            changed_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Reminder.id)
    )
    return added


def enqueue_anew(session: Session, new: NewReminder, *, now: datetime) -> int | None:
    """Put in the outbox what may have to be said more often than once a day.

    It takes the first day from its own on that is free. Returns its id, or None where it would repeat the
    last: in the same words, or without words of its own, while that waits to be said.
    """
    said = (
        Reminder.rule == new.rule,
        Reminder.subject_kind == new.subject_kind,
        Reminder.subject_id == new.subject_id,
        Reminder.recipient_kind == new.recipient_kind,
        Reminder.recipient_id == new.recipient_id,
    )
    last = session.execute(
        select(Reminder.occurrence_on, Reminder.state, Reminder.given_text)
        .where(*said, Reminder.occurrence_on >= new.occurrence_on)
        .order_by(Reminder.occurrence_on.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return enqueue(session, new, now=now)
    if last.given_text == new.text if new.text is not None else last.state in UNSENT:
        return None
    return enqueue(session, replace(new, occurrence_on=last.occurrence_on + ONE_DAY), now=now)


def cancel(
    session: Session, reminder_id: int, *, within: Collection[int] | None, by: str, now: datetime
) -> None:
    """Take a message back that has not been sent; `within` are the areas of whoever does, None for all.

    Raises:
        NotFound: there is none in those areas.
        Conflict: it is on its way, or came to an end.
    """
    reminder = _hold(session, reminder_id, within=within)
    if reminder.state is State.CANCELLED:
        return
    if reminder.state not in UNSENT:
        raise Conflict("The message is on its way, or came to an end.")
    move(session, Reminder.id == reminder_id, State.CANCELLED, now=now, reason=Reason.PERSON)
    set_free(session, [reminder_id])
    _audit(session, reminder_id, "message_cancelled", by=by, now=now)


def withdraw(
    session: Session,
    *,
    rules: Collection[str],
    subject_kind: str,
    subject_ids: Collection[int],
    now: datetime,
) -> int:
    """Take back what has become moot: what these rules had to say of these subjects. Returns how many."""
    which = and_(
        Reminder.subject_kind == subject_kind,
        Reminder.subject_id.in_(subject_ids),
        Reminder.rule.in_(rules),
        Reminder.state.in_(UNSENT),
    )
    ids = move(session, which, State.CANCELLED, now=now, reason=Reason.NOTHING_TO_SAY)
    if ids:
        set_free(session, ids)
    return len(ids)


def suppress(
    session: Session,
    number: PhoneNumber,
    *,
    reason: str,
    recipients: Collection[tuple[RecipientKind, int]],
    now: datetime,
) -> int:
    """Send nothing to a number any more, and end what waits for whoever has it. Returns how much that was.

    What was claimed this instant is looked at once more before it is handed over.
    """
    stand_in_line(session)
    note_suppression(session, hashes_of(number)[0], reason=reason, now=now)
    if not recipients:
        return 0
    which = _of(recipients)
    ended = move(
        session,
        and_(which, or_(Reminder.state.in_(UNSENT), Reminder.state == State.NEEDS_REVIEW)),
        State.SUPPRESSED,
        now=now,
        reason=Reason.OPTED_OUT,
    )
    return len(ended)


def review(
    session: Session,
    reminder_id: int,
    decision: Decision,
    *,
    within: Collection[int] | None,
    by: str,
    now: datetime,
) -> None:
    """Decide about a message in doubt, as a person.

    Raises:
        NotFound: there is none in those areas.
        Conflict: it is not, or no more, in doubt.
    """
    in_doubt = (SmsAttempt.reminder_id == reminder_id) & (SmsAttempt.state == AttemptState.UNKNOWN)
    attempt = hold_attempt(session, in_doubt)  # before its reminder, as everywhere
    reminder = _hold(session, reminder_id, within=within)
    if reminder.state is not State.NEEDS_REVIEW:
        raise Conflict("Nothing about the message is to be decided.")
    if decision is Decision.CONSIDER_SENT:
        move(session, with_carried(reminder_id), State.SENT, now=now, reason=Reason.PERSON)
    else:
        if attempt is not None:
            release(session, attempt, now=now)
        session.execute(
            update(Reminder)
            .where(with_carried(reminder_id), Reminder.expires_at < now + DECIDED_LATE)
            .values(expires_at=now + DECIDED_LATE)
            .execution_options(synchronize_session=False)
        )
        move(session, with_carried(reminder_id), State.DUE, now=now, reason=Reason.PERSON, due_at=now)
    _audit(session, reminder_id, f"message_{decision}", by=by, now=now)


def _hold(session: Session, reminder_id: int, *, within: Collection[int] | None) -> Reminder:
    reminder = session.scalar(
        select(Reminder)
        .where(Reminder.id == reminder_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if reminder is None or (within is not None and reminder.area_id not in within):
        raise NotFound(f"There is no message {reminder_id}.")
    return reminder


def _of(recipients: Collection[tuple[RecipientKind, int]]) -> ColumnElement[bool]:
    return tuple_(Reminder.recipient_kind, Reminder.recipient_id).in_(recipients)


def _audit(session: Session, reminder_id: int, action: str, *, by: str, now: datetime) -> None:
    audit.record(session, at=now, actor=by, action=action, subject=f"message {reminder_id}")
