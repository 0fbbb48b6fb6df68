"""What is known of a volunteer, for those who may know it."""

from dataclasses import dataclass
from datetime import date, datetime

from aednet.base.phone import PhoneNumber
from aednet.geography.points import LatLon
from aednet.volunteers.rules import Language, Promise, Role, Status, TravelMode, roles_on


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class VolunteerFacts:
    """A volunteer; dates, never what follows from them. Its `repr` does not say who it is."""

    id: int
    name: str
    phone: PhoneNumber
    email: str | None
    note: str | None
    home: LatLon
    area_id: int | None
    area: str | None
    area_name: str | None
    promise: Promise
    course_on: date | None
    available: str | None
    travel_mode: TravelMode
    language: Language
    status: Status
    consent_version: str
    consented_at: datetime
    is_example: bool
    created_at: datetime
    updated_at: datetime

    @property
    def version(self) -> str:
        """What tells one state of this volunteer from another."""
        return self.updated_at.isoformat()

    def counts_as(self, today: date) -> frozenset[Role]:
        """Return what they count as `today`: who is not trained fetches an AED instead of responding."""
        return roles_on(self.promise, today=today)
