"""How many cabinets were ready on each day: written down on that day, for nobody can count it afterwards."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, case, delete, func, insert, literal, null, select
from sqlalchemy.orm import Session

from aednet.base.revisions import Counter, hold
from aednet.cabinets.figures.models import ReadinessDay
from aednet.cabinets.models import LISTED, Cabinet
from aednet.cabinets.rules import OVERDUE_AFTER, Readiness

COLUMNS = {
    Readiness.READY: ReadinessDay.ready,
    Readiness.DUE: ReadinessDay.due,
    Readiness.OVERDUE: ReadinessDay.overdue,
    Readiness.OUT_OF_SERVICE: ReadinessDay.out_of_service,
    Readiness.UNKNOWN: ReadinessDay.unknown,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadinessOn:
    """How many cabinets stood how on a day."""

    day: date
    counts: dict[Readiness, int]

    @property
    def all(self) -> int:
        """How many cabinets there were."""
        return sum(self.counts.values())


def record_day(session: Session, *, today: date) -> None:
    """Write down how the listed cabinets stand `today`, by area and in all, in place of what stood there."""
    hold(session, Counter.NETWORK)  # or two workers would both write it
    session.execute(delete(ReadinessDay).where(ReadinessDay.day == today))
    names = ["area_id", "day", *(column.key for column in COLUMNS.values())]
    by_area = _counts(Cabinet.area_id, today).where(Cabinet.area_id.is_not(None)).group_by(Cabinet.area_id)
    for counts in (by_area, _counts(null(), today)):
        session.execute(insert(ReadinessDay).from_select(names, counts))


def put_past_days(session: Session, area_id: int | None, days: Sequence[ReadinessOn]) -> None:
    """Write down days that went by, of an area or with None all; none of them is known yet."""
    session.execute(
        insert(ReadinessDay),
        [
            {"area_id": area_id, "day": one.day}
            | {column.key: one.counts[state] for state, column in COLUMNS.items()}
            for one in days
        ],
    )


def readiness_over(
    session: Session, *, within: Collection[int] | None, from_on: date, until_on: date
) -> list[ReadinessOn]:
    """Return the days that were written down, of these areas together, or of the whole network for None."""
    days = ReadinessDay.day.between(from_on, until_on)
    if within is None:
        wanted = select(ReadinessDay.day, *COLUMNS.values()).where(ReadinessDay.area_id.is_(None), days)
    else:
        wanted = (
            select(ReadinessDay.day, *(func.sum(column) for column in COLUMNS.values()))
            .where(ReadinessDay.area_id.in_(within), days)
            .group_by(ReadinessDay.day)
        )
    return [
        ReadinessOn(day=day, counts=dict(zip(COLUMNS, map(int, counts), strict=True)))
        for day, *counts in session.execute(wanted.order_by(ReadinessDay.day))
    ]


def readiness_by_area(session: Session, area_ids: Collection[int], *, on: date) -> dict[int, ReadinessOn]:
    """Return how each of these areas stood on a day, where that was written down."""
    rows = session.execute(
        select(ReadinessDay.area_id, *COLUMNS.values()).where(
            ReadinessDay.area_id.in_(area_ids), ReadinessDay.day == on
        )
    )
    return {
        area_id: ReadinessOn(day=on, counts=dict(zip(COLUMNS, counts, strict=True)))
        for area_id, *counts in rows
        if area_id is not None
    }


def _counts(area_id: Any, today: date) -> Select[*tuple[Any, ...]]:
    state = readiness_in_sql(today)
    sums = (func.coalesce(func.sum(case((state == readiness, 1), else_=0)), 0) for readiness in COLUMNS)
    return select(area_id, literal(today, Date), *sums).where(LISTED)


def readiness_in_sql(today: date) -> ColumnElement[str]:
    """Return what `rules.readiness` says of a cabinet `today`, in the words of the database."""
    return case(
        (Cabinet.fails_on <= today, Readiness.OUT_OF_SERVICE.value),
        (
            Cabinet.inspected_on.is_(None)
            | Cabinet.pads_expire_on.is_(None)
            | Cabinet.battery_expires_on.is_(None),
            Readiness.UNKNOWN.value,
        ),
        (Cabinet.check_due_on > today, Readiness.READY.value),
        (Cabinet.check_due_on > today - OVERDUE_AFTER, Readiness.DUE.value),
        else_=Readiness.OVERDUE.value,
    )
