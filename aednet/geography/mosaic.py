"""Whether areas fit together like a mosaic: none over another, no ground enclosed that belongs to none."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from aednet.geography.extent import Extent
from aednet.geography.points import InvalidPoint, LatLon
from aednet.geography.projection import Projection
from aednet.geography.shapes import inner_point, to_degrees, to_metres

# Borders that two people traced, or that were rounded to a few decimals, differ by metres here and there.
TOLERATED_M2: Final = 100.0
CRACK_M: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedShape:
    """An area's border in (lon, lat), and what to call it in a complaint."""

    name: str
    shape: BaseGeometry


def find_flaws(areas: Sequence[NamedShape], projection: Projection) -> list[str]:
    """Return what is wrong with areas as a whole, each flaw with where it is and how large.

    Flaws are: an area outside where `projection` may be used, two areas that overlap by more than
    100 m2, and enclosed ground of more than 100 m2 that belongs to no area.
    """
    outside = list(_outside(areas, projection))
    if outside:
        return outside
    return [*_overlaps(areas, projection), *_holes(areas, projection)]


def _outside(areas: Sequence[NamedShape], projection: Projection) -> Iterator[str]:
    for area in areas:
        box = Extent.around([area.shape])
        corners = (LatLon(lat=box.south, lon=box.west), LatLon(lat=box.north, lon=box.east))
        if all(map(projection.is_valid_at, corners)):
            continue
        if _lie_in_when_swapped(corners, projection):
            yield f"{area.name} has latitude and longitude swapped: GeoJSON wants longitude first"
        else:
            yield (
                f"{area.name}, near {_where(area.shape)}, lies outside where {projection.code} may be used: "
                "a network elsewhere names its own AEDNET_PROJECTION"
            )


def _lie_in_when_swapped(points: Iterable[LatLon], projection: Projection) -> bool:
    try:
        return all(projection.is_valid_at(point.swapped()) for point in points)
    except InvalidPoint:
        return False


def _overlaps(areas: Sequence[NamedShape], projection: Projection) -> Iterator[str]:
    shapes = [area.shape for area in areas]
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    for one, other in sorted(map(tuple, pairs.T.tolist())):
        if one < other:
            common = shapely.intersection(shapes[one], shapes[other])
            if (size := _size(common, projection)) > TOLERATED_M2:
                yield (
                    f"{areas[one].name} and {areas[other].name} overlap by {size:,.0f} m2 "
                    f"near {_where(common)}"
                )


def _holes(areas: Sequence[NamedShape], projection: Projection) -> Iterator[str]:
    """Find enclosed ground; a crack between neighbours that is narrower than a metre does not open it."""
    widened = [_grown(to_metres(area.shape, projection)) for area in areas]
    for part in shapely.get_parts(shapely.union_all(widened)):
        for ring in shapely.get_rings(part)[1:]:
            hole = _grown(Polygon(ring))
            if hole.area > TOLERATED_M2:
                where = _where(to_degrees(hole, projection))
                yield f"{hole.area:,.0f} m2 near {where} is enclosed by areas and belongs to none"


def _grown(shape: BaseGeometry) -> BaseGeometry:
    return shape.buffer(CRACK_M / 2, join_style="mitre")


def _size(shape: BaseGeometry, projection: Projection) -> float:
    return float(to_metres(shape, projection).area)


def _where(shape: BaseGeometry) -> str:
    """Return a point inside a shape, latitude first, to about a metre."""
    inside = inner_point(shape)
    return f"{inside.lat:.5f}, {inside.lon:.5f}"
