"""What somebody wants a cabinet, its device or a report to be, checked once for every way in."""

from typing import Annotated

from pydantic import AfterValidator, Field, StrictBool, StringConstraints

from aednet.base.drafts import Draft, Kept, Latitude, Longitude, PlausibleDay
from aednet.base.texts import Name, Note, refuse_controls
from aednet.cabinets.hours.text import normalise_hours
from aednet.cabinets.rules import Access, ConsumableKind, ReportKind, Status
from aednet.geography.points import LatLon

Ref = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
Code = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=50),
    AfterValidator(refuse_controls),
]
Hours = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(refuse_controls),
    AfterValidator(normalise_hours),
]


class CabinetDetails(Draft):
    """What may or may not be known of a cabinet."""

    address: Name | None = None
    location: Note | None = None
    access: Access | None = None
    locked: bool | None = None
    indoor: bool | None = None
    opening_hours: Hours | None = None
    access_code: Code | None = Field(None, description="Never comes back in any answer")


class CabinetDraft(CabinetDetails):
    """A cabinet as it shall be. Hours are brought into OSM syntax where that is certain."""

    name: Name
    lat: Latitude
    lon: Longitude
    status: Status = Status.IN_SERVICE

    @property
    def position(self) -> LatLon:
        """Where the cabinet hangs."""
        return LatLon(lat=self.lat, lon=self.lon)


class DeviceDraft(Draft):
    """The device in a cabinet, with the dates printed on what runs out in it."""

    manufacturer: Name | None = None
    model: Name | None = None
    serial_number: Name | None = None
    in_use_since_on: PlausibleDay | None = None
    pads_adult_expire_on: PlausibleDay | None = None
    pads_child_expire_on: PlausibleDay | None = None
    battery_expires_on: PlausibleDay | None = None


class ConsumableDraft(Draft):
    """New pads or a new battery. `expires_on` is the date printed on them as such, if there is one."""

    kind: ConsumableKind
    installed_on: PlausibleDay
    expires_on: PlausibleDay | None = None
    install_before_on: PlausibleDay | None = None


class CabinetChange(CabinetDetails):
    """What shall be different of a cabinet; what is not named stays as it is, and null empties it.

    A position is named as a whole, and of the device too only what is named changes.
    """

    name: Annotated[Name | None, Kept] = None
    lat: Annotated[Latitude | None, Kept] = None
    lon: Annotated[Longitude | None, Kept] = None
    status: Annotated[Status | None, Kept] = None
    device: Annotated[DeviceDraft | None, Kept] = None


class InspectionDraft(Draft):
    """What somebody found who looked at a cabinet."""

    inspected_on: PlausibleDay | None = Field(None, description="Today where it is not named; not after it")
    passed: StrictBool
    note: Note | None = None


class ReportDraft(Draft):
    """What somebody says is wrong with a cabinet."""

    kind: ReportKind
    text: Note
