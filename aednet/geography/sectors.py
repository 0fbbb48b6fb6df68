"""Areas that a circle shares with straight-edged figures, in closed form.

Seen from the centre of a disc, every straight-edged figure is a signed sum of triangles, one for each edge,
with the centre as their apex. So one formula does: the area of a disc within such a triangle. In the frame of
the edge's line, h is the line's distance from the centre and u runs along it from the foot of the
perpendicular. The line is inside the disc where |u| < w = sqrt(r^2 - h^2). The disc's part of the triangle is
a triangle where the edge is inside the disc, h/2 an unit of u, and a sector where it is outside, r^2/2 a
radian.
"""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

POLYGON_TYPE = 3  # shapely's number of the type


def half_edge_areas_m2(
    *, u_m: NDArray[np.float64], h_m: NDArray[np.float64], radius_m: float
) -> NDArray[np.float64]:
    """Return the area of a disc within each triangle (centre, foot of the perpendicular, end of the edge).

    `h_m` is how far the edge's line lies from the centre, above 0, and `u_m` how far its end lies from the
    foot, which may be infinite; a negative one makes the area negative. With c = u cut to [-w, w] it is
    h c / 2 for the triangle up to c and r^2 / 2 (atan(u/h) - atan(c/h)) for the sector beyond.
    """
    w_m = np.sqrt(np.maximum(radius_m**2 - h_m**2, 0.0))
    cut_m = np.clip(u_m, -w_m, w_m)
    beyond = np.arctan2(u_m, h_m) - np.arctan2(cut_m, h_m)
    return (h_m * cut_m + radius_m**2 * beyond) / 2


def areas_in_disc_m2(
    polygons: Sequence[BaseGeometry] | NDArray[np.object_],
    *,
    centres: NDArray[np.float64],
    radius_m: float,
) -> NDArray[np.float64]:
    """Return of each geometry the area that lies within `radius_m` of its own centre, in m2.

    `centres` are pairs of x and y, one a geometry. Polygons may have holes and several parts; points and
    lines have no area. An edge from a to b counts as the sector up to where it enters the disc, the
    triangle while it is inside and the sector after, all signed by the way it turns round the centre:
    outer rings run against the clock and holes with it.
    """
    parts, owners = shapely.get_parts(np.asarray(polygons, dtype=np.object_), return_index=True)
    flat = shapely.get_type_id(parts) == POLYGON_TYPE
    rings, ring_parts = shapely.get_rings(shapely.orient_polygons(parts[flat]), return_index=True)
    corners, corner_rings = shapely.get_coordinates(rings, return_index=True)
    corner_owners = owners[flat][ring_parts][corner_rings]
    from_centre = corners - centres[corner_owners]
    is_edge = corner_rings[1:] == corner_rings[:-1]
    areas_m2 = _edge_areas_m2(from_centre[:-1][is_edge], from_centre[1:][is_edge], radius_m)
    return np.asarray(np.bincount(corner_owners[1:][is_edge], areas_m2, len(centres)), dtype=np.float64)


def _edge_areas_m2(
    begin: NDArray[np.float64], end: NDArray[np.float64], radius_m: float
) -> NDArray[np.float64]:
    """Return the signed areas of a disc round the origin within triangles (origin, begin, end)."""
    along = end - begin
    length_m = np.hypot(along[:, 0], along[:, 1])
    along /= np.where(length_m > 0, length_m, 1.0)[:, None]
    h_m = begin[:, 0] * along[:, 1] - begin[:, 1] * along[:, 0]
    from_m = (begin * along).sum(axis=1)
    to_m = from_m + length_m
    w_m = np.sqrt(np.maximum(radius_m**2 - h_m**2, 0.0))
    enters_m = np.clip(-w_m, from_m, to_m)
    leaves_m = np.clip(w_m, from_m, to_m)
    outside = _turns(h_m, from_m, enters_m) + _turns(h_m, leaves_m, to_m)
    areas_m2: NDArray[np.float64] = (h_m * (leaves_m - enters_m) + radius_m**2 * outside) / 2
    return areas_m2


def _turns(
    h_m: NDArray[np.float64], from_m: NDArray[np.float64], to_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the angles in radians from (from, h) to (to, h), by their cross and dot products."""
    return np.arctan2(h_m * (to_m - from_m), h_m**2 + from_m * to_m)
