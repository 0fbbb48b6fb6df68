"""Areas as they go out over the API."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from aednet.areas.models import AreaKind
from aednet.areas.queries import AreaFacts
from aednet.geography.shapes import to_geojson


class AreaProperties(BaseModel):
    """What is known of an area."""

    slug: str
    name: str
    kind: AreaKind
    population: int | None = Field(description="Inhabitants")
    name_source: str = Field(description="`proposal` until a coordinator confirms it")
    boundary_source: str = Field(description="`proposal` until a coordinator confirms it")


class AreaFeature(BaseModel):
    """One area."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] = Field(description="Polygon or MultiPolygon in WGS84, longitude first")
    properties: AreaProperties


class AreaCollection(BaseModel):
    """All areas."""

    type: Literal["FeatureCollection"]
    credit: str
    features: list[AreaFeature]


def area_feature(area: AreaFacts) -> dict[str, Any]:
    """Return an area as a GeoJSON Feature."""
    return {
        "type": "Feature",
        "id": area.slug,
        "geometry": to_geojson(area.shape),
        "properties": {
            "slug": area.slug,
            "name": area.name,
            "kind": area.kind,
            "population": area.population,
            "name_source": area.name_source,
            "boundary_source": area.boundary_source,
        },
    }
