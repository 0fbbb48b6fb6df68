"""Who lives near which cabinet, as it goes over the API."""

from typing import Any

from pydantic import BaseModel, Field

from aednet.cabinets.rules import Readiness
from aednet.coverage.coverage_schemas import USUAL_RADIUS_M, Radius
from aednet.coverage.matching import FEWEST_RESPONDERS, MOST_RESPONDERS, Strength
from aednet.web.fields import Query

M_DECIMALS = 1


class MatchQuery(Query):
    """Within which straight line."""

    radius: Radius = USUAL_RADIUS_M


class CabinetNearby(BaseModel):
    """A cabinet near a volunteer."""

    ref: str
    name: str
    area: str | None
    straight_line_m: float
    readiness: Readiness


class CabinetsNearby(BaseModel):
    """The cabinets near a volunteer, nearest first."""

    volunteer: int
    radius_m: float
    cabinets: list[CabinetNearby]


class Norm(BaseModel):
    """How many responders a cabinet wants within 500 m (Roermond's placement rule)."""

    fewest: int = FEWEST_RESPONDERS
    most: int = MOST_RESPONDERS


class VolunteerNearby(BaseModel):
    """A volunteer near a cabinet; more about them at their own address."""

    id: int
    straight_line_m: float
    responder: bool = Field(description="May be called out today")
    guardian: bool = Field(description="Is willing to look after a cabinet")


class VolunteersNearby(BaseModel):
    """The volunteers near a cabinet, nearest first."""

    cabinet: str
    radius_m: float
    responders: int = Field(description="Those within 500 m who may be called out today, of all areas")
    strength: Strength
    norm: Norm
    volunteers: list[VolunteerNearby] = Field(description="Those of the caller's areas")


def metres(value: float) -> float:
    """Return a length as answers give it, to 0.1 m."""
    return round(float(value), M_DECIMALS)


def norm() -> dict[str, Any]:
    """Return the norm as answers give it."""
    return Norm().model_dump()
