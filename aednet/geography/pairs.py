"""Two sets of points at once: the nearest for each, and all pairs within a radius."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aednet.geography.index import NearestIndex

GRID: Final = 256  # cells along the longer side of the field; two bytes then name a cell
# Each byte with a 0 before every bit: x and y so spread and interleaved number the cells along Z-curves
# (Morton's order), in which neighbours mostly stay together.
SPREAD: Final = np.array(
    [sum((byte >> bit & 1) << (2 * bit) for bit in range(8)) for byte in range(GRID)], dtype=np.uint16
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestOfAll:
    """A row for each point: `positions` of what is nearest, nearest first, and how far, in `metres`."""

    positions: NDArray[np.intp]
    metres: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Pairs of two points: positions in either set, and the `metres` between them. In no order."""

    one: NDArray[np.intp]
    other: NDArray[np.intp]
    metres: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.metres)


def nearest_of_all(
    index: NearestIndex, *, x_m: NDArray[np.float64], y_m: NDArray[np.float64], count: int
) -> NearestOfAll:
    """Return for every point at `x_m` and `y_m` the `count` nearest in `index`, or all if it has fewer.

    Rows are in the order of the points. Of two at the very same distance either may come first, or come
    alone. The points are asked for in an order that keeps neighbours together, so that the part of the
    tree one needs is still at hand from the last.
    """
    ranks = range(1, min(count, len(index)) + 1)
    if not ranks:
        return NearestOfAll(positions=np.zeros((len(x_m), 0), dtype=np.intp), metres=np.zeros((len(x_m), 0)))
    order = _spatial_order(x_m, y_m)
    restored = np.empty_like(order)
    restored[order] = np.arange(len(order))
    metres, positions = index.tree.query(np.column_stack([x_m[order], y_m[order]]), k=ranks)
    return NearestOfAll(positions=positions.take(restored, axis=0), metres=metres.take(restored, axis=0))


def pairs_within(one: NearestIndex, other: NearestIndex, *, radius_m: float) -> Pairs:
    """Return all pairs of a point of `one` and a point of `other` at most `radius_m` apart."""
    if len(one) > len(other):  # walking the smaller tree outermost is a fifth quicker
        turned = pairs_within(other, one, radius_m=radius_m)
        return Pairs(one=turned.other, other=turned.one, metres=turned.metres)
    found = one.tree.sparse_distance_matrix(other.tree, radius_m, output_type="ndarray")
    return Pairs(one=found["i"], other=found["j"], metres=found["v"])


def _spatial_order(x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return positions so ordered that points near one another mostly follow one another."""
    if not len(x_m):
        return np.zeros(0, dtype=np.intp)
    side_m = max(np.ptp(x_m), np.ptp(y_m)) or 1.0
    column, row = (((v - v.min()) * ((GRID - 1) / side_m)).astype(np.uint8) for v in (x_m, y_m))
    return np.argsort(SPREAD[column] | SPREAD[row] << 1, kind="stable")  # a radix sort, for two bytes
