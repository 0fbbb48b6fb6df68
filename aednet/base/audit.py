"""The audit trail: who did what, when, to what. Append-only; the database itself refuses changes."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from aednet.base.database import Base, Id, Instant

# PostgreSQL otherwise sorts as people of some language do, by which no index finds what begins with a text.
InOrderOfCharacters = String().with_variant(String(collation="C"), "postgresql")


class AuditEvent(Base):
    """One thing that was done. Neither `subject` nor `detail` holds personal data or secrets."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index(None, "at", "id"),
        Index(None, "actor", "at", "id"),
        Index(None, "action", "at", "id"),
        Index(None, "actor", "action", "at", "id"),
        Index(None, "subject", "at", "id"),
    )

    id: Mapped[Id]
    at: Mapped[Instant]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(InOrderOfCharacters)
    detail: Mapped[dict[str, str]] = mapped_column(JSON)


def record(
    session: Session,
    *,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, str] | None = None,
) -> None:
    """Append one event, inside the transaction of what it tells of.

    `actor` is a role and a number (`system`, `public`, `coordinator 7`), `action` a verb phrase with an
    underscore (`cabinets_imported`), `subject` the thing's public name (`cabinet HGV-017`).
    """
    session.add(AuditEvent(at=at, actor=actor, action=action, subject=subject, detail=dict(detail or {})))
    session.flush()
