"""Cabinets with which something is to be done, the longest waiting first; all frozen values.

Each list is served by two indexes, one for every cabinet and one that begins with the area. Who looks after
some areas is answered from the second alone: what is due in those areas is gathered first, so that no
planner walks the whole network's dates in the hope of a full page.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    TextClause,
    and_,
    case,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from aednet.base.urgency import NEVER, Spot, begin_of
from aednet.cabinets.device_models import DEVICE_LASTS
from aednet.cabinets.models import (
    HOURS_UNKNOWN,
    IN_SERVICE,
    LISTED,
    STATE_UNKNOWN,
    WITHOUT_GUARDIAN,
    Cabinet,
)
from aednet.cabinets.rules import OVERDUE_AFTER, Status
from aednet.cabinets.todo.rules import DEVICE_IN_SIGHT, LAPSE_IN_SIGHT, out_of_sight

ONE_DAY = timedelta(days=1)
Areas = Collection[int] | None  # None for everything, also what lies in no area


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Which cabinets a list holds: of those that fit `which`, those whose `day` lies in a span.

    Without a day it holds all of them. `lag` is how long after that day the thing itself falls.
    """

    which: TextClause
    day: SQLColumnExpression[Any] | None = None
    from_on: date = date.min
    until_on: date = date.max
    lag: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class CabinetToDo:
    """A cabinet as far as lists of what is to be done speak of it; `at` puts it in order in one of them."""

    at: datetime
    id: int
    ref: str
    name: str
    area_id: int | None
    status: Status
    passed: bool | None
    inspected_on: date | None
    check_due_on: date | None
    pads_expire_on: date | None
    child_pads_expire_on: date | None
    battery_expires_on: date | None
    device_since_on: date | None
    opening_hours: str | None


STATE_MISSING = Due(which=STATE_UNKNOWN)  # nobody has checked them yet, or a date is written down nowhere
UNGUARDED = Due(which=WITHOUT_GUARDIAN)
HOURS_MISSING = Due(which=HOURS_UNKNOWN)  # hours are missing, or such that they cannot be read


def out_of_service(today: date) -> Due:
    """Those that cannot be relied upon `today`: by status, by their last check, or by a date."""
    return Due(which=LISTED, day=Cabinet.fails_on, until_on=today)


def supplies_lapsing(today: date) -> Due:
    """Those that will be out of service soon, when pads or battery lapse."""
    return Due(
        which=LISTED,
        day=Cabinet.fails_on,
        from_on=today + ONE_DAY,
        until_on=out_of_sight(today),  # the day after the last on which they count
    )


def child_pads_lapsed(today: date) -> Due:
    """Those whose pads for children have lapsed."""
    return Due(which=IN_SERVICE, day=Cabinet.child_pads_expire_on, until_on=today - ONE_DAY)


def child_pads_lapsing(today: date) -> Due:
    """Those whose pads for children lapse soon."""
    day = Cabinet.child_pads_expire_on
    return Due(which=IN_SERVICE, day=day, from_on=today, until_on=today + LAPSE_IN_SIGHT)


def checks_overdue(today: date) -> Due:
    """Those whose check is overdue."""
    return Due(which=IN_SERVICE, day=Cabinet.check_due_on, until_on=today - OVERDUE_AFTER)


def checks_due(today: date) -> Due:
    """Those whose check is due, and not yet overdue."""
    from_on = today - OVERDUE_AFTER + ONE_DAY
    return Due(which=IN_SERVICE, day=Cabinet.check_due_on, from_on=from_on, until_on=today)


def devices_past(today: date) -> Due:
    """Those whose device is past its ten years."""
    until_on = today - DEVICE_LASTS
    return Due(which=IN_SERVICE, day=Cabinet.device_since_on, until_on=until_on, lag=DEVICE_LASTS)


def devices_nearing(today: date) -> Due:
    """Those whose device reaches ten years soon."""
    return Due(
        which=IN_SERVICE,
        day=Cabinet.device_since_on,
        from_on=today - DEVICE_LASTS + ONE_DAY,
        until_on=today - DEVICE_LASTS + DEVICE_IN_SIGHT,
        lag=DEVICE_LASTS,
    )


def list_due(
    session: Session, due: Due, *, within: Areas, after: Spot | None, limit: int
) -> list[CabinetToDo]:
    """Return at most `limit` cabinets of a list behind a spot of it."""
    page = _page(due, within=within, after=after, limit=limit).subquery()
    rows = session.execute(
        select(
            Cabinet.id,
            Cabinet.ref,
            Cabinet.name,
            Cabinet.area_id,
            Cabinet.status,
            Cabinet.passed,
            Cabinet.inspected_on,
            Cabinet.check_due_on,
            Cabinet.pads_expire_on,
            Cabinet.child_pads_expire_on,
            Cabinet.battery_expires_on,
            Cabinet.device_since_on,
            Cabinet.opening_hours,
            (literal(None) if due.day is None else due.day).label("day"),
        )
        .join(page, page.c.id == Cabinet.id)
        .order_by(*_keys(due))
    ).mappings()
    return [
        CabinetToDo(
            at=NEVER if row["day"] is None else begin_of(row["day"] + due.lag),
            **{name: value for name, value in row.items() if name != "day"},
        )
        for row in rows
    ]


def count_due(session: Session, lists: Sequence[Due], *, within: Areas, most: int) -> list[int]:
    """Return how many cabinets each list holds, `most` standing for that many and more."""
    counts = [
        select(func.count())
        .select_from(_held(due, within=within).limit(most).subquery())
        .scalar_subquery()
        .label(f"list_{number}")
        for number, due in enumerate(lists)
    ]
    return list(session.execute(select(*counts)).one())


def count_due_by_area(session: Session, lists: Sequence[Due], *, within: Collection[int]) -> Counter[int]:
    """Return how many things the lists hold together of the cabinets in each area, looking at each once."""
    held: ColumnElement[int] = literal(0)
    for due in lists:
        held += case((_holds(due), 1), else_=0)
    counts = (
        select(Cabinet.area_id, func.sum(held)).where(Cabinet.area_id.in_(within)).group_by(Cabinet.area_id)
    )
    return Counter(
        {area_id: count for area_id, count in session.execute(counts) if area_id is not None and count}
    )


def _holds(due: Due) -> ColumnElement[bool]:
    if due.day is None:
        return and_(due.which)
    return and_(due.which, due.day.between(due.from_on, due.until_on))


def _keys(due: Due) -> tuple[SQLColumnExpression[Any], ...]:
    return (Cabinet.id,) if due.day is None else (due.day, Cabinet.id)


def _held(due: Due, *, within: Areas) -> Select[*tuple[Any, ...]]:
    wanted = select(*_keys(due)).where(_holds(due))
    return wanted if within is None else wanted.where(Cabinet.area_id.in_(within))


def _page(due: Due, *, within: Areas, after: Spot | None, limit: int) -> Select[*tuple[Any, ...]]:
    wanted, keys = _held(due, within=within), _keys(due)
    if within is not None:
        gathered = wanted.cte("gathered").prefix_with("MATERIALIZED")
        wanted, keys = select(*gathered.c), tuple(gathered.c)
    if after is not None and due.day is not None:
        wanted = wanted.where(tuple_(*keys) > after.on_day(lag=due.lag))
    elif after is not None and after.at == NEVER:
        wanted = wanted.where(keys[0] > after.id)
    return wanted.order_by(*keys).limit(limit)
