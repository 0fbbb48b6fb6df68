"""Figures per area and month that rooms above count once a day, so that no page counts the whole network."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, delete, func, insert, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from aednet.base.database import Base, Day, Id, choice

OF_AN_AREA = text("area_id IS NOT NULL")
OF_ALL = text("area_id IS NULL")


class Tally(StrEnum):
    """What is counted. All but the last two lie ahead: what lapses in a month."""

    PADS_ADULT = "pads_adult"
    PADS_CHILD = "pads_child"
    BATTERY = "battery"
    DEVICE = "device"
    CERTIFICATE = "certificate"
    INSPECTION = "inspection"
    VOLUNTEER = "volunteer"


class MonthTally(Base):
    """How many there are of something in an area and a month; without an area, in the whole network."""

    __tablename__ = "month_tally"
    __table_args__ = (
        Index(
            "uq_month_tally_area_id_kind_month",
            "area_id",
            "kind",
            "month",
            unique=True,
            sqlite_where=OF_AN_AREA,
            postgresql_where=OF_AN_AREA,
        ),
        Index(
            "uq_month_tally_all_kind_month",
            "kind",
            "month",
            unique=True,
            sqlite_where=OF_ALL,
            postgresql_where=OF_ALL,
        ),
    )

    id: Mapped[Id]
    kind: Mapped[Tally] = mapped_column(choice(Tally))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id", ondelete="CASCADE"))
    month: Mapped[Day]  # its first day
    count: Mapped[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many of something an area has in a month, given by its first day; None is no area."""

    area_id: int | None
    month: date
    count: int


def put_tallies(
    session: Session, kind: Tally, counted: Iterable[Counted], *, from_month: date, until_month: date
) -> None:
    """Replace what is known of `kind` from one month until another, both included; totals are added up.

    What lies in no area counts in the total alone.
    """
    totals: dict[date, int] = {}
    rows = []
    for one in counted:
        totals[one.month] = totals.get(one.month, 0) + one.count
        if one.area_id is not None:
            rows.append({"kind": kind, "area_id": one.area_id, "month": one.month, "count": one.count})
    rows += [
        {"kind": kind, "area_id": None, "month": month, "count": count} for month, count in totals.items()
    ]
    session.execute(
        delete(MonthTally).where(MonthTally.kind == kind, MonthTally.month.between(from_month, until_month))
    )
    if rows:
        session.execute(insert(MonthTally), rows)


def sum_tallies(
    session: Session,
    kinds: Collection[Tally],
    *,
    within: Collection[int] | None,
    from_month: date,
    until_month: date,
) -> dict[tuple[Tally, date], int]:
    """Return how many there are of each kind in each month, in these areas together, or None for all."""
    months = (
        MonthTally.kind.in_(kinds),
        MonthTally.month.between(from_month, until_month),
    )
    if within is None:
        rows = session.execute(
            select(MonthTally.kind, MonthTally.month, MonthTally.count).where(
                MonthTally.area_id.is_(None), *months
            )
        )
    else:
        rows = session.execute(
            select(MonthTally.kind, MonthTally.month, func.sum(MonthTally.count))
            .where(MonthTally.area_id.in_(within), *months)
            .group_by(MonthTally.kind, MonthTally.month)
        )
    return {(kind, month): int(count) for kind, month, count in rows}


def tallies_by_area(
    session: Session, kind: Tally, *, within: Collection[int], from_month: date, until_month: date
) -> dict[tuple[int, date], int]:
    """Return how many there are of a kind in each of these areas and each month."""
    rows = session.execute(
        select(MonthTally.area_id, MonthTally.month, MonthTally.count).where(
            MonthTally.area_id.in_(within),
            MonthTally.kind == kind,
            MonthTally.month.between(from_month, until_month),
        )
    )
    return {(area_id, month): count for area_id, month, count in rows if area_id is not None}


def by_month(rows: Iterable[tuple[int | None, date, int]], *, lag: timedelta = timedelta()) -> list[Counted]:
    """Add up by month what was counted by area and day, each day taken `lag` later."""
    found: dict[tuple[int | None, date], int] = {}
    for area_id, day, count in rows:
        key = area_id, first_of_month(day + lag)
        found[key] = found.get(key, 0) + count
    return [Counted(area_id=area_id, month=month, count=count) for (area_id, month), count in found.items()]


def first_of_month(day: date, *, ahead: int = 0) -> date:
    """Return the first day of the month `ahead` months after that of `day`, or before it where negative."""
    months = day.year * 12 + day.month - 1 + ahead
    return date(months // 12, months % 12 + 1, 1)
