"""What a message sets in motion: reading it, deciding, doing it and answering, in one transaction.

So that a message that is kept, the inspection it logs, the entry on the audit trail and the thanks for it
stand or fall together. A message told twice is acted on once.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.alerts.deeds import Done, Told, do
from aednet.alerts.planning.rules import Occasion, SubjectKind
from aednet.alerts.reading.decisions import Context, Person, decide
from aednet.alerts.reading.replies import Reading, read_reply
from aednet.alerts.senders import Outcome, context_of, has_written, who_has
from aednet.alerts.wording.texts import Setting
from aednet.base.errors import AednetError
from aednet.base.logs import log
from aednet.base.phone import PhoneNumber
from aednet.messaging.inbound import NewInbound, keep_inbound, note_outcome, resolve_earlier
from aednet.messaging.rules import MessageClass, RecipientKind
from aednet.messaging.services import NewReminder, enqueue
from aednet.volunteers.models import Volunteer

ANSWER_LASTS: Final = timedelta(hours=12)  # thanks that come the next day only puzzle
LEAVE_OPEN: Final = frozenset({Outcome.ASKED, Outcome.HANDED_OVER, Outcome.STOPPED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message as it came in; `reading` is what the provider itself made of it, if it made anything."""

    provider_id: str
    sender: PhoneNumber
    text: str = field(repr=False)
    reading: Reading | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Correspondent:
    """Whom an answer goes to: of several who share a number, the first."""

    person: Person
    language: str
    area_id: int | None
    is_example: bool


def receive(
    session: Session, received: Received, *, ref_prefix: str, setting: Setting, now: datetime, today: date
) -> Outcome | None:
    """Keep a message and act on it. Returns what came of it, None where the provider told of it before."""
    reading = received.reading or read_reply(received.text, prefixes=[ref_prefix])
    senders = who_has(session, received.sender)
    context = context_of(session, received.sender, senders, reading, now=now, today=today)
    is_old_stranger = not senders and has_written(session, received.sender)
    to = _correspondent(session, senders, setting)
    inbound_id = keep_inbound(
        session,
        NewInbound(
            provider_id=received.provider_id,
            sender=received.sender,
            text=received.text,
            outcome=Outcome.UNKNOWN_SENDER,
            sender_kind=None if to is None else to.person.kind,
            sender_id=None if to is None else to.person.id,
            area_id=None if to is None else to.area_id,
        ),
        now=now,
    )
    if inbound_id is None:
        return None
    if to is not None:
        setting = setting.in_language(to.language)
    told = Told(
        sender=received.sender, text=received.text, context=context, setting=setting, now=now, today=today
    )
    done = _done(session, reading, context, told)
    wants_reader = done.wants_reader and not (done.outcome is Outcome.UNKNOWN_SENDER and is_old_stranger)
    note_outcome(session, inbound_id, done.outcome, wants_reader=wants_reader, now=now)
    if done.outcome not in LEAVE_OPEN:
        resolve_earlier(session, received.sender, before=inbound_id, outcomes=[Outcome.ASKED], now=now)
    if done.text is not None and to is not None:
        _answer(session, inbound_id, done.text, to, now=now, today=today)
    return done.outcome


def _done(session: Session, reading: Reading, context: Context, told: Told) -> Done:
    """Do what the reading leads to; what cannot be done any more is left to a person, whole."""
    try:
        with session.begin_nested():
            return do(session, decide(reading, context), told)
    except AednetError as error:
        log.info("reply could not be acted on", code=error.code)
        return Done(outcome=Outcome.HANDED_OVER, wants_reader=True)


def _correspondent(session: Session, senders: tuple[Person, ...], setting: Setting) -> _Correspondent | None:
    if not senders:
        return None
    first = senders[0]
    if first.kind is RecipientKind.ACCOUNT:
        return _Correspondent(person=first, language=setting.language, area_id=None, is_example=False)
    row = session.execute(
        select(Volunteer.language, Volunteer.area_id, Volunteer.is_example).where(Volunteer.id == first.id)
    ).one()
    return _Correspondent(person=first, **row._asdict())


def _answer(
    session: Session, inbound_id: int, text: str, to: _Correspondent, *, now: datetime, today: date
) -> None:
    enqueue(
        session,
        NewReminder(
            rule=Occasion.REPLY,
            subject_kind=SubjectKind.INBOUND,
            subject_id=inbound_id,
            occurrence_on=today,
            recipient_kind=to.person.kind,
            recipient_id=to.person.id,
            message_class=MessageClass.TRANSACTIONAL,
            due_at=now,
            expires_at=now + ANSWER_LASTS,
            area_id=to.area_id,
            text=text,
            is_example=to.is_example,
        ),
        now=now,
    )
