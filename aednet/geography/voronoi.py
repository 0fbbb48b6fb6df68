"""Which ground is nearest to which of many sites: Voronoi cells, out of a Delaunay triangulation."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import Delaunay, cKDTree

# Over a whole country, two sites a centimetre apart are beneath the triangulation's rounding. So sites closer
# than 0.1 m, which is as finely as positions are given out, are taken to 0.1 m; all others as they are.
CLOSE_M = 0.1
CLOSE_DECIMALS = 1
FLAT_M2 = 1e-6  # stands for the area of a triangle that has none, so that its circumcentre is far but finite


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfBorders:
    """The borders between neighbouring cells, in halves that begin where the line between the sites crosses.

    A half belongs to two sites, `one` and `other`, positions of which those from the number of sites on are
    dummies. It lies `apart_m` from both and is `length_m` long, which may be infinite. Where that is
    negative, the border lies on the other half's side alone and this part is to be taken off again.
    """

    one: NDArray[np.intp]
    other: NDArray[np.intp]
    apart_m: NDArray[np.float64]
    length_m: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Corners:
    """The corners of all cells: those of `sites[k]` are `places[starts[k]]` up to the next start."""

    sites: NDArray[np.intp]
    starts: NDArray[np.intp]
    places: NDArray[np.float64]

    def bounds(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the least and the greatest x and y of each cell, in two arrays of pairs."""
        return np.minimum.reduceat(self.places, self.starts), np.maximum.reduceat(self.places, self.starts)

    def polygons(self, wanted: NDArray[np.intp]) -> NDArray[np.object_]:
        """Return the cells of `sites[wanted]` as shapely polygons; `wanted` ascends."""
        number = np.full(len(self.sites), -1)
        number[wanted] = np.arange(len(wanted))
        cell = np.repeat(number, np.diff(self.starts, append=len(self.places)))
        points = shapely.points(self.places[cell >= 0])
        # A cell is convex, so its corners need no order.
        cells: NDArray[np.object_] = shapely.convex_hull(shapely.multipoints(points, indices=cell[cell >= 0]))
        return cells


class VoronoiCells:
    """The plane divided among sites, right for the ground at most some reach from a site.

    Of several sites at one place one has the cell and the others have none. Immutable.
    """

    def __init__(self, *, x_m: NDArray[np.float64], y_m: NDArray[np.float64], reach_m: float) -> None:
        """Divide the plane among the sites at `x_m` and `y_m`: two arrays of one length, at least one site.

        Four dummies outside make every cell bounded. They lie more than twice `reach_m` from all sites, so
        they take no ground within it.
        """
        self.sites = _apart(np.column_stack([x_m, y_m]))
        low, high = self.sites.min(axis=0), self.sites.max(axis=0)
        half_x, half_y = (high - low) / 2 + 3 * reach_m + (high - low).max() / 10 + 1
        dummies = [(-half_x, -half_y), (half_x, -half_y), (half_x, half_y), (-half_x, half_y)]
        self._middle = (low + high) / 2
        self._points = np.vstack([self.sites - self._middle, dummies])  # near 0, where digits are finest
        self._triangles = Delaunay(self._points).simplices

    def half_borders(self) -> HalfBorders:
        """Return the borders of all cells.

        The border of two neighbours stands square on the middle of the edge between them, and ends at the
        circumcentres of the two triangles on that edge. By the inscribed angle a circumcentre is
        (L / 2) cot(angle) from the middle of an edge of length L, with the angle opposite to it: beyond the
        edge where that is obtuse. So each edge of each triangle gives one half.
        """
        x_m, y_m = self._points.T
        one, other, apex = (np.roll(self._triangles, -turn, axis=1).T.ravel() for turn in range(3))
        ax, ay = x_m[one] - x_m[apex], y_m[one] - y_m[apex]
        bx, by = x_m[other] - x_m[apex], y_m[other] - y_m[apex]
        apart_m = np.hypot(bx - ax, by - ay) / 2
        with np.errstate(divide="ignore"):  # a flat triangle has its circumcentre at infinity
            length_m = apart_m * (ax * bx + ay * by) / (ax * by - ay * bx)
        return HalfBorders(one=one, other=other, apart_m=apart_m, length_m=length_m)

    def corners(self) -> Corners:
        """Return the corners of the cells of all sites that have one, some of them very far away."""
        triangle, corner = np.nonzero(self._triangles < len(self.sites))
        owners = self._triangles[triangle, corner]
        order = np.argsort(owners, kind="stable")
        sites, starts = np.unique(owners[order], return_index=True)
        return Corners(sites=sites, starts=starts, places=self._circumcentres()[triangle[order]])

    def _circumcentres(self) -> NDArray[np.float64]:
        """Return the circumcentre of each triangle.

        Seen from one corner, with b and c as the others, it is where p.b = |b|^2 / 2 and p.c = |c|^2 / 2.
        """
        first, second, third = (self._points[self._triangles[:, corner]] for corner in range(3))
        (bx, by), (cx, cy) = (second - first).T, (third - first).T
        bb, cc = bx**2 + by**2, cx**2 + cy**2
        twice_area = bx * cy - by * cx
        twice_area[twice_area == 0] = FLAT_M2
        from_first = np.column_stack([cy * bb - by * cc, bx * cc - cx * bb]) / (2 * twice_area)[:, None]
        circumcentres: NDArray[np.float64] = self._middle + first + from_first
        return circumcentres


def _apart(sites: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return `sites`, of which any two coincide or lie some centimetres apart at least."""
    close = np.unique(cKDTree(sites).query_pairs(CLOSE_M, output_type="ndarray"))
    apart = sites.copy()
    apart[close] = sites[close].round(CLOSE_DECIMALS)
    return apart
