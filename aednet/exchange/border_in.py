"""One border from GeoJSON, as somebody drew, pasted or uploaded it."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Final

import shapely
from shapely.geometry.base import BaseGeometry

from aednet.base.errors import InvalidValue
from aednet.exchange.degrees import check_degrees, check_reference_system
from aednet.exchange.files import InvalidFile
from aednet.geography.extent import Extent
from aednet.geography.mosaic import TOLERATED_M2, FlawKind, NamedShape, find_flaws, size_m2
from aednet.geography.projection import Projection
from aednet.geography.shapes import InvalidShape, from_geojson

SHAPES: Final = frozenset({"Polygon", "MultiPolygon"})


class BorderFault(StrEnum):
    """Why a text is no border; each stands for one sentence on a page."""

    MISSING = "missing"
    NO_GEOJSON = "no_geojson"
    NO_AREA = "no_area"
    SEVERAL = "several"
    METRES = "metres"
    MALFORMED = "malformed"
    CROSSING = "crossing"
    TOO_SMALL = "too_small"
    SWAPPED = "swapped"
    OUTSIDE = "outside"


class InvalidBorder(InvalidValue):
    """A text is no border that an area of this network can have."""

    code: ClassVar[str] = "invalid_border"

    def __init__(self, fault: BorderFault) -> None:
        self.fault = fault
        super().__init__("The border cannot be used.", fields={"border": fault.value})


def read_border(text: str, *, projection: Projection, extent: Extent) -> BaseGeometry:
    """Read a Polygon or MultiPolygon, alone, as a Feature, or as the one Feature of a collection.

    Raises:
        InvalidBorder: it is none, in no degrees, crosses itself, is smaller than 100 m2, or lies outside
            `extent` or where `projection` may be used.
    """
    if not text.strip():
        raise InvalidBorder(BorderFault.MISSING)
    geometry = _geometry(_load(text))
    try:
        check_degrees(geometry)
    except InvalidFile:
        raise InvalidBorder(BorderFault.METRES) from None
    shape = _shape(geometry)
    flaws = find_flaws([NamedShape(name="border", shape=shape)], projection)
    if any(flaw.kind is FlawKind.SWAPPED for flaw in flaws):
        raise InvalidBorder(BorderFault.SWAPPED)
    if any(flaw.kind is FlawKind.OUTSIDE for flaw in flaws) or not _lies_in(shape, extent):
        raise InvalidBorder(BorderFault.OUTSIDE)
    if size_m2(shape, projection) < TOLERATED_M2:
        raise InvalidBorder(BorderFault.TOO_SMALL)
    return shape


def _load(text: str) -> object:
    try:
        return json.loads(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"))
    except (json.JSONDecodeError, RecursionError):
        raise InvalidBorder(BorderFault.NO_GEOJSON) from None


def _geometry(given: object) -> object:
    if not isinstance(given, Mapping):
        raise InvalidBorder(BorderFault.NO_GEOJSON)
    try:
        check_reference_system(given.get("crs"))
    except InvalidFile:
        raise InvalidBorder(BorderFault.METRES) from None
    match given.get("type"):
        case "FeatureCollection":
            features = given.get("features")
            if not isinstance(features, list) or not features:
                raise InvalidBorder(BorderFault.NO_AREA)
            if len(features) > 1:
                raise InvalidBorder(BorderFault.SEVERAL)
            return _geometry(features[0])
        case "Feature":
            return given.get("geometry")
        case _:
            return given


def _shape(geometry: object) -> BaseGeometry:
    if not isinstance(geometry, Mapping) or geometry.get("type") not in SHAPES:
        raise InvalidBorder(BorderFault.NO_AREA)
    try:
        return from_geojson(geometry)
    except InvalidShape as error:
        is_crossing = str(error).startswith("The shape is not valid")
        raise InvalidBorder(BorderFault.CROSSING if is_crossing else BorderFault.MALFORMED) from None


def _lies_in(shape: BaseGeometry, extent: Extent) -> bool:
    box = shapely.box(extent.west, extent.south, extent.east, extent.north)
    return bool(box.covers(shape))
