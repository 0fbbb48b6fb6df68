"""A point on the earth."""

from dataclasses import dataclass
from typing import ClassVar, Self

from aednet.base.errors import InvalidValue

MAX_LATITUDE = 90.0
MAX_LONGITUDE = 180.0


class InvalidPoint(InvalidValue):
    """Two numbers are no position on the earth; `fields` names `lat`, `lon` or both."""

    code: ClassVar[str] = "invalid_point"


@dataclass(frozen=True, slots=True, kw_only=True)
class LatLon:
    """A position in WGS84 degrees: `lat` from -90 to 90, `lon` from -180 to 180.

    Raises:
        InvalidPoint: a coordinate is not finite or out of range.
    """

    lat: float
    lon: float

    def __post_init__(self) -> None:
        # A comparison with NaN is false, so these two refuse what is not finite as well.
        fields = {}
        if not abs(self.lat) <= MAX_LATITUDE:
            fields["lat"] = "must lie between -90 and 90"
        if not abs(self.lon) <= MAX_LONGITUDE:
            fields["lon"] = "must lie between -180 and 180"
        if fields:
            names = {"lat": "latitude", "lon": "longitude"}
            facts = " and ".join(f"{names[field]} {what}" for field, what in fields.items())
            raise InvalidPoint(f"The {facts}.", fields=fields)

    def swapped(self) -> Self:
        """Return the point with latitude and longitude exchanged.

        Raises:
            InvalidPoint: the longitude is no possible latitude.
        """
        return type(self)(lat=self.lon, lon=self.lat)
