"""What somebody wants a volunteer to be, checked once for every way in."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from aednet.accounts.rules import LONGEST_EMAIL, is_email
from aednet.base.context import current
from aednet.base.drafts import Draft, Kept, Latitude, Longitude, PlausibleDay
from aednet.base.phone import InvalidPhone, PhoneNumber
from aednet.base.texts import Name, Note, folded, refuse_controls
from aednet.geography.points import LatLon
from aednet.volunteers.rules import Language, Promise, Role, Status, TravelMode, certificate_lapses_on


def _nameable(name: str) -> str:
    if not folded(name):
        raise ValueError("wants letters")
    return name


def _phone(value: object) -> object:
    if isinstance(value, str):
        try:
            return PhoneNumber.parse(value, current().settings.country)
        except InvalidPhone as error:
            raise PydanticCustomError(f"phone_{error.fault}", "{advice}", {"advice": error.advice}) from error
    return value


def _email(value: str) -> str:
    if not is_email(value):
        raise ValueError("is no e-mail address")
    return value


PersonName = Annotated[Name, AfterValidator(_nameable)]
PhoneField = Annotated[
    PhoneNumber,
    BeforeValidator(_phone),
    WithJsonSchema({"type": "string", "maxLength": 50, "examples": ["06-12345678", "+31612345678"]}),
]
EmailField = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=LONGEST_EMAIL),
    AfterValidator(refuse_controls),
    AfterValidator(_email),
]
Roles = Annotated[frozenset[Role], Field(min_length=1, description="What they want to do")]
Available = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(refuse_controls),
    Field(description="The week in OpenStreetMap's opening_hours; what cannot be read counts as unknown"),
]


class VolunteerDraft(Draft):
    """A volunteer as they register, and say that their data may be kept."""

    name: PersonName
    phone: PhoneField
    email: EmailField | None = None
    note: Note | None = None
    lat: Latitude
    lon: Longitude
    roles: Roles
    course_on: PlausibleDay | None = Field(None, description="The day of the last course, not after today")
    available: Available | None = None
    travel_mode: TravelMode = TravelMode.WALK
    language: Language = Language.NL
    consent: Literal[True] = Field(description="They agree that their data are kept, and know why")

    @property
    def home(self) -> LatLon:
        """Where they live."""
        return LatLon(lat=self.lat, lon=self.lon)

    @property
    def promise(self) -> Promise:
        """What they will do, and how long their certificate counts."""
        lapses_on = None if self.course_on is None else certificate_lapses_on(self.course_on)
        return Promise(roles=self.roles, certificate_lapses_on=lapses_on)


class VolunteerChange(Draft):
    """What shall be different of a volunteer; what is not named stays as it is."""

    name: Annotated[PersonName | None, Kept] = None
    phone: Annotated[PhoneField | None, Kept] = None
    email: EmailField | None = None
    note: Note | None = None
    lat: Annotated[Latitude | None, Kept] = None
    lon: Annotated[Longitude | None, Kept] = None
    roles: Annotated[Roles | None, Kept] = None
    course_on: PlausibleDay | None = None
    available: Available | None = None
    travel_mode: Annotated[TravelMode | None, Kept] = None
    language: Annotated[Language | None, Kept] = None
    status: Annotated[Status | None, Kept] = None
