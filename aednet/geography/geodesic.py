"""Straight lines over the WGS84 ellipsoid, and the nearest by them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aednet.geography.index import NearestIndex
from aednet.geography.points import LatLon
from aednet.geography.projection import WGS84, Projection


def distances_m(origin: LatLon, *, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the geodesic distance from `origin` to every point, in metres.

    `lat` and `lon` are degrees in two arrays of one length; Karney's method, good to a micrometre.
    """
    _, _, metres = WGS84.inv(
        np.full(lat.shape, origin.lon),
        np.full(lat.shape, origin.lat),
        lon,
        lat,
        return_back_azimuth=False,
    )
    return np.asarray(metres, dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A point found: its position in the index, and the straight line to it in metres."""

    position: int
    straight_line_m: float


class GeodesicIndex:
    """Points in degrees, indexed for the nearest by geodesic distance.

    The KD-tree proposes in projected metres, the geodesic decides. A projection stretches lengths by at
    most its `scale_error`, so a point that the tree has not shown yet can be no nearer than the tree's
    reach less that share: once enough accepted points lie within it, the order is final. Only where
    `accept` refuses nearly everything does a search come to all points.
    """

    def __init__(self, *, lat: NDArray[np.float64], lon: NDArray[np.float64], projection: Projection) -> None:
        """Index the points at `lat` and `lon`, degrees in two arrays of one length.

        Raises:
            InvalidPoint: the projection does not reach one of them.
        """
        self._lat = lat
        self._lon = lon
        self._projection = projection
        x_m, y_m = projection.to_metres(lat, lon)
        self.planar = NearestIndex(x_m=x_m, y_m=y_m)

    def nearest(
        self, origin: LatLon, *, count: int, accept: Callable[[int], bool] | None = None
    ) -> list[Near]:
        """Return the `count` accepted points nearest to `origin`, fewer where there are not so many.

        Sorted by geodesic distance, ties by position. `accept` gets a point's position in the index, at
        most once for each point and in no promised order; without it every point is accepted.

        Raises:
            InvalidPoint: the projection does not reach `origin`.
        """
        if count < 1:
            return []
        here = self._projection.point_to_metres(origin)
        found: list[tuple[float, int]] = []
        for ring in self.planar.rings(x_m=here.x_m, y_m=here.y_m, first=count):
            wanted = [i for i in ring.positions.tolist() if accept is None or accept(i)]
            lengths = distances_m(origin, lat=self._lat[wanted], lon=self._lon[wanted])
            found.extend(zip(lengths.tolist(), wanted, strict=True))
            found.sort()
            certain_m = ring.reach_m / (1 + self._projection.scale_error)
            if len(found) >= count and found[count - 1][0] < certain_m:
                break
        return [Near(position=i, straight_line_m=metres) for metres, i in found[:count]]
