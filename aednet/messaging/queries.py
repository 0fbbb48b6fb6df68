"""Reads of the outbox; all return frozen values."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select, tuple_, union_all
from sqlalchemy.orm import Session

from aednet.base.branches import first_rows
from aednet.base.paging import Page, page_of
from aednet.base.phone import PhoneNumber
from aednet.base.urgency import Spot
from aednet.messaging.models import ConsoleMessage, InboundSms, Reminder
from aednet.messaging.numbers import hashes_of
from aednet.messaging.rules import MessageClass, Reason, RecipientKind, State


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderRow:
    """A message as the desk and the API list it: about what, to whom by number, where it stands and why."""

    id: int
    rule: str
    subject_kind: str
    subject_id: int
    occurrence_on: date
    recipient_kind: RecipientKind
    recipient_id: int
    area_id: int | None
    message_class: MessageClass
    due_at: datetime
    expires_at: datetime
    state: State
    reason: Reason | None
    error_code: int | None
    carrier_id: int | None
    segments: int | None
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundRow:
    """A message that somebody wrote."""

    id: int
    text: str
    received_at: datetime
    sender_kind: RecipientKind | None
    sender_id: int | None
    area_id: int | None
    outcome: str
    read_at: datetime | None

    @property
    def spot(self) -> Spot:
        """Where it stands among what people wrote."""
        return Spot(at=self.received_at, id=self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleRow:
    """A message that went to the console."""

    id: int
    text: str
    sent_at: datetime


COLUMNS = [getattr(Reminder, name) for name in ReminderRow.__slots__]
INBOUND_COLUMNS = [getattr(InboundSms, name) for name in InboundRow.__slots__]


def list_reminders(
    session: Session,
    *,
    within: Collection[int] | None,
    state: State | None = None,
    after: int = 0,
    limit: int = 50,
) -> Page[ReminderRow, int]:
    """Return messages by id from behind `after`, those of some areas or, with None, of all and of none."""
    wanted = select(Reminder.id).where(Reminder.id > after)
    if state is not None:
        wanted = wanted.where(Reminder.state == state)
    ids = _first_ids(session, wanted, within=within, limit=limit + 1)
    rows = session.execute(select(*COLUMNS).where(Reminder.id.in_(ids)).order_by(Reminder.id)).mappings()
    found = [ReminderRow(**row) for row in rows]
    return page_of(found, limit=limit, place_of=lambda row: row.id)


def find_reminder(
    session: Session, reminder_id: int, *, within: Collection[int] | None
) -> ReminderRow | None:
    """Return a message, if there is one in those areas."""
    row = session.execute(select(*COLUMNS).where(Reminder.id == reminder_id)).mappings().one_or_none()
    found = None if row is None else ReminderRow(**row)
    return found if found and (within is None or found.area_id in within) else None


def find_text(session: Session, reminder_id: int) -> str | None:
    """Return what was sent, also where another message carried it."""
    row = session.execute(
        select(Reminder.text, Reminder.carrier_id).where(Reminder.id == reminder_id)
    ).one_or_none()
    if row is None or row.carrier_id is None:
        return None if row is None else row.text
    return session.scalar(select(Reminder.text).where(Reminder.id == row.carrier_id))


def list_unread(
    session: Session, *, within: Collection[int] | None, after: Spot | None = None, limit: int = 50
) -> Page[InboundRow, Spot]:
    """Return what people wrote and nobody has read, the oldest first; what lies in no area only for None."""
    unread = select(InboundSms.id, InboundSms.received_at).where(InboundSms.read_at.is_(None))
    if after is not None:
        spot = (after.at, after.id)
        unread = unread.where(tuple_(InboundSms.received_at, InboundSms.id) > spot)
    parts = (
        [unread] if within is None else [unread.where(InboundSms.area_id == one) for one in sorted(within)]
    )
    branches = [part.order_by(InboundSms.received_at, InboundSms.id) for part in parts]
    found = first_rows(session, branches, limit=limit + 1, key=lambda row: (row.received_at, row.id))
    rows = session.execute(
        select(*INBOUND_COLUMNS).where(InboundSms.id.in_([row.id for row in found]))
    ).mappings()
    inbound = sorted((InboundRow(**row) for row in rows), key=lambda row: row.spot)
    return page_of(inbound, limit=limit, place_of=lambda row: row.spot)


def list_on_console(session: Session, number: PhoneNumber, *, limit: int = 50) -> Sequence[ConsoleRow]:
    """Return the newest messages to a number that went to the console, the newest first."""
    rows = session.execute(
        select(ConsoleMessage.id, ConsoleMessage.text, ConsoleMessage.sent_at)
        .where(ConsoleMessage.phone_hash.in_(hashes_of(number)))
        .order_by(ConsoleMessage.id.desc())
        .limit(limit)
    ).mappings()
    return [ConsoleRow(**row) for row in rows]


def _first_ids(
    session: Session, wanted: Select[Any], *, within: Collection[int] | None, limit: int
) -> Sequence[int]:
    """Return the first ids of all areas, of each of which only so many are looked at."""
    if within is None:
        return session.scalars(wanted.order_by(Reminder.id).limit(limit)).all()
    if not within:
        return []
    parts = [
        select(wanted.where(Reminder.area_id == area_id).order_by(Reminder.id).limit(limit).subquery())
        for area_id in sorted(within)
    ]
    return sorted(session.scalars(union_all(*parts)))[:limit]
