"""Circuits: routes on which nothing is sent for a while, as every message would meet the same refusal."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from aednet.base.logs import log
from aednet.messaging.models import Circuit
from aednet.messaging.standing import insert_for


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCircuit:
    """A route that rests; until a person closes it where `until` is None."""

    route: str
    reason: str
    opened_at: datetime
    until: datetime | None


def open_circuit(
    session: Session, route: str, *, reason: str, now: datetime, rests: timedelta | None = None
) -> None:
    """Have nothing sent on a route, and tell the operator; without `rests`, until a person closes it."""
    until = None if rests is None else now + rests
    values = {"reason": reason, "opened_at": now, "until": until}
    session.execute(
        insert_for(session)(Circuit)
        .values(route=route, **values)
        .on_conflict_do_update(index_elements=[Circuit.route], set_=values)
    )
    log.error("circuit opened", route=route, reason=reason)


def close_circuit(session: Session, route: str) -> bool:
    """Let a route be used again. Returns False where it was in use."""
    closed = session.scalar(delete(Circuit).where(Circuit.route == route).returning(Circuit.route))
    return closed is not None


def open_circuits(session: Session, *, now: datetime) -> Collection[OpenCircuit]:
    """Return the routes that rest now."""
    rows = session.execute(
        select(Circuit.route, Circuit.reason, Circuit.opened_at, Circuit.until)
        .where(or_(Circuit.until.is_(None), Circuit.until > now))
        .order_by(Circuit.route)
    )
    return [OpenCircuit(**row) for row in rows.mappings()]
