"""The box that a network lies in."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, radians
from typing import ClassVar, Self

from shapely import total_bounds
from shapely.geometry.base import BaseGeometry

from aednet.base.errors import InvalidValue
from aednet.geography.points import MAX_LATITUDE, MAX_LONGITUDE, InvalidPoint, LatLon

METRES_PER_DEGREE = 110_574.0  # of latitude at the equator, where WGS84 has its shortest degree


class InvalidExtent(InvalidValue):
    """Four numbers are no box on the earth."""

    code: ClassVar[str] = "invalid_extent"


class OutsideExtent(InvalidValue):
    """A point lies outside the network.

    `suggestion` is the swapped point where that one would lie inside; the fields spell it out. The
    message holds no coordinates, since they may be somebody's home.
    """

    code: ClassVar[str] = "outside_extent"

    def __init__(self, *, suggestion: LatLon | None) -> None:
        self.suggestion = suggestion
        fact = "The point lies outside the network's extent"
        advice = "lies outside the network's extent"
        if suggestion is not None:
            fact += ": latitude and longitude look swapped"
            advice = (
                "latitude and longitude look swapped: "
                f"did you mean lat={suggestion.lat}, lon={suggestion.lon}?"
            )
        super().__init__(f"{fact}.", fields={"lat": advice, "lon": advice})


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """A box in WGS84 degrees, edges included. It does not reach across the 180th meridian.

    Raises:
        InvalidExtent: a number is not finite or out of range, or the box is turned round.
    """

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        if not -MAX_LONGITUDE <= self.west <= self.east <= MAX_LONGITUDE:
            raise InvalidExtent("West and east must be ordered, and lie between -180 and 180.")
        if not -MAX_LATITUDE <= self.south <= self.north <= MAX_LATITUDE:
            raise InvalidExtent("South and north must be ordered, and lie between -90 and 90.")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `west,south,east,north`, four numbers of degrees.

        Raises:
            InvalidExtent: the text is something else.
        """
        try:
            west, south, east, north = (float(part) for part in text.split(","))
        except ValueError:
            raise InvalidExtent("An extent is four numbers: west,south,east,north.") from None
        return cls(west=west, south=south, east=east, north=north)

    @classmethod
    def around(cls, shapes: Iterable[BaseGeometry]) -> Self:
        """Return the smallest box round all `shapes`, which are in longitude and latitude.

        Raises:
            InvalidExtent: there is nothing to draw a box round.
        """
        listed = list(shapes)
        if not listed:
            raise InvalidExtent("There is nothing to draw a box round.")
        west, south, east, north = total_bounds(listed).tolist()
        return cls(west=west, south=south, east=east, north=north)

    def __str__(self) -> str:
        return f"{self.west},{self.south},{self.east},{self.north}"

    def contains(self, point: LatLon) -> bool:
        """Tell whether `point` lies in the box or on its edge."""
        return self.west <= point.lon <= self.east and self.south <= point.lat <= self.north

    def grown_by(self, metres: float) -> Self:
        """Return a box that holds every point up to `metres` away from this one.

        It holds a little more, since degrees are counted as short as they get inside it. It ends at the
        poles and at the 180th meridian.
        """
        higher = metres / METRES_PER_DEGREE
        south = max(self.south - higher, -MAX_LATITUDE)
        north = min(self.north + higher, MAX_LATITUDE)
        shrunk = cos(radians(max(abs(south), abs(north))))  # meridians converge towards the poles
        wider = min(higher / shrunk, 2 * MAX_LONGITUDE)
        return type(self)(
            west=max(self.west - wider, -MAX_LONGITUDE),
            south=south,
            east=min(self.east + wider, MAX_LONGITUDE),
            north=north,
        )


def check_inside(point: LatLon, extent: Extent) -> None:
    """Refuse a point outside `extent`, with the swapped point as the suggestion where that lies inside.

    Raises:
        OutsideExtent: the point lies outside.
    """
    if extent.contains(point):
        return
    try:
        swapped = point.swapped()
    except InvalidPoint:
        raise OutsideExtent(suggestion=None) from None
    raise OutsideExtent(suggestion=swapped if extent.contains(swapped) else None)
