"""Cabinets as they come in and go out over the API."""

import json
from datetime import date, datetime
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

from aednet.cabinets.drafts import CabinetChange, CabinetDraft, DeviceDraft, Ref
from aednet.cabinets.facts import CabinetFacts
from aednet.cabinets.rules import Access, Readiness, Status
from aednet.web.fields import BoxField, InstantField, Query

PAGE, LARGEST_PAGE = 1_000, 10_000
SPOKEN_FOR = frozenset({"nearest", "nieuw"})  # addresses beside those of the cabinets


class CabinetListQuery(Query):
    """Which cabinets to list."""

    bbox: BoxField | None = Field(None, description="west,south,east,north in degrees")
    area: str | None = Field(None, description="Slug of an area", max_length=100)
    open_at: InstantField | None = Field(None, description="Only cabinets that serve at this instant")
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = PAGE
    cursor: str | None = Field(
        None, description="Where the previous page ended; taken from its Link header", max_length=40
    )


def _free(ref: str) -> str:
    if ref in SPOKEN_FOR:
        raise ValueError("means something else in addresses")
    return ref


class CabinetRegistration(CabinetDraft):
    """A new cabinet and what is in it; without `ref` it gets the next reference that is free."""

    ref: Annotated[Ref, AfterValidator(_free)] | None = None
    device: DeviceDraft | None = None


class CabinetPatch(CabinetChange):
    """What to change; with `updated_at` as a write answered it, only if nobody else changed it since."""

    updated_at: InstantField | None = None


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


class WrittenCabinet(CabinetFeature):
    """One cabinet, as it is after a write."""

    updated_at: datetime = Field(description="When it was last changed; an inspection is no change")


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


def cabinet_tag(cabinet: CabinetFacts, *, updated_at: datetime, today: date) -> str:
    """Return what stands for everything that may be seen of a cabinet `today`, and for its last change."""
    shown = json.dumps(cabinet_feature(cabinet, today=today))
    return sha256(f"{shown} {cabinet.upkeep} {updated_at.isoformat()}".encode()).hexdigest()[:32]
