"""Cabinets as they come in and go out over the API."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from aednet.cabinets.facts import CabinetFacts
from aednet.cabinets.rules import Access, Readiness, Status
from aednet.web.fields import BoxField, InstantField, Query

PAGE, LARGEST_PAGE = 1_000, 10_000


class CabinetListQuery(Query):
    """Which cabinets to list."""

    bbox: BoxField | None = Field(None, description="west,south,east,north in degrees")
    area: str | None = Field(None, description="Slug of an area", max_length=100)
    open_at: InstantField | None = Field(None, description="Only cabinets that serve at this instant")
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = PAGE
    cursor: str | None = Field(
        None, description="Where the previous page ended; taken from its Link header", max_length=40
    )


class PointGeometry(BaseModel):
    """A point in WGS84."""

    type: Literal["Point"]
    coordinates: list[float] = Field(min_length=2, max_length=2, description="Longitude, latitude")


class CabinetProperties(BaseModel):
    """What the public may know of a cabinet."""

    ref: str
    name: str
    status: Status
    readiness: Readiness
    verified_on: date | None = Field(description="The day somebody last looked at it")
    area: str | None = Field(description="Slug of its area")
    address: str | None
    opening_hours: str | None = Field(description="OSM syntax where it could be read, else as written")
    access: Access | None
    locked: bool | None
    indoor: bool | None
    location: str | None = Field(description="Where exactly")
    example: bool = Field(description="Invented, for trying the service out")


class CabinetFeature(BaseModel):
    """One cabinet."""

    type: Literal["Feature"]
    id: str
    geometry: PointGeometry
    properties: CabinetProperties


class CabinetCollection(BaseModel):
    """A page of cabinets."""

    type: Literal["FeatureCollection"]
    features: list[CabinetFeature]


class ReportReceipt(BaseModel):
    """What a report gets for an answer."""

    status: Literal["received"]


def cabinet_feature(cabinet: CabinetFacts, *, today: date) -> dict[str, Any]:
    """Return a cabinet as a GeoJSON Feature, its readiness worked out for `today`."""
    return {
        "type": "Feature",
        "id": cabinet.ref,
        "geometry": {
            "type": "Point",
            "coordinates": [cabinet.position.lon, cabinet.position.lat],
        },
        "properties": {
            "ref": cabinet.ref,
            "name": cabinet.name,
            "status": cabinet.status,
            "readiness": cabinet.readiness(today),
            "verified_on": cabinet.verified_on and cabinet.verified_on.isoformat(),
            "area": cabinet.area,
            "address": cabinet.address,
            "opening_hours": cabinet.opening_hours,
            "access": cabinet.access,
            "locked": cabinet.locked,
            "indoor": cabinet.indoor,
            "location": cabinet.location,
            "example": cabinet.is_example,
        },
    }
