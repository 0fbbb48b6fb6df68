"""The form of a volunteer as coordinators fill it in: what was typed, what it means, what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Self, TypeVar

from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from aednet.areas.ground import Ground
from aednet.areas.queries import AreaFacts
from aednet.base.errors import InvalidValue
from aednet.volunteers.answers import ALWAYS, Unplaced, chosen_shifts, find_home, iso_day
from aednet.volunteers.changes import check_course
from aednet.volunteers.drafts import VolunteerChange, VolunteerDraft
from aednet.volunteers.facts import VolunteerFacts
from aednet.volunteers.rules import Language, Role, Shift, TravelMode, hours_of, shifts_of

Kind = TypeVar("Kind", VolunteerDraft, VolunteerChange)

LONGEST: Final = 2_000  # characters of a field that are read: more than any may have, so that none is cut
TEXTS: Final = (
    "name",
    "phone",
    "email",
    "place",
    "lat",
    "lon",
    "course_on",
    "travel_mode",
    "language",
    "note",
    "consent",
    "version",
)
CHOICES: Final = {"roles": frozenset(Role), "when": frozenset({*Shift, ALWAYS})}
FIELDS: Final = (  # in the order of the page
    "name",
    "phone",
    "email",
    "place",
    "roles",
    "course_on",
    "when",
    "travel_mode",
    "language",
    "note",
    "consent",
)
COMPARED: Final = tuple(name for name in FIELDS if name not in {"place", "consent"})


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PersonForm:
    """What somebody typed, as they typed it. `version` is the state of the volunteer that they saw."""

    name: str = ""
    phone: str = ""
    email: str = ""
    place: str = ""
    lat: str = ""
    lon: str = ""
    course_on: str = ""
    travel_mode: str = TravelMode.CYCLE
    language: str = Language.NL
    note: str = ""
    consent: str = ""
    version: str = ""
    roles: tuple[str, ...] = ()
    when: tuple[str, ...] = ()

    @classmethod
    def parse(cls, fields: "MultiDict[str, str]") -> Self:
        """Read a form; what is missing is empty."""
        given: dict[str, Any] = {name: fields.get(name, "").strip()[:LONGEST] for name in TEXTS}
        for name, known in CHOICES.items():
            given[name] = tuple(value for value in fields.getlist(name) if value in known)
        return cls(**given)

    @classmethod
    def of(cls, volunteer: VolunteerFacts) -> Self:
        """Return the form as it shows what is stored. Where somebody lives it leaves as it is."""
        shifts = shifts_of(volunteer.available) or frozenset()
        when = (ALWAYS,) if shifts == frozenset(Shift) else tuple(one for one in Shift if one in shifts)
        return cls(
            name=volunteer.name,
            phone=volunteer.phone.international,
            email=volunteer.email or "",
            course_on="" if volunteer.course_on is None else volunteer.course_on.isoformat(),
            travel_mode=volunteer.travel_mode,
            language=volunteer.language,
            note=volunteer.note or "",
            version=volunteer.version,
            roles=tuple(role for role in Role if role in volunteer.promise.roles),
            when=when,
        )

    def differences(self, stored: "PersonForm") -> frozenset[str]:
        """Return the fields in which what is stored differs from what was typed."""
        return frozenset(name for name in COMPARED if getattr(self, name) != getattr(stored, name))


class Faulty(Exception):
    """A form cannot be used as it is. `bad` maps each field to the kind of fault in it."""

    def __init__(self, bad: dict[str, str]) -> None:
        super().__init__("The form has faults.")
        self.bad: dict[str, str] = {name: bad[name] for name in FIELDS if name in bad}


def understand_new(
    form: PersonForm, *, areas: Sequence[AreaFacts], ground: Ground, today: date
) -> VolunteerDraft:
    """Return the volunteer whom a form describes.

    Raises:
        Faulty: something in it is missing or cannot be.
    """
    bad: dict[str, str] = {}
    values = _values(form) | {"consent": bool(form.consent)} | _home(form, areas, ground, bad=bad)
    draft = _validated(VolunteerDraft, values, today=today, bad=bad)
    if draft is None or bad:
        raise Faulty(bad)
    return draft


def understand_change(
    form: PersonForm, stored: VolunteerFacts, *, areas: Sequence[AreaFacts], ground: Ground, today: date
) -> VolunteerChange:
    """Return what a form changes of a stored volunteer.

    Hours that others wrote in their own words stay, unless parts of the week are ticked.

    Raises:
        Faulty: something in it is missing or cannot be.
    """
    bad: dict[str, str] = {}
    values = _values(form)
    if form.place or form.lat:
        values |= _home(form, areas, ground, bad=bad)
    if not form.when and stored.available is not None and shifts_of(stored.available) is None:
        del values["available"]
    change = _validated(VolunteerChange, values, today=today, bad=bad)
    if change is None or bad:
        raise Faulty(bad)
    return change


def _values(form: PersonForm) -> dict[str, Any]:
    shifts = chosen_shifts(form.when)
    return {
        "name": form.name,
        "phone": form.phone,
        "email": form.email or None,
        "note": form.note or None,
        "roles": form.roles,
        "course_on": iso_day(form.course_on),
        "available": hours_of(shifts) if shifts else None,
        "travel_mode": form.travel_mode,
        "language": form.language,
    }


def _home(
    form: PersonForm, areas: Sequence[AreaFacts], ground: Ground, *, bad: dict[str, str]
) -> dict[str, float]:
    try:
        home = find_home(form.place, lat=form.lat, lon=form.lon, areas=areas, ground=ground)
    except Unplaced as error:
        bad["place"] = error.fault
        return {}
    return {"lat": home.position.lat, "lon": home.position.lon}


def _validated(kind: type[Kind], values: dict[str, Any], *, today: date, bad: dict[str, str]) -> Kind | None:
    try:
        draft = kind.model_validate(values)
        check_course(draft.course_on, today=today)
    except ValidationError as error:
        for entry in error.errors(include_input=False, include_url=False):
            name = str(entry["loc"][0])
            bad.setdefault(name, entry["type"] if values.get(name) else "missing")
    except InvalidValue:
        bad["course_on"] = "future"
    else:
        return draft
    return None
