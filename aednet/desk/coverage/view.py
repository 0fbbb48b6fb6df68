"""Coverage as the page shows it: of the caller's own areas, with what they have and what they miss."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from aednet.accounts.rules import Caller
from aednet.areas.queries import AreaFacts
from aednet.cabinets.facts import CabinetFacts
from aednet.cabinets.hours.openness import HoursAtInstant, Openness
from aednet.cabinets.rules import Readiness
from aednet.coverage.balance import responders_by_area
from aednet.coverage.catchments import Figures, total_of
from aednet.coverage.gaps import Gap
from aednet.coverage.measured import coverage_at, gaps_at
from aednet.coverage.nearest import DETOUR, Mode, minutes_one_way
from aednet.coverage.network import Network
from aednet.coverage.people import Crowd
from aednet.coverage.rules import per_thousand
from aednet.geography.points import LatLon
from aednet.geography.shapes import inner_point


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """A gap with the name of its area and a point inside it, where its number stands on the map."""

    gap: Gap
    area_name: str
    position: LatLon


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the table: an area, or all of the caller's together, where `name` is empty.

    `cabinets` are all that hang there, of which `figures.cabinets` serve.
    """

    name: str
    figures: Figures
    cabinets: int
    responders: int
    largest_gap: Gap | None

    @property
    def area_share(self) -> float:
        """The share of the ground that is covered, from 0 to 1."""
        return self.figures.covered_area_km2 / self.figures.area_km2

    @property
    def responders_per_1000(self) -> float | None:
        """Those who may be called out for every thousand inhabitants."""
        return per_thousand(self.responders, self.figures.population)


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """A cabinet that does not serve, and the two things of which one is why."""

    cabinet: CabinetFacts
    readiness: Readiness
    open: Openness


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageView:
    """Coverage of the caller's areas at an instant."""

    at: datetime
    day: date
    radius_m: float
    areas: Sequence[AreaFacts]
    rows: Sequence[Row]  # by the share of inhabitants who are reached, the smallest first
    total: Row
    gaps: Sequence[GapRow]  # most inhabitants first
    cabinets: int
    idle: Sequence[Idle]

    @property
    def serving(self) -> int:
        """How many of the caller's cabinets serve."""
        return self.cabinets - len(self.idle)

    @property
    def walking_m(self) -> float:
        """How far one walks to somewhere at the end of the radius."""
        return self.radius_m * DETOUR

    @property
    def walking_minutes(self) -> float:
        """How long one walks to there."""
        return minutes_one_way(self.radius_m, Mode.WALK)


def view_coverage(
    network: Network, crowd: Crowd, caller: Caller, *, at: datetime, radius_m: float
) -> CoverageView:
    """Put together what the page shows of coverage within `radius_m` in a straight line at an instant."""
    day = network.calendar.day_of(at)
    areas = [area for area in network.areas if caller.may_see_area(area.id)]
    names = {area.slug: area.name for area in areas}
    measured = coverage_at(network, at=at, radius_m=radius_m)
    gaps = [gap for gap in gaps_at(network, at=at, radius_m=radius_m) if gap.area in names]
    own = [cabinet for cabinet in network.cabinets if caller.may_see_area(cabinet.area_id)]
    responders = responders_by_area(crowd, day=day)
    rows = _rows(areas, measured.areas, own, responders, {gap.area: gap for gap in reversed(gaps)})
    return CoverageView(
        at=at,
        day=day,
        radius_m=radius_m,
        areas=areas,
        rows=rows,
        total=Row(
            name="",
            figures=total_of([row.figures for row in rows]),
            cabinets=sum(row.cabinets for row in rows),
            responders=sum(row.responders for row in rows),
            largest_gap=gaps[0] if gaps else None,
        ),
        gaps=[GapRow(gap=gap, area_name=names[gap.area], position=inner_point(gap.shape)) for gap in gaps],
        cabinets=len(own),
        idle=_idle(network, caller, at=at),
    )


def _rows(
    areas: Sequence[AreaFacts],
    measured: Mapping[str, Figures],
    cabinets: Sequence[CabinetFacts],
    responders: Counter[int | None],
    largest: Mapping[str, Gap],
) -> list[Row]:
    hanging = Counter(cabinet.area for cabinet in cabinets)
    rows = [
        Row(
            name=area.name,
            figures=measured[area.slug],
            cabinets=hanging[area.slug],
            responders=responders[area.id],
            largest_gap=largest.get(area.slug),
        )
        for area in areas
    ]
    return sorted(rows, key=_worst_first)


def _worst_first(row: Row) -> tuple[bool, float, str]:
    share = row.figures.population_share
    return share is None, share or 0.0, row.name


def _idle(network: Network, caller: Caller, *, at: datetime) -> list[Idle]:
    hours, day = HoursAtInstant(at, network.calendar), network.calendar.day_of(at)
    serving = set(network.serving_at(at).tolist())
    return [
        Idle(
            cabinet=cabinet,
            readiness=cabinet.readiness(day),
            open=hours.openness(cabinet.opening_hours),
        )
        for position, cabinet in enumerate(network.cabinets)
        if position not in serving and caller.may_see_area(cabinet.area_id)
    ]
