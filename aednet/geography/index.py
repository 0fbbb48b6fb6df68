"""The nearest points in the plane."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from math import inf

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

SPARE = 4  # asked for beyond the first wish, so that ranking anew seldom needs a second look
WIDENING = 4  # each further look asks for so many times more, which keeps all looks together linear


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """The next points outwards: `positions` by distance, ties by position.

    Every point nearer than `reach_m` is in this ring or in an earlier one; the last ring reaches to
    infinity.
    """

    positions: NDArray[np.intp]
    reach_m: float


class NearestIndex:
    """Points in a metric plane. Positions in the two arrays are what its answers hold.

    Immutable after construction, so any number of threads may ask.
    """

    def __init__(self, *, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> None:
        """Index the points at `x_m` and `y_m`: two arrays of one length, finite, in metres."""
        self.x_m = x_m
        self.y_m = y_m
        self.tree = cKDTree(np.column_stack([x_m, y_m]))

    def __len__(self) -> int:
        return int(self.tree.n)

    def nearest(self, *, x_m: float, y_m: float, count: int) -> list[int]:
        """Return the `count` nearest positions by distance, ties by position; fewer if there are no more."""
        rings = self.rings(x_m=x_m, y_m=y_m, first=count)
        return list(islice(chain.from_iterable(ring.positions.tolist() for ring in rings), max(count, 0)))

    def rings(self, *, x_m: float, y_m: float, first: int) -> Iterator[Ring]:
        """Yield all points outwards in rings, the first of about `first` points, each wider than the last.

        For a caller who filters: it goes on asking until it has enough.
        """
        count = max(first, 0) + SPARE
        inner_m = 0.0
        while inner_m < inf and len(self):
            count = min(count, len(self))
            distances, positions = self.tree.query((x_m, y_m), k=range(1, count + 1))
            # Of several points at the outermost distance the tree may have left some out: they all wait
            # for the next ring.
            outer_m = inf if count == len(self) else float(distances[-1])
            fresh = (inner_m <= distances) & (distances < outer_m)
            by_distance = np.lexsort((positions[fresh], distances[fresh]))
            yield Ring(positions=positions[fresh][by_distance], reach_m=outer_m)
            inner_m = outer_m
            count *= WIDENING

    def within(self, *, x_m: float, y_m: float, radius_m: float) -> list[int]:
        """Return the positions at most `radius_m` away, in ascending order of position."""
        return sorted(self.tree.query_ball_point((x_m, y_m), radius_m))
