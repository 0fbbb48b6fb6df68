"""Coverage and its gaps, as they go over the API."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from aednet.coverage.catchments import M2_PER_KM2, Coverage, Figures
from aednet.coverage.gaps import Gap
from aednet.coverage.network import Network
from aednet.coverage.rules import TOTAL, per_thousand
from aednet.geography.shapes import to_geojson
from aednet.web.fields import InstantField, Query, as_utc

USUAL_RADIUS_M = 500.0  # AEDs within reach of the patient; hartslagnu.nl
KM2_DECIMALS = 6

Radius = Annotated[float, Field(ge=1, le=10_000, allow_inf_nan=False, description="Metres")]


class CoverageQuery(Query):
    """When, and within which straight line of a cabinet."""

    radius: Radius = USUAL_RADIUS_M
    at: InstantField | None = Field(None, description="Now, where it is left out")


class AreaFigures(BaseModel):
    """Coverage of some ground."""

    area_km2: float
    population: int | None
    cabinets: int = Field(description="Those that serve at the instant")
    covered_area_km2: float
    covered_population: float | None
    population_share: float | None = Field(description="Of the inhabitants, from 0 to 1")
    responders_per_1000: float | None = Field(
        description="Refreshed daily; null below ten responders, and moves only with ten or more"
    )


class NamedFigures(AreaFigures):
    """Coverage of one area."""

    slug: str


class CoverageAnswer(BaseModel):
    """Coverage of the network."""

    at: datetime
    radius_m: float
    network_version: int
    method: Literal["straight_line"]
    total: AreaFigures
    areas: list[NamedFigures]


class GapProperties(BaseModel):
    """A gap: inhabited ground outside every catchment."""

    area: str
    area_km2: float
    inhabitants: float | None


class GapFeature(BaseModel):
    """One gap."""

    type: Literal["Feature"]
    geometry: dict[str, Any] = Field(description="Polygon in WGS84, longitude first")
    properties: GapProperties


class GapCollection(BaseModel):
    """The gaps, most inhabitants first."""

    type: Literal["FeatureCollection"]
    credit: str
    features: list[GapFeature]


def coverage_answer(network: Network, coverage: Coverage, *, at: datetime, radius_m: float) -> dict[str, Any]:
    """Return coverage as the API and the command give it."""
    return {
        "at": as_utc(at),
        "radius_m": radius_m,
        "network_version": network.version,
        "method": "straight_line",
        "total": _figures(coverage.total, network.published_responders.get(TOTAL, 0)),
        "areas": [
            {"slug": slug} | _figures(figures, network.published_responders.get(slug, 0))
            for slug, figures in coverage.areas.items()
        ],
    }


def gap_feature(gap: Gap) -> dict[str, Any]:
    """Return a gap as a GeoJSON Feature."""
    return {
        "type": "Feature",
        "geometry": to_geojson(gap.shape),
        "properties": {
            "area": gap.area,
            "area_km2": round(gap.area_m2 / M2_PER_KM2, KM2_DECIMALS),
            "inhabitants": gap.inhabitants,
        },
    }


def _figures(figures: Figures, responders: int) -> dict[str, Any]:
    return {
        "area_km2": round(figures.area_km2, KM2_DECIMALS),
        "population": figures.population,
        "cabinets": figures.cabinets,
        "covered_area_km2": round(figures.covered_area_km2, KM2_DECIMALS),
        "covered_population": figures.covered_population,
        "population_share": figures.population_share,
        "responders_per_1000": per_thousand(responders, figures.population) if responders else None,
    }
