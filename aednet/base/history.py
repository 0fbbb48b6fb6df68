"""What the audit trail knows of one thing, the newest first, a page at a time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from aednet.base.audit import AuditEvent
from aednet.base.paging import Page, page_of


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPlace:
    """Where an event stands in the history."""

    at: datetime
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that was done, by whom as the audit trail names them."""

    id: int
    at: datetime
    actor: str
    action: str
    detail: dict[str, str]

    @property
    def place(self) -> EventPlace:
        """Where it stands in the history."""
        return EventPlace(at=self.at, id=self.id)


def history_of(
    session: Session, subject: str, *, limit: int, before: EventPlace | None = None
) -> Page[Event, EventPlace]:
    """Return at most `limit` things that were done to `subject`, from `before` backwards."""
    wanted = (
        select(AuditEvent.id, AuditEvent.at, AuditEvent.actor, AuditEvent.action, AuditEvent.detail)
        .where(AuditEvent.subject == subject)
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        wanted = wanted.where(tuple_(AuditEvent.at, AuditEvent.id) < (before.at, before.id))
    found = [Event(**row) for row in session.execute(wanted).mappings()]
    return page_of(found, limit=limit, place_of=lambda event: event.place)
