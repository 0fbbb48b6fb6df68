"""Cabinets and people as the page shows them: where either is short of the other."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy.orm import Session

from aednet.accounts.rules import Caller
from aednet.cabinets.facts import CabinetFacts
from aednet.cabinets.queries import list_without_guardian
from aednet.cabinets.todo.queries import UNGUARDED, count_due
from aednet.coverage.balance import out_of_reach, responders_by_cabinet
from aednet.coverage.matching import Strength, strength, suggest_guardians
from aednet.coverage.network import Network
from aednet.coverage.people import Crowd
from aednet.geography.index import NearestIndex
from aednet.volunteers.names import find_names

SUGGESTED = 3
MOST = 100  # counting those without guardian stops here; the page then says "99+"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manned:
    """A cabinet with those who live within 500 m and may be called out, measured against the norm."""

    cabinet: CabinetFacts
    responders: int
    strength: Strength


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """How many volunteers of an area have no cabinet within the radius."""

    area_name: str
    volunteers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Somebody willing to look after a cabinet, and how far from it they live."""

    name: str
    straight_line_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Unguarded:
    """A cabinet without guardian, and who might become it, nearest first."""

    cabinet: CabinetFacts
    suggestions: Sequence[Suggestion]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnguardedView:
    """How many cabinets have no guardian, counted to `MOST`; the first are told of in `rows`."""

    total: int
    rows: Sequence[Unguarded]

    @property
    def has_suggestions(self) -> bool:
        """Tell whether anybody might become a guardian."""
        return any(row.suggestions for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleView:
    """The cabinets and the volunteers of the caller's areas."""

    volunteers: int
    manned: Sequence[Manned]  # fewest responders first
    unreached: Sequence[Unreached]  # most volunteers first

    @property
    def unreached_volunteers(self) -> int:
        """How many of the volunteers have no cabinet within the radius."""
        return sum(row.volunteers for row in self.unreached)

    @property
    def short(self) -> int:
        """How many of the cabinets have fewer responders than the norm."""
        return sum(row.strength is Strength.BELOW for row in self.manned)


def view_people(network: Network, crowd: Crowd, caller: Caller, *, day: date, radius_m: float) -> PeopleView:
    """Put together what the page shows of people: numbers alone."""
    counts = responders_by_cabinet(crowd, network.index.planar, day=day)
    manned = [
        Manned(cabinet=cabinet, responders=int(count), strength=strength(int(count)))
        for cabinet, count in zip(network.cabinets, counts, strict=True)
        if caller.may_see_area(cabinet.area_id)
    ]
    lonely = out_of_reach(crowd.index, network.index.planar, radius_m=radius_m)
    return PeopleView(
        volunteers=sum(map(caller.may_see_area, crowd.area_ids)),
        manned=sorted(manned, key=lambda row: (row.responders, row.cabinet.ref)),
        unreached=_by_area(network, caller, Counter(crowd.area_ids[position] for position in lonely)),
    )


def view_unguarded(
    session: Session, network: Network, crowd: Crowd, caller: Caller, *, limit: int
) -> UnguardedView:
    """Find who might look after the first `limit` cabinets of the caller's areas that have no guardian.

    It names people, those of the caller's areas alone: only for callers who may see people.
    """
    (total,) = count_due(session, [UNGUARDED], within=caller.area_ids, most=MOST)
    first = list_without_guardian(session, within=caller.area_ids, limit=limit)
    shown = [cabinet for cabinet in first if cabinet.ref in network.positions]
    positions = [network.positions[cabinet.ref] for cabinet in shown]
    planar = network.index.planar
    own = np.array([caller.may_see_area(area_id) for area_id in crowd.area_ids], dtype=np.bool_)
    nearest = suggest_guardians(
        NearestIndex(x_m=planar.x_m[positions], y_m=planar.y_m[positions]),
        crowd.index,
        willing=crowd.guards & own,
        count=SUGGESTED,
    )
    names = find_names(session, crowd.ids[np.unique(nearest.positions)].tolist(), within=caller.area_ids)
    rows = [
        Unguarded(
            cabinet=cabinet,
            suggestions=[
                Suggestion(name=names[number], straight_line_m=float(apart))
                for number, apart in zip(crowd.ids[who].tolist(), metres, strict=True)
                if number in names
            ],
        )
        for cabinet, who, metres in zip(shown, nearest.positions, nearest.metres, strict=True)
    ]
    return UnguardedView(total=total, rows=rows)


def _by_area(network: Network, caller: Caller, lonely: Mapping[int | None, int]) -> list[Unreached]:
    names = {area.id: area.name for area in network.areas}
    rows = [
        Unreached(area_name=names.get(area_id, "") if area_id else "", volunteers=count)
        for area_id, count in lonely.items()
        if caller.may_see_area(area_id)
    ]
    return sorted(rows, key=lambda row: (-row.volunteers, row.area_name))
