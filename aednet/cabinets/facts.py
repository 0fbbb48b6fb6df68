"""What is known of a cabinet and may be told to anybody. An access code has no place here."""

from dataclasses import dataclass
from datetime import date, datetime

from aednet.cabinets.hours.openness import LocalCalendar, openness
from aednet.cabinets.rules import Access, Readiness, Status, Upkeep, readiness, serves
from aednet.geography.points import LatLon


@dataclass(frozen=True, slots=True, kw_only=True)
class CabinetFacts:
    """A cabinet as the public may know it; dates, never the state that follows from them."""

    id: int
    ref: str
    name: str
    position: LatLon
    area_id: int | None
    area: str | None
    area_name: str | None
    address: str | None
    location: str | None
    access: Access | None
    locked: bool | None
    indoor: bool | None
    opening_hours: str | None
    is_example: bool
    upkeep: Upkeep

    @property
    def status(self) -> Status:
        """Where the cabinet stands in its life."""
        return self.upkeep.status

    @property
    def verified_on(self) -> date | None:
        """The day somebody last looked at it."""
        return self.upkeep.inspected_on

    def readiness(self, today: date) -> Readiness:
        """Work out whether the cabinet can be relied upon `today`."""
        return readiness(self.upkeep, today=today)

    def serves_at(self, at: datetime, calendar: LocalCalendar) -> bool:
        """Tell whether the cabinet serves at an instant: not out of service, and known to be open."""
        ready = self.readiness(calendar.day_of(at))
        return serves(ready, openness(self.opening_hours, at, calendar))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFacts:
    """The device in a cabinet, with the dates of what runs out in it."""

    manufacturer: str | None
    model: str | None
    serial_number: str | None
    in_use_since_on: date | None
    pads_adult_expire_on: date | None
    pads_child_expire_on: date | None
    battery_expires_on: date | None
