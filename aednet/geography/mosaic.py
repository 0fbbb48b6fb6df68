"""Whether areas fit together like a mosaic: none over another, no ground enclosed that belongs to none."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
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


class FlawKind(StrEnum):
    """What can be wrong with areas as a whole."""

    SWAPPED = "swapped"
    OUTSIDE = "outside"
    OVERLAP = "overlap"
    HOLE = "hole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One thing that is wrong: of which areas, where, and how large in m2; its words are English."""

    kind: FlawKind
    names: tuple[str, ...]
    at: LatLon
    size_m2: float
    words: str


def find_flaws(areas: Sequence[NamedShape], projection: Projection) -> list[Flaw]:
    """Return what is wrong with areas as a whole, each flaw with where it is and how large.

    Flaws are: an area outside where `projection` may be used, two areas that overlap by more than
    100 m2, and enclosed ground of more than 100 m2 that belongs to no area.
    """
    outside = list(_outside(areas, projection))
    if outside:
        return outside
    return [*find_overlaps(areas, projection), *_holes(areas, projection)]


def find_overlaps(areas: Sequence[NamedShape], projection: Projection) -> Iterator[Flaw]:
    """Yield each two areas that overlap by more than 100 m2; all lie where `projection` may be used."""
    shapes = [area.shape for area in areas]
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    for one, other in sorted(map(tuple, pairs.T.tolist())):
        if one < other:
            common = shapely.intersection(shapes[one], shapes[other])
            if (size := size_m2(common, projection)) > TOLERATED_M2:
                names = (areas[one].name, areas[other].name)
                yield Flaw(
                    kind=FlawKind.OVERLAP,
                    names=names,
                    at=inner_point(common),
                    size_m2=size,
                    words=f"{names[0]} and {names[1]} overlap by {size:,.0f} m2 near {_where(common)}",
                )


def size_m2(shape: BaseGeometry, projection: Projection) -> float:
    """Return the area of a shape in (lon, lat)."""
    return float(to_metres(shape, projection).area)


def _outside(areas: Sequence[NamedShape], projection: Projection) -> Iterator[Flaw]:
    for area in areas:
        box = Extent.around([area.shape])
        corners = (LatLon(lat=box.south, lon=box.west), LatLon(lat=box.north, lon=box.east))
        if all(map(projection.is_valid_at, corners)):
            continue
        is_swapped = _lie_in_when_swapped(corners, projection)
        yield Flaw(
            kind=FlawKind.SWAPPED if is_swapped else FlawKind.OUTSIDE,
            names=(area.name,),
            at=inner_point(area.shape),
            size_m2=0,
            words=f"{area.name} has latitude and longitude swapped: GeoJSON wants longitude first"
            if is_swapped
            else f"{area.name}, near {_where(area.shape)}, lies outside where {projection.code} may be used: "
            "a network elsewhere names its own AEDNET_PROJECTION",
        )


def _lie_in_when_swapped(points: Iterable[LatLon], projection: Projection) -> bool:
    try:
        return all(projection.is_valid_at(point.swapped()) for point in points)
    except InvalidPoint:
        return False


def _holes(areas: Sequence[NamedShape], projection: Projection) -> Iterator[Flaw]:
    """Find enclosed ground; a crack between neighbours that is narrower than a metre does not open it."""
    widened = [_grown(to_metres(area.shape, projection)) for area in areas]
    for part in shapely.get_parts(shapely.union_all(widened)):
        for ring in shapely.get_rings(part)[1:]:
            hole = _grown(Polygon(ring))
            if hole.area > TOLERATED_M2:
                shape = to_degrees(hole, projection)
                yield Flaw(
                    kind=FlawKind.HOLE,
                    names=(),
                    at=inner_point(shape),
                    size_m2=hole.area,
                    words=f"{hole.area:,.0f} m2 near {_where(shape)} "
                    "is enclosed by areas and belongs to none",
                )


def _grown(shape: BaseGeometry) -> BaseGeometry:
    return shape.buffer(CRACK_M / 2, join_style="mitre")


def _where(shape: BaseGeometry) -> str:
    """Return a point inside a shape, latitude first, to about a metre."""
    inside = inner_point(shape)
    return f"{inside.lat:.5f}, {inside.lon:.5f}"
