"""The registration form: what somebody typed, what it means, and what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Self

from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from aednet.areas.ground import Ground
from aednet.areas.queries import AreaFacts
from aednet.base.errors import InvalidValue
from aednet.volunteers.answers import ALWAYS, Home, Unplaced, chosen_shifts, find_home, iso_day
from aednet.volunteers.arrivals import CONSENT_VERSION
from aednet.volunteers.changes import check_course
from aednet.volunteers.drafts import VolunteerDraft
from aednet.volunteers.rules import Language, Role, Shift, hours_of

TEXTS: Final = (
    "name",
    "phone",
    "email",
    "place",
    "lat",
    "lon",
    "certificate",
    "course_on",
    "travel_mode",
    "consent",
)
LONGEST: Final = 300  # characters of a field that are read; more is no answer to any question here
YES, NO = "yes", "no"
CHOICES: Final = {"roles": frozenset(Role), "when": frozenset({*Shift, ALWAYS})}

FIELDS: Final = (  # in the order of the page
    "name",
    "phone",
    "email",
    "place",
    "roles",
    "certificate",
    "course_on",
    "when",
    "travel_mode",
    "consent",
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class JoinForm:
    """What somebody typed, as they typed it. `consent` is the version of the words they agreed to."""

    name: str = ""
    phone: str = ""
    email: str = ""
    place: str = ""
    lat: str = ""
    lon: str = ""
    certificate: str = ""
    course_on: str = ""
    travel_mode: str = ""
    consent: str = ""
    roles: tuple[str, ...] = ()
    when: tuple[str, ...] = ()

    @classmethod
    def parse(cls, fields: "MultiDict[str, str]") -> Self:
        """Read a form; what is missing is empty."""
        given: dict[str, Any] = {name: fields.get(name, "").strip()[:LONGEST] for name in TEXTS}
        for name, known in CHOICES.items():
            given[name] = tuple(value for value in fields.getlist(name) if value in known)
        return cls(**given)

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Every name and value, to be sent along unseen."""
        texts = [(name, getattr(self, name)) for name in TEXTS]
        return texts + [(name, value) for name in CHOICES for value in getattr(self, name)]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Understood:
    """A form without faults, as it will be registered."""

    draft: VolunteerDraft
    home: Home


class Faulty(Exception):
    """A form cannot be registered as it is. `bad` maps each field to the kind of fault in it."""

    def __init__(self, bad: dict[str, str]) -> None:
        super().__init__("The form has faults.")
        self.bad: dict[str, str] = {name: bad[name] for name in FIELDS if name in bad}


def understand(
    form: JoinForm, *, areas: Sequence[AreaFacts], ground: Ground, language: Language, today: date
) -> Understood:
    """Return what a form means.

    Raises:
        Faulty: something in it is missing or cannot be.
    """
    bad: dict[str, str] = {}
    home = _home(form, areas=areas, ground=ground, bad=bad)
    shifts = chosen_shifts(form.when)
    if not shifts:
        bad["when"] = "missing"
    if form.certificate not in {YES, NO}:
        bad["certificate"] = "missing"
    if form.certificate == YES and not form.course_on:
        bad["course_on"] = "missing"
    values: dict[str, Any] = {
        "name": form.name,
        "phone": form.phone,
        "email": form.email or None,
        "roles": form.roles,
        "course_on": iso_day(form.course_on) if form.certificate == YES else None,
        "available": hours_of(shifts) if shifts else None,
        "travel_mode": form.travel_mode,
        "language": language,
        "consent": form.consent == CONSENT_VERSION,
        "lat": None if home is None else home.position.lat,
        "lon": None if home is None else home.position.lon,
    }
    draft = _draft(values, today=today, bad=bad)
    if home is None or draft is None or bad:
        raise Faulty(bad)
    return Understood(draft=draft, home=home)


def _draft(values: dict[str, Any], *, today: date, bad: dict[str, str]) -> VolunteerDraft | None:
    try:
        draft = VolunteerDraft.model_validate(values)
        check_course(draft.course_on, today=today)
    except ValidationError as error:
        for entry in error.errors(include_input=False, include_url=False):
            name = str(entry["loc"][0])
            bad.setdefault(name, entry["type"] if values[name] else "missing")
    except InvalidValue:
        bad["course_on"] = "future"
    else:
        return draft
    return None


def _home(form: JoinForm, *, areas: Sequence[AreaFacts], ground: Ground, bad: dict[str, str]) -> Home | None:
    try:
        return find_home(form.place, lat=form.lat, lon=form.lon, areas=areas, ground=ground)
    except Unplaced as error:
        bad["place"] = error.fault
        return None
