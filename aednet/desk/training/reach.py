"""Whom to ask to a training day: whose certificate lapses and who lives in reach of its place.

Homes are encrypted, so that no database can tell who lives near: the snapshot in memory can.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from aednet.accounts.rules import Caller
from aednet.base.errors import NotFound
from aednet.base.paging import Page, page_of
from aednet.coverage.people import Crowd
from aednet.geography.points import LatLon
from aednet.geography.projection import Projection
from aednet.volunteers.facts import VolunteerFacts
from aednet.volunteers.queries import find_volunteers
from aednet.volunteers.training.rules import IN_REACH_M, LAPSED_SINCE, LAPSES_WITHIN
from aednet.web.places import read_id, read_place, write_place

DAYS: Final = (30, LAPSES_WITHIN.days, 90, 180)
NEAR_KM: Final = round(IN_REACH_M / 1_000)
KILOMETRES: Final = (2, 5, NEAR_KM, 20, 40)


class Whom(StrEnum):
    """Whose turn it is: those whose certificate lapses, or who want to resuscitate and have none."""

    LAPSING = "lapsing"
    WITHOUT = "without"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachPlace:
    """Where somebody stands in the list: how many days from lapsing, before or since; 0 without a date."""

    days: int
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachQuery:
    """Who is asked for: within how many days of lapsing, within how many kilometres."""

    whom: Whom = Whom.LAPSING
    days: int = LAPSES_WITHIN.days
    km: int = NEAR_KM
    after: ReachPlace | None = None

    @classmethod
    def read(cls, arguments: Mapping[str, str]) -> Self:
        """Read an address.

        Raises:
            NotFound: it asks for something that no form and no link of ours does.
        """
        text = arguments.get("na")
        after = None
        if text is not None:
            apart, own = read_place(text, read_id, read_id)
            after = ReachPlace(days=apart, id=own)
        whom = arguments.get("wie") or Whom.LAPSING
        days = arguments.get("dagen") or str(LAPSES_WITHIN.days)
        km = arguments.get("km") or str(NEAR_KM)
        if whom not in set(Whom) or days not in map(str, DAYS) or km not in map(str, KILOMETRES):
            raise NotFound("There is no such list.")
        return cls(whom=Whom(whom), days=int(days), km=int(km), after=after)

    def address(self, after: ReachPlace | None) -> dict[str, str]:
        """Return the fields of the address that asks this, from a place on."""
        said = {"wie": str(self.whom), "dagen": str(self.days), "km": str(self.km)}
        return said if after is None else said | {"na": write_place(after.days, after.id)}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class InReach:
    """Somebody to ask, and how far they live from the place in a straight line."""

    volunteer: VolunteerFacts
    straight_line_m: float


def who_is_in_reach(
    session: Session,
    crowd: Crowd,
    position: LatLon,
    query: ReachQuery,
    caller: Caller,
    *,
    projection: Projection,
    today: date,
    limit: int,
) -> Page[InReach, ReachPlace]:
    """Return at most `limit` volunteers of the caller's areas to ask, the nearest to lapsing first."""
    x_m, y_m = (float(part[0]) for part in projection.to_metres(*_arrays(position)))
    near = np.array(crowd.index.within(x_m=x_m, y_m=y_m, radius_m=query.km * 1_000), dtype=np.intp)
    near = near[_wanted(crowd, near, query, today=today)]
    if caller.area_ids is not None:
        own = [caller.may_see_area(crowd.area_ids[one]) for one in near.tolist()]
        near = near[np.array(own, dtype=np.bool_)]
    days = _days_from_lapsing(crowd, near, today=today)
    in_order = np.lexsort((crowd.ids[near], days))
    near, days = near[in_order], days[in_order]
    if query.after is not None:
        apart = query.after.days
        behind = (days > apart) | ((days == apart) & (crowd.ids[near] > query.after.id))
        near, days = near[behind], days[behind]
    near, days = near[: limit + 1], days[: limit + 1]
    places = [
        ReachPlace(days=day, id=own) for day, own in zip(days.tolist(), crowd.ids[near].tolist(), strict=True)
    ]
    metres = np.hypot(crowd.index.x_m[near] - x_m, crowd.index.y_m[near] - y_m).tolist()
    page = page_of(list(zip(places, metres, strict=True)), limit=limit, place_of=lambda row: row[0])
    facts = find_volunteers(session, [place.id for place, _ in page.rows], within=caller.area_ids)
    return Page(
        rows=tuple(
            InReach(volunteer=facts[place.id], straight_line_m=apart)
            for place, apart in page.rows
            if place.id in facts
        ),
        next_after=page.next_after,
    )


def _wanted(crowd: Crowd, near: NDArray[np.intp], query: ReachQuery, *, today: date) -> NDArray[np.bool_]:
    lapses_on = crowd.certificate_lapses_on[near]
    if query.whom is Whom.WITHOUT:
        return np.isnat(lapses_on) & crowd.responds[near]
    # NaT is neither earlier nor later.
    return (lapses_on >= np.datetime64(today - LAPSED_SINCE)) & (
        lapses_on <= np.datetime64(today + timedelta(days=query.days))
    )


def _days_from_lapsing(crowd: Crowd, near: NDArray[np.intp], *, today: date) -> NDArray[np.int64]:
    apart = np.abs(crowd.certificate_lapses_on[near] - np.datetime64(today))
    return np.where(np.isnat(apart), 0, apart.astype("timedelta64[D]").astype(np.int64))


def _arrays(position: LatLon) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.array([position.lat]), np.array([position.lon])
