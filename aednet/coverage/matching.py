"""Volunteers and the cabinets near them: for one, and for the whole network at once. Pure.

Points are given in metres of the network's plane, and answers name them by position in what was given.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

from aednet.geography.index import NearestIndex
from aednet.geography.pairs import NearestOfAll, nearest_of_all, pairs_within

RESPONDERS_WITHIN_M = 500.0  # Roermond's placement rule; field.md
FEWEST_RESPONDERS = 12  # the same
MOST_RESPONDERS = 15  # the same


class Strength(StrEnum):
    """How the responders near a cabinet compare with the norm of 12 to 15."""

    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """What lies near one point: `positions` by distance, ties by position, and how far in `metres`."""

    positions: NDArray[np.intp]
    metres: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class NearEach:
    """What lies near each of many points: for point i from `starts[i]` up to `starts[i + 1]`."""

    starts: NDArray[np.intp]
    positions: NDArray[np.intp]
    metres: NDArray[np.float64]

    @property
    def counts(self) -> NDArray[np.intp]:
        """How many lie near each point."""
        return np.diff(self.starts)

    @property
    def lonely(self) -> NDArray[np.intp]:
        """The points that have nothing near them."""
        return np.flatnonzero(self.counts == 0)

    def of(self, point: int) -> Near:
        """Return what lies near one of the points."""
        own = slice(self.starts[point], self.starts[point + 1])
        return _sorted(self.positions[own], self.metres[own])


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """The cabinets near each volunteer, and the same pairs as the volunteers near each cabinet."""

    cabinets: NearEach
    volunteers: NearEach


def match_all(volunteers: NearestIndex, cabinets: NearestIndex, *, radius_m: float) -> Matches:
    """Find every pair of a volunteer and a cabinet at most `radius_m` apart in a straight line."""
    pairs = pairs_within(volunteers, cabinets, radius_m=radius_m)
    shape = (len(volunteers), len(cabinets))
    table = csr_array((pairs.metres, (pairs.one, pairs.other)), shape=shape)
    return Matches(cabinets=_rows(table), volunteers=_rows(table.T.tocsr()))


def plant(*, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> shapely.STRtree:
    """Return points as the tree that `near_one` asks; once for each snapshot."""
    return shapely.STRtree(shapely.points(x_m, y_m))


def near_one(tree: shapely.STRtree, *, x_m: float, y_m: float, radius_m: float) -> Near:
    """Return the points of `tree` at most `radius_m` from one place."""
    place = shapely.Point(x_m, y_m)
    positions = tree.query(place, predicate="dwithin", distance=radius_m)
    return _sorted(positions, shapely.distance(place, tree.geometries[positions]))


def responders_near(cabinets: NearestIndex, responders: NearestIndex) -> NDArray[np.intp]:
    """Return for each cabinet the responders within 500 m, the distance of the norm."""
    pairs = pairs_within(cabinets, responders, radius_m=RESPONDERS_WITHIN_M)
    return np.bincount(pairs.one, minlength=len(cabinets))


def strength(responders: int) -> Strength:
    """Compare the responders within 500 m of a cabinet with the norm; 12 and 15 are within it."""
    if responders < FEWEST_RESPONDERS:
        return Strength.BELOW
    return Strength.WITHIN if responders <= MOST_RESPONDERS else Strength.ABOVE


def suggest_guardians(
    cabinets: NearestIndex, volunteers: NearestIndex, *, willing: NDArray[np.bool_], count: int
) -> NearestOfAll:
    """Return for each cabinet the `count` nearest of the `willing` volunteers, fewer if they are fewer.

    `willing` has one truth a volunteer; the positions in the answer are those of all volunteers.
    """
    asked = np.flatnonzero(willing)
    index = NearestIndex(x_m=volunteers.x_m[asked], y_m=volunteers.y_m[asked])
    nearest = nearest_of_all(index, x_m=cabinets.x_m, y_m=cabinets.y_m, count=count)
    return NearestOfAll(positions=asked[nearest.positions], metres=nearest.metres)


def _rows(table: csr_array) -> NearEach:
    return NearEach(starts=table.indptr, positions=table.indices, metres=table.data)


def _sorted(positions: NDArray[np.intp], metres: NDArray[np.float64]) -> Near:
    order = np.lexsort((positions, metres))
    return Near(positions=positions[order], metres=metres[order])
