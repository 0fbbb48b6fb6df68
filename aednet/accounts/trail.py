"""The audit trail as administrators read it: a page of it at a time, the newest first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, literal, select, tuple_
from sqlalchemy.orm import Session

from aednet.accounts.models import Account
from aednet.accounts.rules import Role
from aednet.base.audit import AuditEvent
from aednet.base.database import LARGEST_ID, UtcDateTime
from aednet.base.paging import Page, page_of

HOLDERS = frozenset({"account", *Role})  # behind these words stands the number of an account


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFilter:
    """Which events are wanted; None is all. `begins_with` asks for every subject that begins so."""

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    begins_with: str | None = None
    since: datetime | None = None
    until: datetime | None = None  # not included


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailPlace:
    """Where an event stands in the list; the subject counts where a beginning of it is asked for."""

    subject: str
    at: datetime
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEvent:
    """One thing that was done; the e-mails are of the accounts that did it, and that it was done to."""

    id: int
    at: datetime
    actor: str
    actor_email: str | None = field(repr=False)
    action: str
    subject: str
    subject_email: str | None = field(repr=False)
    detail: Mapping[str, str]

    @property
    def place(self) -> TrailPlace:
        """Where it stands in the list."""
        return TrailPlace(subject=self.subject, at=self.at, id=self.id)


def list_events(
    session: Session, wanted: TrailFilter, *, limit: int, after: TrailPlace | None = None
) -> Page[TrailEvent, TrailPlace]:
    """Return at most `limit` events, the newest first; with `begins_with`, by subject and then the newest."""
    query = select(AuditEvent).limit(limit + 1).where(*_conditions(wanted))
    if wanted.begins_with is None:
        query = query.order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        if after is not None:
            query = query.where(_is_before([], after))
    else:
        query = query.order_by(AuditEvent.subject.desc(), AuditEvent.at.desc(), AuditEvent.id.desc())
        if after is not None:
            query = query.where(_is_before([(AuditEvent.subject, literal(after.subject))], after))
    rows = session.scalars(query).all()
    emails = _emails(session, rows)
    events = [
        TrailEvent(
            id=row.id,
            at=row.at,
            actor=row.actor,
            actor_email=emails.get(_account_id(row.actor)),
            action=row.action,
            subject=row.subject,
            subject_email=emails.get(_account_id(row.subject)),
            detail=row.detail,
        )
        for row in rows
    ]
    return page_of(events, limit=limit, place_of=lambda event: event.place)


def _conditions(wanted: TrailFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.actor is not None:
        conditions.append(AuditEvent.actor == wanted.actor)
    if wanted.action is not None:
        conditions.append(AuditEvent.action == wanted.action)
    if wanted.subject is not None:
        conditions.append(AuditEvent.subject == wanted.subject)
    if wanted.begins_with is not None:
        conditions += [
            AuditEvent.subject >= wanted.begins_with,
            AuditEvent.subject < _just_past(wanted.begins_with),
        ]
    if wanted.since is not None:
        conditions.append(AuditEvent.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(AuditEvent.at < wanted.until)
    return conditions


def _is_before(before: list[tuple[Any, Any]], after: TrailPlace) -> ColumnElement[bool]:
    pairs = [*before, (AuditEvent.at, literal(after.at, UtcDateTime)), (AuditEvent.id, literal(after.id))]
    return tuple_(*(column for column, _ in pairs)) < tuple_(*(value for _, value in pairs))


def _just_past(beginning: str) -> str:
    """Return the first text, by characters, behind all that begin so."""
    return beginning[:-1] + chr(ord(beginning[-1]) + 1)


def _account_id(name: str) -> int | None:
    """Return the account in `coordinator 7` or `account 7`."""
    word, _, number = name.partition(" ")
    is_account = word in HOLDERS and number.isascii() and number.isdecimal()
    return int(number) if is_account and int(number) <= LARGEST_ID else None


def _emails(session: Session, rows: Iterable[AuditEvent]) -> Mapping[int | None, str]:
    ids = {_account_id(name) for row in rows for name in (row.actor, row.subject)} - {None}
    if not ids:
        return {}
    found = session.execute(select(Account.id, Account.email).where(Account.id.in_(ids)))
    return {row.id: row.email for row in found}
