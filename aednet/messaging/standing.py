"""Where reminders stand: every change of their state goes through here, and no forbidden one does."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from aednet.messaging.models import IS_UNSENT, Reminder
from aednet.messaging.rules import WAITING, Reason, State, predecessors

OUTBOX_LOCK: Final = 5_161_917  # any number that no other advisory lock of the database has


def insert_for(session: Session) -> Any:
    """Return the INSERT of the session's database that knows ON CONFLICT."""
    return postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert


def stand_in_line(session: Session) -> None:
    """Let no other transaction claim until this one ends.

    The hours between two messages, the caps and the budget are about more rows than one. On SQLite a
    write transaction is alone anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(OUTBOX_LOCK)))


def with_carried(reminder_id: int) -> ColumnElement[bool]:
    """Return the condition for a reminder and those that it carries."""
    return or_(Reminder.id == reminder_id, Reminder.carrier_id == reminder_id)


def move(
    session: Session,
    which: ColumnElement[bool],
    later: State,
    *,
    now: datetime,
    reason: Reason | None = None,
    **values: object,
) -> Collection[int]:
    """Bring those of some reminders to `later` that may follow to it. Returns their ids."""
    return session.scalars(
        update(Reminder)
        .where(which, Reminder.state.in_(predecessors(later)))
        .values(state=later, reason=reason, changed_at=now, **values)
        .returning(Reminder.id)
        .execution_options(synchronize_session=False)
    ).all()


def put_off(session: Session, which: ColumnElement[bool], *, until: datetime, reason: Reason) -> None:
    """Have those of some reminders that wait come up again at `until`, unless that is later already."""
    session.execute(
        update(Reminder)
        .where(which, Reminder.state.in_(WAITING), Reminder.due_at < until)
        .values(due_at=until, reason=reason)
        .execution_options(synchronize_session=False)
    )


def expire(session: Session, *, now: datetime) -> int:
    """Give up what is too late to say. What such a reminder carried goes on by itself. Returns how many."""
    expired = session.scalars(
        update(Reminder)
        .where(IS_UNSENT, Reminder.expires_at <= now)
        .values(state=State.EXPIRED, changed_at=now)
        .returning(Reminder.id)
        .execution_options(synchronize_session=False)
    ).all()
    if expired:
        set_free(session, expired)
    return len(expired)


def set_free(session: Session, carrier_ids: Collection[int]) -> None:
    """Let what waits along with some reminders go on without them."""
    session.execute(
        update(Reminder)
        .where(Reminder.carrier_id.in_(carrier_ids), Reminder.state.in_(WAITING))
        .values(carrier_id=None)
        .execution_options(synchronize_session=False)
    )
