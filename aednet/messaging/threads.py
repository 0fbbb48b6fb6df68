"""What was said between us and one person, in the order of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true, tuple_
from sqlalchemy.orm import Session

from aednet.base.paging import Page, page_of
from aednet.messaging.models import InboundSms, Reminder, SmsAttempt
from aednet.messaging.queries import COLUMNS, INBOUND_COLUMNS, InboundRow, ReminderRow
from aednet.messaging.rules import UNSENT, Reason, RecipientKind, State


class Side(IntEnum):
    """Who said it; of one instant, what was written comes before what was sent."""

    THEIRS = 0
    OURS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadPlace:
    """Where something stands in a thread."""

    at: datetime
    side: Side
    id: int

    @property
    def key(self) -> tuple[datetime, Side, int]:
        """What a thread is sorted by."""
        return self.at, self.side, self.id


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Said:
    """Something that was said: what they wrote, or a message of ours as it was sent or was to be."""

    place: ThreadPlace
    text: str | None
    written: InboundRow | None = None
    sent: ReminderRow | None = None

    @property
    def at(self) -> datetime:
        """When it was said."""
        return self.place.at


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Unsaid:
    """A message that waits; its text is known where somebody wrote it."""

    message: ReminderRow
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Sender:
    """Who wrote a message, as far as that is known."""

    inbound: InboundRow
    number: str  # E.164
    hash: bytes


def list_thread(
    session: Session, kind: RecipientKind, person_id: int, *, before: ThreadPlace | None, limit: int
) -> Page[Said, ThreadPlace]:
    """Return what was said before a place, the newest first; what was never sent only where that counts."""
    written = and_(InboundSms.sender_kind == kind, InboundSms.sender_id == person_id)
    found = [
        *_written(session, written, before=before, limit=limit + 1),
        *_sent(session, kind, person_id, before=before, limit=limit + 1),
    ]
    found.sort(key=attrgetter("place.key"), reverse=True)
    return page_of(found, limit=limit, place_of=lambda said: said.place)


def list_from_stranger(
    session: Session, sender: Sender, *, before: ThreadPlace | None, limit: int
) -> Page[Said, ThreadPlace]:
    """Return what a number wrote that was nobody's, the newest first."""
    theirs = and_(InboundSms.sender_hash == sender.hash, InboundSms.sender_id.is_(None))
    found = _written(session, theirs, before=before, limit=limit + 1)
    return page_of(found, limit=limit, place_of=lambda said: said.place)


def list_unsaid(session: Session, kind: RecipientKind, person_id: int, *, limit: int) -> Sequence[Unsaid]:
    """Return what waits to be said to somebody, the soonest first."""
    rows = session.execute(
        select(*COLUMNS, Reminder.given_text)
        .where(
            Reminder.recipient_kind == kind,
            Reminder.recipient_id == person_id,
            Reminder.state.in_(UNSENT),
            Reminder.carrier_id.is_(None),
        )
        .order_by(Reminder.due_at, Reminder.id)
        .limit(limit)
    ).mappings()
    return [Unsaid(message=_reminder(row), text=row["given_text"]) for row in rows]


def find_sender(session: Session, inbound_id: int) -> Sender | None:
    """Return who wrote a message, if there is one."""
    row = (
        session.execute(
            select(*INBOUND_COLUMNS, InboundSms.sender, InboundSms.sender_hash).where(
                InboundSms.id == inbound_id
            )
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        return None
    return Sender(inbound=_inbound(row), number=row["sender"], hash=row["sender_hash"])


def find_unread(session: Session, kind: RecipientKind, person_id: int, *, until: int) -> Sequence[int]:
    """Return what somebody wrote until a message and nobody has read."""
    return session.scalars(
        select(InboundSms.id).where(
            InboundSms.sender_kind == kind,
            InboundSms.sender_id == person_id,
            InboundSms.id <= until,
            InboundSms.read_at.is_(None),
        )
    ).all()


def find_last_written(session: Session, kind: RecipientKind, person_id: int) -> int | None:
    """Return the last message that somebody wrote, if they ever did."""
    theirs = InboundSms.sender_kind == kind, InboundSms.sender_id == person_id
    return session.scalar(select(func.max(InboundSms.id)).where(*theirs))


def _written(
    session: Session, theirs: ColumnElement[bool], *, before: ThreadPlace | None, limit: int
) -> list[Said]:
    rows = session.execute(
        select(*INBOUND_COLUMNS)
        .where(theirs, _lies_before(InboundSms.received_at, InboundSms.id, Side.THEIRS, before))
        .order_by(InboundSms.received_at.desc(), InboundSms.id.desc())
        .limit(limit)
    ).mappings()
    return [
        Said(place=ThreadPlace(at=one.received_at, side=Side.THEIRS, id=one.id), text=one.text, written=one)
        for one in map(_inbound, rows)
    ]


def _sent(
    session: Session, kind: RecipientKind, person_id: int, *, before: ThreadPlace | None, limit: int
) -> list[Said]:
    begun = select(func.min(SmsAttempt.created_at)).where(SmsAttempt.reminder_id == Reminder.id)
    at = func.coalesce(begun.scalar_subquery(), Reminder.changed_at)
    rows = session.execute(
        select(*COLUMNS, Reminder.text, Reminder.given_text, at.label("at"))
        .where(
            Reminder.recipient_kind == kind,
            Reminder.recipient_id == person_id,
            Reminder.carrier_id.is_(None),
            Reminder.state.not_in(UNSENT),
            or_(Reminder.state != State.CANCELLED, Reminder.reason == Reason.PERSON),
            _lies_before(at, Reminder.id, Side.OURS, before),
        )
        .order_by(at.desc(), Reminder.id.desc())
        .limit(limit)
    ).mappings()
    return [
        Said(
            place=ThreadPlace(at=row["at"], side=Side.OURS, id=row["id"]),
            text=row["text"] or row["given_text"],
            sent=_reminder(row),
        )
        for row in rows
    ]


def _lies_before(
    at: ColumnElement[Any] | Any, number: Any, side: Side, before: ThreadPlace | None
) -> ColumnElement[bool]:
    if before is None:
        return true()
    if side is before.side:
        return tuple_(at, number) < (before.at, before.id)
    return at <= before.at if side < before.side else at < before.at


def _reminder(row: Any) -> ReminderRow:
    return ReminderRow(**{name: row[name] for name in ReminderRow.__slots__})


def _inbound(row: Any) -> InboundRow:
    return InboundRow(**{name: row[name] for name in InboundRow.__slots__})
