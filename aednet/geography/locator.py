"""Which area a point lies in."""

from collections.abc import Iterable
from typing import Generic, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from aednet.geography.points import LatLon
from aednet.geography.shapes import point_of

Key = TypeVar("Key")


class AreaLocator(Generic[Key]):
    """Areas, indexed, that tell which of them a point lies in.

    Works in longitude and latitude, as the borders were drawn and stored: both the point and the corners
    are then the very numbers given, GEOS decides exactly on which side of an edge a point lies, and
    GeoJSON's edges are straight in degrees (RFC 7946, 3.1.1). In projected metres both would be rounded
    first, and a point on a shared edge might fall into neither area.

    Of several areas that hold a point, on a shared edge or where they overlap, the first given has it.
    """

    def __init__(self, areas: Iterable[tuple[Key, BaseGeometry]]) -> None:
        """Index `areas`: keys with polygons in (lon, lat), first come, first served."""
        listed = list(areas)
        self._keys = [key for key, _ in listed]
        self._tree = shapely.STRtree([shape for _, shape in listed])

    def locate(self, point: LatLon) -> Key | None:
        """Return the key of the area that holds `point`, or None outside all of them."""
        holding = self._tree.query(point_of(point), predicate="intersects")
        return self._keys[holding.min()] if holding.size else None

    def locate_all(self, *, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> list[Key | None]:
        """Return for every point what `locate` would; `lat` and `lon` are degrees, arrays of one length."""
        points, areas = self._tree.query(shapely.points(lon, lat), predicate="intersects")
        outside = len(self._keys)
        first = np.full(len(lat), outside)
        np.minimum.at(first, points, areas)
        keys: list[Key | None] = [*self._keys, None]
        return [keys[position] for position in first.tolist()]
