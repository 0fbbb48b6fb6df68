"""How much of the messages waits for a person, and in which areas; without a word of whom or what."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, column, func, select, table
from sqlalchemy.orm import Session

from aednet.messaging.circuits import open_circuits
from aednet.messaging.models import InboundSms, Reminder
from aednet.messaging.rules import State

NOWHERE = 0  # stands for what lies in no area
AREA = table("area", column("id", Integer))  # the room above; known by name


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesToDo:
    """How many messages of an area, or of none, stand at one state, up to a most."""

    area_id: int | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitsToDo:
    """How many routes rest, and since when."""

    count: int
    since: datetime


def count_unread(session: Session, *, within: Collection[int] | None, most: int) -> int:
    """Return how many messages nobody has read, `most` standing for that many and more."""
    unread = select(InboundSms.id).where(InboundSms.read_at.is_(None))
    if within is not None:
        unread = unread.where(InboundSms.area_id.in_(within))
    return session.scalars(select(func.count()).select_from(unread.limit(most).subquery())).one()


def count_unread_by_area(session: Session, *, within: Collection[int]) -> Counter[int]:
    """Return how many messages of each area nobody has read."""
    counts = (
        select(InboundSms.area_id, func.count())
        .where(InboundSms.read_at.is_(None), InboundSms.area_id.in_(within))
        .group_by(InboundSms.area_id)
    )
    return Counter({row[0]: row[1] for row in session.execute(counts) if row[0] is not None})


def areas_standing(
    session: Session, state: State, *, within: Collection[int] | None, limit: int
) -> list[int]:
    """Return at most `limit` areas with messages at a state, `NOWHERE` for those that lie in none."""
    areas = session.scalars(_areas(state, within=within, after=None).limit(limit)).all()
    if within is not None:
        return list(areas)
    nowhere = session.scalar(_standing(state, Reminder.area_id.is_(None)).limit(1))
    return [*areas] if nowhere is None else [NOWHERE, *areas]


def list_standing(
    session: Session,
    state: State,
    *,
    within: Collection[int] | None,
    after: int | None,
    limit: int,
    most: int,
) -> list[MessagesToDo]:
    """Return at most `limit` areas with messages at a state, by number from `after` on.

    What lies in no area comes first, as number `NOWHERE`. Counts stop at `most`.
    """
    found: list[MessagesToDo] = []
    if within is None and (after is None or after < NOWHERE):
        count = session.scalars(select(_count(state, Reminder.area_id.is_(None), most=most))).one()
        found = [MessagesToDo(area_id=None, count=count)] if count else []
    areas = _areas(state, within=within, after=after)
    counted = areas.add_columns(_count(state, Reminder.area_id == AREA.c.id, most=most))
    rows = session.execute(counted.limit(limit - len(found))).all()
    return [*found, *(MessagesToDo(area_id=row[0], count=row[1]) for row in rows)]


def find_resting(session: Session, *, now: datetime) -> CircuitsToDo | None:
    """Return how many routes rest, if any does."""
    resting = open_circuits(session, now=now)
    if not resting:
        return None
    return CircuitsToDo(count=len(resting), since=min(one.opened_at for one in resting))


def _areas(state: State, *, within: Collection[int] | None, after: int | None) -> Select[int]:
    # Not EXISTS, which PostgreSQL turns into a join that may read every row of the network.
    first = _standing(state, Reminder.area_id == AREA.c.id).limit(1).correlate(AREA).scalar_subquery()
    areas = select(AREA.c.id).where(first.is_not(None)).order_by(AREA.c.id)
    if within is not None:
        areas = areas.where(AREA.c.id.in_(within))
    return areas if after is None else areas.where(AREA.c.id > after)


def _standing(state: State, where: ColumnElement[bool]) -> Select[int]:
    """Select messages at a state; those that another carries go where that goes."""
    return select(Reminder.id).where(Reminder.state == state, where, Reminder.carrier_id.is_(None))


def _count(state: State, where: ColumnElement[bool], *, most: int) -> ColumnElement[Any]:
    some = _standing(state, where).limit(most).correlate(AREA).subquery()
    return select(func.count()).select_from(some).scalar_subquery()
