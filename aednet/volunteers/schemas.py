"""Volunteers as they come in and go out over the API."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from aednet.base.database import LARGEST_ID
from aednet.base.drafts import Draft, PlausibleDay
from aednet.volunteers.drafts import VolunteerChange
from aednet.volunteers.facts import VolunteerFacts
from aednet.volunteers.rules import Language, Role, Status, TravelMode
from aednet.web.fields import InstantField, Query

PAGE, LARGEST_PAGE = 100, 1_000


class VolunteerListQuery(Query):
    """Which volunteers to list."""

    area: str | None = Field(None, description="Slug of an area", max_length=100)
    status: Status | None = None
    lapses_before: PlausibleDay | None = Field(
        None, description="Only those with a certificate that lapses, or lapsed, before this day"
    )
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = PAGE
    cursor: Annotated[int, Field(ge=0, le=LARGEST_ID)] | None = Field(
        None, description="Where the previous page ended; taken from its Link header"
    )


class VolunteerSearch(Draft):
    """Whom to look for. In a body, since names and numbers have no place in addresses."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=300)] = Field(
        description="A mobile number, an e-mail address, or whole words of a name"
    )


class VolunteerPatch(VolunteerChange):
    """What to change; with `updated_at` as it was read, only if nobody else changed it since."""

    updated_at: InstantField | None = None


class VolunteerAnswer(BaseModel):
    """One volunteer."""

    id: int
    name: str
    phone: str = Field(description="E.164")
    email: str | None
    note: str | None
    lat: float
    lon: float
    area: str | None = Field(description="Slug of the area in which they live")
    roles: list[Role] = Field(description="What they want to do")
    counts_as: list[Role] = Field(
        description="What they count as today: without a current certificate a responder is a fetcher"
    )
    course_on: date | None
    certificate_lapses_on: date | None = Field(description="The last day on which the certificate counts")
    available: str | None = Field(description="The week in OpenStreetMap's opening_hours")
    travel_mode: TravelMode
    language: Language
    status: Status
    consent_version: str
    consented_at: datetime
    example: bool = Field(description="Invented, for trying the service out")
    created_at: datetime
    updated_at: datetime


class VolunteerCollection(BaseModel):
    """A page of volunteers."""

    volunteers: list[VolunteerAnswer]


def volunteer_answer(volunteer: VolunteerFacts, *, today: date) -> dict[str, Any]:
    """Return a volunteer as the API shows it, what they count as worked out for `today`."""
    lapses_on = volunteer.promise.certificate_lapses_on
    return {
        "id": volunteer.id,
        "name": volunteer.name,
        "phone": volunteer.phone.e164,
        "email": volunteer.email,
        "note": volunteer.note,
        "lat": volunteer.home.lat,
        "lon": volunteer.home.lon,
        "area": volunteer.area,
        "roles": _listed(volunteer.promise.roles),
        "counts_as": _listed(volunteer.counts_as(today)),
        "course_on": volunteer.course_on and volunteer.course_on.isoformat(),
        "certificate_lapses_on": lapses_on and lapses_on.isoformat(),
        "available": volunteer.available,
        "travel_mode": volunteer.travel_mode,
        "language": volunteer.language,
        "status": volunteer.status,
        "consent_version": volunteer.consent_version,
        "consented_at": _instant(volunteer.consented_at),
        "example": volunteer.is_example,
        "created_at": _instant(volunteer.created_at),
        "updated_at": _instant(volunteer.updated_at),
    }


def _listed(roles: frozenset[Role]) -> list[Role]:
    return [role for role in Role if role in roles]


def _instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
