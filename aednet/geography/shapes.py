"""GeoJSON and shapely, and the plane: the one file where (lat, lon) and (lon, lat) meet."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Point, Polygon, mapping
from shapely.geometry.base import BaseGeometry

from aednet.base.errors import InvalidValue
from aednet.geography.points import MAX_LATITUDE, MAX_LONGITUDE, LatLon
from aednet.geography.projection import Projection

DECIMALS = 6  # of a degree: 0.1 m, finer than any border or receiver
MALFORMED = "The shape's coordinates are no lists of [longitude, latitude]."
SMALLEST_RING = 4  # positions, the last of which repeats the first


class InvalidShape(InvalidValue):
    """A GeoJSON geometry is no usable area; the message says why."""

    code: ClassVar[str] = "invalid_shape"


def point_of(position: LatLon) -> Point:
    """Return `position` as a shapely point in (lon, lat)."""
    return Point(position.lon, position.lat)


def read_position(coordinates: Sequence[float]) -> LatLon:
    """Return the point at a GeoJSON position, `[lon, lat]`.

    Raises:
        InvalidPoint: the position is not on the earth.
    """
    lon, lat = coordinates[:2]
    return LatLon(lat=lat, lon=lon)


def point_to_geojson(position: LatLon) -> dict[str, Any]:
    """Return `position` as a GeoJSON Point, to 0.1 m."""
    return {"type": "Point", "coordinates": [round(position.lon, DECIMALS), round(position.lat, DECIMALS)]}


def inner_point(shape: BaseGeometry) -> LatLon:
    """Return some point well inside a polygon in (lon, lat), even where its centre of mass is not."""
    point = shape.representative_point()
    return LatLon(lat=point.y, lon=point.x)


def from_geojson(geojson: object) -> BaseGeometry:
    """Return a GeoJSON Polygon or MultiPolygon as a valid shapely geometry in (lon, lat).

    Raises:
        InvalidShape: it is neither, or empty, or malformed, or crosses itself, or its coordinates are not
            degrees.
    """
    if not isinstance(geojson, Mapping):
        raise InvalidShape("A shape is a GeoJSON object.")
    match geojson.get("type"):
        case "Polygon":
            shape = _polygon(geojson.get("coordinates"))
        case "MultiPolygon":
            shape = MultiPolygon([_polygon(part) for part in _listed(geojson.get("coordinates"))])
        case _:
            raise InvalidShape("A shape is a Polygon or a MultiPolygon.")
    if not shape.is_valid:
        raise InvalidShape(f"The shape is not valid: {shapely.is_valid_reason(shape)}.")
    return shape


def to_geojson(shape: BaseGeometry) -> dict[str, Any]:
    """Return a polygonal `shape` in (lon, lat) as GeoJSON, to 0.1 m, with outer rings counter-clockwise.

    Rounding never makes it invalid: what is narrower than 0.1 m disappears, so that the result may have
    fewer or more parts, or none.
    """
    rounded = shapely.orient_polygons(shapely.set_precision(shape, 10**-DECIMALS))
    geojson = mapping(rounded)
    return {"type": geojson["type"], "coordinates": _rounded(geojson["coordinates"])}


def to_metres(shape: BaseGeometry, projection: Projection) -> BaseGeometry:
    """Return `shape`, in (lon, lat), in the plane of `projection`. Edges stay straight.

    Raises:
        InvalidPoint: the projection does not reach a corner.
    """

    def project(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        return projection.to_metres(lat, lon)

    return shapely.transform(shape, project, interleaved=False)


def to_degrees(shape: BaseGeometry, projection: Projection) -> BaseGeometry:
    """Return `shape`, in the plane of `projection`, in (lon, lat). Edges stay straight.

    Raises:
        InvalidPoint: the projection does not reach a corner.
    """

    def unproject(x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        lat, lon = projection.to_degrees(x_m, y_m)
        return lon, lat

    return shapely.transform(shape, unproject, interleaved=False)


def _polygon(rings: object) -> Polygon:
    outer, *holes = (_ring(ring) for ring in _listed(rings))
    return Polygon(outer, holes)


def _listed(value: object) -> list[Any]:
    if not isinstance(value, list | tuple) or not value:
        raise InvalidShape("The shape has no coordinates.")
    return list(value)


def _ring(positions: object) -> NDArray[np.float64]:
    try:
        given = np.asarray([position[:2] for position in _listed(positions)])
    except (TypeError, ValueError, KeyError):
        raise InvalidShape(MALFORMED) from None
    if given.shape[1:] != (2,) or given.dtype.kind not in "if":
        raise InvalidShape(MALFORMED)
    ring = given.astype(np.float64)
    if len(ring) < SMALLEST_RING or not (ring[0] == ring[-1]).all():
        raise InvalidShape("A ring has at least four positions, and ends where it begins.")
    if not (np.abs(ring) <= (MAX_LONGITUDE, MAX_LATITUDE)).all():
        raise InvalidShape("The shape's coordinates are not degrees of longitude and latitude.")
    return ring


def _rounded(coordinates: Any) -> Any:
    """Return nested tuples as lists, their numbers as short as the precision allows."""
    if isinstance(coordinates, float):
        return round(coordinates, DECIMALS)
    return [_rounded(part) for part in coordinates]
