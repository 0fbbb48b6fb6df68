"""Areas in which certificates of volunteers lapse: how many and from when, without a word of who."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, Select, column, func, null, select, table
from sqlalchemy.orm import Session

from aednet.volunteers.models import MAY_BE_CALLED, Volunteer

LAPSE_IN_SIGHT = timedelta(days=60)  # time for two training evenings
ONE_DAY = timedelta(days=1)
NOWHERE = 0  # stands for the people who live in no area
AREA = table("area", column("id", Integer))  # the room beside; known by name


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapsing:
    """Certificates that lapse, or have lapsed, in a span of days."""

    from_on: date = date.min
    until_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificatesToDo:
    """How many certificates of an area lapse in a span, up to a most, and on which day the first does.

    `area_id` is None for the people who live in no area.
    """

    area_id: int | None
    first_on: date
    count: int


def certificates_lapsed(today: date) -> Lapsing:
    """Those that count no more."""
    return Lapsing(until_on=today - ONE_DAY)


def certificates_lapsing(today: date) -> Lapsing:
    """Those that count today, and not for long any more."""
    return Lapsing(from_on=today, until_on=today + LAPSE_IN_SIGHT)


def areas_with_lapsing(
    session: Session, lapsing: Lapsing, *, within: Collection[int] | None, limit: int
) -> list[int]:
    """Return at most `limit` areas in which certificates lapse, `NOWHERE` for who lives in none."""
    areas = session.scalars(_areas(lapsing, within=within, after=None).limit(limit)).all()
    if within is not None:
        return list(areas)
    nowhere = session.scalar(_held(lapsing, Volunteer.area_id.is_(None)).limit(1))
    return [*areas] if nowhere is None else [NOWHERE, *areas]


def list_lapsing(
    session: Session,
    lapsing: Lapsing,
    *,
    within: Collection[int] | None,
    after: int | None,
    limit: int,
    most: int,
) -> list[CertificatesToDo]:
    """Return at most `limit` areas in which certificates lapse, by number from `after` on.

    Those who live in no area come first, as number `NOWHERE`. Counts stop at `most`.
    """
    found: list[Row[*tuple[Any, ...]]] = []
    if within is None and (after is None or after < NOWHERE):
        nowhere = session.execute(
            select(null(), *_figures(lapsing, Volunteer.area_id.is_(None), most=most))
        ).one()
        found = [nowhere] if nowhere.first_on is not None else []
    areas = _areas(lapsing, within=within, after=after)
    figures = _figures(lapsing, Volunteer.area_id == AREA.c.id, most=most)
    found += session.execute(areas.add_columns(*figures).limit(limit - len(found))).all()
    return [
        CertificatesToDo(area_id=area_id, first_on=first_on, count=count)
        for area_id, first_on, count in found
    ]


def _areas(lapsing: Lapsing, *, within: Collection[int] | None, after: int | None) -> Select[int]:
    # Not EXISTS, which PostgreSQL turns into a join that may read every row of the network.
    first = _held(lapsing, Volunteer.area_id == AREA.c.id).limit(1).correlate(AREA).scalar_subquery()
    areas = select(AREA.c.id).where(first.is_not(None)).order_by(AREA.c.id)
    if within is not None:
        areas = areas.where(AREA.c.id.in_(within))
    return areas if after is None else areas.where(AREA.c.id > after)


def _held(lapsing: Lapsing, where: ColumnElement[bool]) -> Select[date | None]:
    lapses_on = Volunteer.certificate_lapses_on
    return select(lapses_on).where(MAY_BE_CALLED, where, lapses_on.between(lapsing.from_on, lapsing.until_on))


def _figures(lapsing: Lapsing, where: ColumnElement[bool], *, most: int) -> tuple[ColumnElement[Any], ...]:
    """Return the first day and the number of the certificates at a place, as columns of a query."""
    lapses_on = Volunteer.certificate_lapses_on
    first_on = _held(lapsing, where).with_only_columns(func.min(lapses_on)).correlate(AREA).scalar_subquery()
    some = _held(lapsing, where).limit(most).correlate(AREA).subquery()
    count = select(func.count()).select_from(some).correlate(AREA).scalar_subquery()
    return first_on.label("first_on"), count.label("count")
