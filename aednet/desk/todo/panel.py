"""How much of the inhabitants the cabinets reach today, by day and at night: two figures beside the list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from aednet.accounts.rules import Caller
from aednet.coverage.catchments import total_of
from aednet.coverage.coverage_schemas import USUAL_RADIUS_M
from aednet.coverage.measured import coverage_at
from aednet.coverage.network import Network
from aednet.coverage.week import WEEK, HourOfWeek

HOURS: Final = (14, 3)
MOST_CABINETS = (
    3_000  # of more than that, measuring takes longer than a page may; the map has a page of its own
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The share of the inhabitants who are reached at an instant, from 0 to 1."""

    at: datetime
    share: float


def reach_of(network: Network, caller: Caller, *, today: date) -> Sequence[Reach]:
    """Return the reach in the caller's areas at each of the `HOURS`; empty where it is not known."""
    if len(network.cabinets) > MOST_CABINETS:
        return ()
    found = []
    for hour in HOURS:
        when = HourOfWeek(weekday=WEEK[today.weekday()], hour=hour)
        at = when.from_day(today, network.calendar.zone)
        measured = coverage_at(network, at=at, radius_m=USUAL_RADIUS_M).areas
        own = [measured[area.slug] for area in network.areas if caller.may_see_area(area.id)]
        share = total_of(own).population_share
        if share is not None:
            found.append(Reach(at=at, share=share))
    return found
