"""What the page of charts shows of some areas."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date
from flask_babel import get_locale
from sqlalchemy.orm import Session

from aednet.areas.names import AreaName
from aednet.areas.tallies import Tally, first_of_month, sum_tallies, tallies_by_area
from aednet.cabinets.figures.readiness import ReadinessOn, readiness_by_area, readiness_over
from aednet.cabinets.rules import Readiness
from aednet.web.charts import BarChart, StackChart, Tick, bar_chart, place, stack_chart

MONTHS = 12
LAPSES = (Tally.PADS_ADULT, Tally.PADS_CHILD, Tally.BATTERY, Tally.DEVICE, Tally.CERTIFICATE)
STACKED = (  # from the bottom up
    Readiness.READY,
    Readiness.DUE,
    Readiness.OVERDUE,
    Readiness.UNKNOWN,
    Readiness.OUT_OF_SERVICE,
)
MARKS = 3  # days named beneath readiness over time


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadinessView:
    """Readiness over some days up to today; `missing` of them nobody wrote down."""

    days: Sequence[ReadinessOn]
    chart: StackChart
    marks: Sequence[Tick]
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthsView:
    """Figures of one kind by month, the same in the chart and in the list."""

    kind: Tally
    months: Sequence[tuple[date, int]]
    chart: BarChart

    @property
    def all(self) -> int:
        """How many there are together."""
        return sum(count for _, count in self.months)


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaView:
    """One area beside others. `readiness` is None where nothing was written down of it today."""

    area: AreaName
    readiness: ReadinessOn | None
    this_month: int
    last_month: int
    year: int


def view_readiness(
    session: Session, *, within: Collection[int] | None, today: date, days: int
) -> ReadinessView:
    """Return readiness over so many days, the last of them today."""
    first = today - timedelta(days=days - 1)
    found = readiness_over(session, within=within, from_on=first, until_on=today)
    columns = {(one.day - first).days: [one.counts[state] for state in STACKED] for one in found}
    return ReadinessView(
        days=found,
        chart=stack_chart(STACKED, columns, count=days),
        marks=[
            Tick(at=place(at, count=days), text=_day(first + timedelta(days=at)))
            for at in (round(part * (days - 1) / (MARKS - 1)) for part in range(MARKS))
        ],
        missing=days - len(found),
    )


def view_lapses(session: Session, *, within: Collection[int] | None, today: date) -> list[MonthsView]:
    """Return what lapses in this month and the eleven after it, kind by kind."""
    first, last = first_of_month(today), first_of_month(today, ahead=MONTHS - 1)
    counts = sum_tallies(session, LAPSES, within=within, from_month=first, until_month=last)
    return [_months(kind, counts, first=first) for kind in LAPSES]


def view_inspections(session: Session, *, within: Collection[int] | None, today: date) -> MonthsView:
    """Return the inspections of this month and the eleven before it."""
    first, last = first_of_month(today, ahead=1 - MONTHS), first_of_month(today)
    counts = sum_tallies(session, [Tally.INSPECTION], within=within, from_month=first, until_month=last)
    return _months(Tally.INSPECTION, counts, first=first)


def view_areas(session: Session, areas: Sequence[AreaName], *, today: date) -> list[AreaView]:
    """Return each of some areas, at most a page of them, in their order."""
    ids = [area.id for area in areas]
    first, this = first_of_month(today, ahead=1 - MONTHS), first_of_month(today)
    last = first_of_month(today, ahead=-1)
    counts = tallies_by_area(session, Tally.INSPECTION, within=ids, from_month=first, until_month=this)
    readiness = readiness_by_area(session, ids, on=today)
    return [
        AreaView(
            area=area,
            readiness=readiness.get(area.id),
            this_month=counts.get((area.id, this), 0),
            last_month=counts.get((area.id, last), 0),
            year=sum(count for (area_id, _), count in counts.items() if area_id == area.id),
        )
        for area in areas
    ]


def _months(kind: Tally, counts: Mapping[tuple[Tally, date], int], *, first: date) -> MonthsView:
    months = [first_of_month(first, ahead=ahead) for ahead in range(MONTHS)]
    figures = [(month, counts.get((kind, month), 0)) for month in months]
    return MonthsView(
        kind=kind, months=figures, chart=bar_chart([(_letter(month), count) for month, count in figures])
    )


def _letter(month: date) -> str:
    return format_date(month, "MMM", locale=get_locale()).removesuffix(".")


def _day(day: date) -> str:
    return format_date(day, "d MMM", locale=get_locale())
