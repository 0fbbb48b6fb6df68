"""Inhabited ground outside every catchment. Pure."""

from dataclasses import dataclass
from math import isnan

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from aednet.coverage.terrain import Terrain
from aednet.geography.discs import DiscUnion
from aednet.geography.shapes import to_degrees

SMALLEST_M2 = 1_000.0  # a few gardens; anything smaller is a corner left between circles and borders


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One connected piece of such ground in one area, a polygon in WGS84 (lon, lat).

    `inhabitants` is None where nobody knows how many people live in the area.
    """

    shape: BaseGeometry
    area: str
    area_m2: float
    inhabitants: float | None


def find_gaps(
    terrain: Terrain, *, x_m: NDArray[np.float64], y_m: NDArray[np.float64], radius_m: float
) -> list[Gap]:
    """Return the gaps of `SMALLEST_M2` or more between cabinets at `x_m` and `y_m` in the plane.

    Most inhabitants come first, then the larger ground, and those whose people nobody knows last. The
    circles are drawn with straight sides, which leaves them 0.04% short.
    """
    union = DiscUnion(x_m=x_m, y_m=y_m, radius_m=radius_m)
    uncovered = shapely.difference(terrain.inhabited, union.outlines_near(terrain.inhabited))
    pieces, areas = shapely.get_parts(uncovered, return_index=True)
    pieces_m2 = shapely.area(pieces)
    large = pieces_m2 >= SMALLEST_M2
    pieces, areas, pieces_m2 = pieces[large], areas[large], pieces_m2[large]
    people = _people_on(terrain, pieces, areas)
    return [
        Gap(
            shape=to_degrees(pieces[i], terrain.projection),
            area=terrain.slugs[areas[i]],
            area_m2=float(pieces_m2[i]),
            inhabitants=None if isnan(people[i]) else float(people[i]),
        )
        for i in np.lexsort((-pieces_m2, -people))
    ]


def _people_on(terrain: Terrain, pieces: NDArray[np.object_], areas: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return how many live on each piece of `areas`: of every parcel the share that the piece has of it."""
    piece, parcel = shapely.STRtree(terrain.parcels).query(pieces, predicate="intersects")
    own = terrain.parcel_areas[parcel] == areas[piece]
    piece, parcel = piece[own], parcel[own]
    shared_m2 = shapely.area(shapely.intersection(pieces[piece], terrain.parcels[parcel]))
    people = terrain.parcel_people[parcel] * (shared_m2 / terrain.parcels_m2[parcel])
    return np.asarray(np.bincount(piece, people, len(pieces)), dtype=np.float64)
