"""Counting once a day what lapses in each month ahead and how many inspections each month had."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Integer, cast, extract, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from aednet.areas.tallies import Counted, Tally, by_month, first_of_month, put_tallies
from aednet.cabinets.device_models import DEVICE_LASTS
from aednet.cabinets.models import LISTED, Cabinet, Inspection

MONTHS_AHEAD = 12
ONE_DAY = timedelta(days=1)
LAPSES: dict[Tally, tuple[InstrumentedAttribute[Any], timedelta]] = {
    Tally.PADS_ADULT: (Cabinet.pads_expire_on, timedelta()),
    Tally.PADS_CHILD: (Cabinet.child_pads_expire_on, timedelta()),
    Tally.BATTERY: (Cabinet.battery_expires_on, timedelta()),
    Tally.DEVICE: (Cabinet.device_since_on, DEVICE_LASTS),
}


def count_months(session: Session, *, today: date) -> None:
    """Count what lapses in this month and the next eleven, and the inspections of this month and the last.

    Of months before those what was counted then stands.
    """
    first, last = first_of_month(today), first_of_month(today, ahead=MONTHS_AHEAD - 1)
    end_on = first_of_month(today, ahead=MONTHS_AHEAD) - ONE_DAY
    for kind, (column, lag) in LAPSES.items():
        rows = session.execute(
            select(Cabinet.area_id, column, func.count())
            .where(LISTED, column.between(first - lag, end_on - lag))
            .group_by(Cabinet.area_id, column)
        )
        counted = by_month(((area_id, day, count) for area_id, day, count in rows), lag=lag)
        put_tallies(session, kind, counted, from_month=first, until_month=last)
    _count_inspections(session, today=today)


def _count_inspections(session: Session, *, today: date) -> None:
    before, this = first_of_month(today, ahead=-1), first_of_month(today)
    year = cast(extract("year", Inspection.inspected_on), Integer)
    month = cast(extract("month", Inspection.inspected_on), Integer)
    rows = session.execute(
        select(Cabinet.area_id, year, month, func.count())
        .join(Cabinet, Cabinet.id == Inspection.cabinet_id)
        .where(Inspection.inspected_on.between(before, today))
        .group_by(Cabinet.area_id, year, month)
    )
    counted = [
        Counted(area_id=area_id, month=date(in_year, in_month, 1), count=count)
        for area_id, in_year, in_month, count in rows
    ]
    put_tallies(session, Tally.INSPECTION, counted, from_month=before, until_month=this)
