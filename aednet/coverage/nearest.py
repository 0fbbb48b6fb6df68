"""Which cabinets are nearest to a point at an instant. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from aednet.cabinets.facts import CabinetFacts
from aednet.cabinets.hours.openness import HoursAtInstant, Openness, openness
from aednet.cabinets.rules import Readiness
from aednet.coverage.network import Network
from aednet.geography.extent import check_inside
from aednet.geography.geodesic import Near
from aednet.geography.points import LatLon

DETOUR = 1.4  # route over straight line; Karlsson 2021 gives 1.4 to 1.6
DECIMALS = 1


class Mode(StrEnum):
    """How somebody comes."""

    WALK = "walk"
    RUN = "run"
    CYCLE = "cycle"
    CAR = "car"


SPEED_M_S = {
    Mode.WALK: 1.79,  # a brisk walk, 4 mph; Deakin 2018
    Mode.RUN: 2.3,  # responders' median; Swedish GPS study 2020
    Mode.CYCLE: 4.2,  # an assumption
    Mode.CAR: 8.3,  # in town; an assumption
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NearCabinet:
    """A cabinet found: how far in a straight line, how long one way, and its state at the instant."""

    cabinet: CabinetFacts
    straight_line_m: float
    minutes: float
    open: Openness
    readiness: Readiness


def nearest_cabinets(
    network: Network,
    origin: LatLon,
    *,
    at: datetime,
    limit: int,
    mode: Mode = Mode.WALK,
    include_closed: bool = False,
) -> list[NearCabinet]:
    """Return up to `limit` cabinets nearest to `origin` at the instant `at`.

    Those out of service are left out. Open ones and ones of unknown hours form one list by distance;
    closed ones follow, by distance, only where `include_closed`.

    Raises:
        OutsideExtent: the point lies outside the network.
    """
    check_inside(origin, network.extent)
    today, hours = network.calendar.day_of(at), HoursAtInstant(at, network.calendar)

    @cache
    def state(position: int) -> Openness | None:
        cabinet = network.cabinets[position]
        if cabinet.readiness(today) is Readiness.OUT_OF_SERVICE:
            return None
        return hours.openness(cabinet.opening_hours)

    def is_reachable(position: int) -> bool:
        return state(position) in {Openness.OPEN, Openness.UNKNOWN}

    def is_closed(position: int) -> bool:
        return state(position) is Openness.CLOSED

    found = network.index.nearest(origin, count=limit, accept=is_reachable)
    if include_closed and len(found) < limit:
        found += network.index.nearest(origin, count=limit - len(found), accept=is_closed)
    return [_describe(network, near, at=at, mode=mode) for near in found]


def minutes_one_way(straight_line_m: float, mode: Mode) -> float:
    """Return the minutes from here to there without turnout, by detour factor and speed."""
    return straight_line_m * DETOUR / SPEED_M_S[mode] / 60


def _describe(network: Network, near: Near, *, at: datetime, mode: Mode) -> NearCabinet:
    cabinet = network.cabinets[near.position]
    return NearCabinet(
        cabinet=cabinet,
        straight_line_m=round(near.straight_line_m, DECIMALS),
        minutes=round(minutes_one_way(near.straight_line_m, mode), DECIMALS),
        open=openness(cabinet.opening_hours, at, network.calendar),
        readiness=cabinet.readiness(network.calendar.day_of(at)),
    )
