"""Claiming: one short transaction that decides that a message is sent now, by whom, and in which words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from aednet.base.logs import log
from aednet.base.phone import PhoneNumber
from aednet.messaging.circuits import open_circuits
from aednet.messaging.codes import new_code, with_code
from aednet.messaging.gateway import Message
from aednet.messaging.models import IS_WAITING, Reminder, SmsAttempt
from aednet.messaging.outbox import Outbox, ReminderFacts
from aednet.messaging.rules import AttemptState, MessageClass, Reason, State
from aednet.messaging.segments import size_of
from aednet.messaging.spending import reserve
from aednet.messaging.standing import move, put_off, stand_in_line, with_carried
from aednet.messaging.terms import Terms
from aednet.messaging.weighing import Prospect, why_later, why_never

MOST_LOOKED_AT: Final = 200  # reminders in one transaction that turn out not to be sent now
MOST_IN_ONE_MESSAGE: Final = 20
RESTS_WITHOUT_END: Final = timedelta(minutes=10)  # how often one looks whether a person closed a circuit


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A message that `owner`, and nobody else, sends before `send_before`."""

    attempt: str
    reminder_id: int
    owner: str
    gateway: str
    number: PhoneNumber
    text: str
    send_before: datetime
    deliver_by: datetime

    @property
    def message(self) -> Message:
        """What the gateway is handed."""
        return Message(attempt=self.attempt, number=self.number, text=self.text, deliver_by=self.deliver_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A message about whose recipient and words nothing stands in the way."""

    prospect: Prospect
    group: Sequence[ReminderFacts]
    code: str
    text: str


def claim(session: Session, outbox: Outbox, *, owner: str, now: datetime) -> Claim | None:
    """Decide which message `owner` sends now; None where there is none.

    What must not be sent now is put off, held or ended on the way.
    """
    stand_in_line(session)
    resting = {one.route: one.until or now + RESTS_WITHOUT_END for one in open_circuits(session, now=now)}
    for _ in range(MOST_LOOKED_AT):
        head = _next_due(session, outbox.terms, resting, now=now)
        if head is None:
            return None
        head_id = head.id
        try:
            with session.begin_nested():
                ready = _prepare(session, outbox, head, resting, now=now)
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 one message that cannot be made shall not stop all others
            log.error("message could not be made", reminder=head_id, error=type(error).__name__)
            move(session, with_carried(head_id), State.NEEDS_REVIEW, now=now, reason=Reason.NO_TEXT)
            continue
        if ready is not None and (claimed := _take(session, outbox, ready, owner=owner, now=now)) is not None:
            return claimed
    return None


def facts_of(row: Reminder) -> ReminderFacts:
    """Return what a reminder is about."""
    return ReminderFacts(
        id=row.id,
        rule=row.rule,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        occurrence_on=row.occurrence_on,
        recipient_kind=row.recipient_kind,
        recipient_id=row.recipient_id,
        message_class=row.message_class,
        expires_at=row.expires_at,
    )


def _next_due(
    session: Session, terms: Terms, resting: Mapping[str, datetime], *, now: datetime
) -> Reminder | None:
    """Return the reminder whose turn it is; what goes at once comes first."""
    classes = [MessageClass.TRANSACTIONAL]
    if terms.hours.are_open(now):
        classes.append(MessageClass.REMINDER)
    for message_class in classes:
        due = (
            select(Reminder)
            .where(
                IS_WAITING,
                Reminder.message_class == message_class,
                Reminder.due_at <= now,
                Reminder.expires_at > now,
                Reminder.carrier_id.is_(None),
            )
            .order_by(Reminder.due_at, Reminder.id)
            .limit(1)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
        if terms.gateway in resting:
            due = due.where(Reminder.is_example)
        if (found := session.scalar(due)) is not None:
            return found
    return None


def _prepare(
    session: Session, outbox: Outbox, head: Reminder, resting: Mapping[str, datetime], *, now: datetime
) -> _Ready | None:
    """Find recipient and words; where something stands in the way, see to that and return None."""
    prospect = _find_prospect(session, outbox, head)
    ended = (State.CANCELLED, Reason.GONE) if prospect is None else why_never(session, outbox.terms, prospect)
    if prospect is None or ended is not None:
        state, reason = ended or (State.CANCELLED, Reason.GONE)
        move(session, with_carried(head.id), state, now=now, reason=reason)
        return None
    later = why_later(session, outbox.terms, prospect, resting, now=now)
    if later is not None:
        until, reason = later
        put_off(session, _same_turn(head), until=until, reason=reason)
        return None
    group = _group(session, head, now=now)
    language = prospect.addressee.language
    words = head.given_text or outbox.composer.compose(session, group, language=language, now=now)
    if words is None:
        ids = [one.id for one in group]
        move(session, Reminder.id.in_(ids), State.CANCELLED, now=now, reason=Reason.NOTHING_TO_SAY)
        return None
    taken = select(SmsAttempt.code).where(SmsAttempt.phone_hash.in_(prospect.hashes))
    code = new_code(session.scalars(taken).all())
    return _Ready(prospect=prospect, group=group, code=code, text=with_code(words, code))


def _find_prospect(session: Session, outbox: Outbox, head: Reminder) -> Prospect | None:
    addressee = outbox.addresses.find(session, head.recipient_kind, head.recipient_id)
    if addressee is None:
        return None
    gateway = outbox.terms.gateway_for(is_example=addressee.is_example or head.is_example)
    return Prospect.of(head.message_class, addressee, gateway=gateway)


def _take(session: Session, outbox: Outbox, ready: _Ready, *, owner: str, now: datetime) -> Claim | None:
    """Reserve the money and write down that this is being sent; hold it where there is no money."""
    terms, head, prospect = outbox.terms, ready.group[0], ready.prospect
    ids = [one.id for one in ready.group]
    segments = size_of(ready.text).segments
    cost_cents = terms.cost_cents(segments, prospect.gateway)
    if not reserve(session, terms, cost_cents, now=now):
        move(session, Reminder.id.in_(ids), State.HELD, now=now, reason=Reason.BUDGET, segments=segments)
        log.warning("message held: the month's budget is spent", reminder=head.id)
        return None
    move(
        session,
        Reminder.id == head.id,
        State.CLAIMED,
        now=now,
        text=ready.text,
        segments=segments,
        language=prospect.addressee.language,
        consent_version=prospect.addressee.consent_version,
    )
    move(session, Reminder.id.in_(ids[1:]), State.CLAIMED, now=now, carrier_id=head.id)
    last = session.scalar(select(func.max(SmsAttempt.number)).where(SmsAttempt.reminder_id == head.id))
    attempt = SmsAttempt(
        uuid=str(uuid4()),
        reminder_id=head.id,
        number=(last or 0) + 1,
        message_class=head.message_class,
        gateway=prospect.gateway,
        country=prospect.country,
        owner=owner,
        lease_until=now + terms.lease,
        check_at=now + terms.lease,
        state=AttemptState.CLAIMED,
        code=ready.code,
        phone=prospect.addressee.number.e164,
        phone_hash=prospect.hashes[0],
        cost_cents=cost_cents,
        month_on=terms.month_of(now),
        created_at=now,
        changed_at=now,
    )
    session.add(attempt)
    session.flush()
    is_reminder = head.message_class is MessageClass.REMINDER
    closing = terms.hours.closing(now) if is_reminder else head.expires_at
    return Claim(
        attempt=attempt.uuid,
        reminder_id=head.id,
        owner=owner,
        gateway=prospect.gateway,
        number=prospect.addressee.number,
        text=ready.text,
        send_before=now + terms.lease / 2,  # the request itself takes at most 35 s of the other half
        deliver_by=min(closing, head.expires_at),
    )


def _same_turn(head: Reminder) -> ColumnElement[bool]:
    """Return the condition for all that waits for the same turn as a reminder."""
    if head.message_class is MessageClass.TRANSACTIONAL:
        return Reminder.id == head.id
    return and_(
        Reminder.recipient_kind == head.recipient_kind,
        Reminder.recipient_id == head.recipient_id,
        Reminder.message_class == MessageClass.REMINDER,
    )


def _group(session: Session, head: Reminder, *, now: datetime) -> Sequence[ReminderFacts]:
    """Return what goes into one message: the reminder, what it carried before, and what else is due."""
    if head.message_class is MessageClass.TRANSACTIONAL:
        return [facts_of(head)]
    others = session.scalars(
        select(Reminder)
        .where(
            IS_WAITING,
            _same_turn(head),
            Reminder.id != head.id,
            Reminder.expires_at > now,
            Reminder.given_text.is_(None),
            or_(
                Reminder.carrier_id == head.id,
                and_(Reminder.carrier_id.is_(None), Reminder.due_at <= now),
            ),
        )
        .order_by(Reminder.carrier_id.is_(None), Reminder.due_at, Reminder.id)
        .limit(MOST_IN_ONE_MESSAGE - 1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return [facts_of(head), *([] if head.given_text else map(facts_of, others))]
