"""Questions to the network and its answers, as they go over the API."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from aednet.base.drafts import Latitude, Longitude
from aednet.cabinets.hours.openness import Openness
from aednet.cabinets.rules import Access, Readiness
from aednet.coverage.nearest import Mode, NearCabinet
from aednet.coverage.network import Network
from aednet.geography.points import LatLon
from aednet.web.fields import InstantField, Query, as_utc

EMERGENCY_NUMBER = "112"
MOST = 100


class NearestQuery(Query):
    """Where, when and how somebody looks for a cabinet."""

    lat: Latitude
    lon: Longitude
    limit: Annotated[int, Field(ge=1, le=MOST)] = 3
    at: InstantField | None = Field(None, description="Now, where it is left out")
    mode: Mode = Mode.WALK
    include_closed: bool = False


class Position(BaseModel):
    """A point in WGS84 degrees."""

    lat: float
    lon: float


class NearestCabinet(BaseModel):
    """One cabinet found."""

    ref: str
    name: str
    lat: float
    lon: float
    area: str | None
    straight_line_m: float
    walking_m: float | None = Field(description="Null where no streets are loaded")
    minutes: float = Field(description="One way, without turnout")
    open: Openness
    readiness: Readiness
    access: Access | None
    locked: bool | None
    location: str | None


class NearestAnswer(BaseModel):
    """The nearest cabinets."""

    origin: Position
    at: datetime
    network_version: int
    emergency_number: str
    cabinets: list[NearestCabinet]


def nearest_answer(
    network: Network, origin: LatLon, found: list[NearCabinet], *, at: datetime
) -> dict[str, Any]:
    """Return the answer to a search for the nearest cabinets; the API and the command give the same."""
    return {
        "origin": {"lat": origin.lat, "lon": origin.lon},
        "at": as_utc(at),
        "network_version": network.version,
        "emergency_number": EMERGENCY_NUMBER,
        "cabinets": [
            {
                "ref": near.cabinet.ref,
                "name": near.cabinet.name,
                "lat": near.cabinet.position.lat,
                "lon": near.cabinet.position.lon,
                "area": near.cabinet.area,
                "straight_line_m": near.straight_line_m,
                "walking_m": None,
                "minutes": near.minutes,
                "open": near.open,
                "readiness": near.readiness,
                "access": near.cabinet.access,
                "locked": near.cabinet.locked,
                "location": near.cabinet.location,
            }
            for near in found
        ],
    }
