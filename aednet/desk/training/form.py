"""The form of a training day: what was typed, what it means, what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Any, Final, Self

from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from aednet.areas.ground import Ground
from aednet.areas.queries import AreaFacts
from aednet.volunteers.answers import Unplaced, find_home, iso_day
from aednet.volunteers.training.drafts import TrainingDraft
from aednet.volunteers.training.queries import TrainingFacts

LONGEST: Final = 300  # characters of a field that are read; more is no answer to any question here
TEXTS: Final = (
    "venue",
    "place",
    "lat",
    "lon",
    "day",
    "begins",
    "ends",
    "seats",
    "trainer",
    "asks",
    "version",
)
FIELDS: Final = ("venue", "place", "day", "begins", "ends", "seats", "trainer")  # in the order of the page
COMPARED: Final = ("venue", "day", "begins", "ends", "seats", "trainer")
FIELD_OF: Final = {"place": "venue"}  # of a draft, where the form calls it otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingForm:
    """What somebody typed, as they typed it. `version` is the state of the training day that they saw.

    `asks` says that those who live in reach and whose certificate lapses are to be asked at once.
    """

    venue: str = ""
    place: str = ""
    lat: str = ""
    lon: str = ""
    day: str = ""
    begins: str = "19:30"
    ends: str = "21:30"
    seats: str = "12"
    trainer: str = ""
    asks: str = ""
    version: str = ""

    @classmethod
    def parse(cls, fields: "MultiDict[str, str]") -> Self:
        """Read a form; what is missing is empty."""
        return cls(**{name: fields.get(name, "").strip()[:LONGEST] for name in TEXTS})

    @classmethod
    def of(cls, training: TrainingFacts, zone: tzinfo) -> Self:
        """Return the form as it shows what is stored, in local time. Where it is it leaves as it is."""
        begins, ends = training.begins_at.astimezone(zone), training.ends_at.astimezone(zone)
        return cls(
            venue=training.place,
            day=begins.date().isoformat(),
            begins=f"{begins:%H:%M}",
            ends=f"{ends:%H:%M}",
            seats=str(training.seats),
            trainer=training.trainer or "",
            version=training.version,
        )

    def differences(self, stored: "TrainingForm") -> frozenset[str]:
        """Return the fields in which what is stored differs from what was typed."""
        return frozenset(name for name in COMPARED if getattr(self, name) != getattr(stored, name))


class Faulty(Exception):
    """A form cannot be used as it is. `bad` maps each field to the kind of fault in it."""

    def __init__(self, bad: dict[str, str]) -> None:
        super().__init__("The form has faults.")
        self.bad: dict[str, str] = {name: bad[name] for name in FIELDS if name in bad}


def understand(
    form: TrainingForm,
    stored: TrainingFacts | None,
    *,
    areas: Sequence[AreaFacts],
    ground: Ground,
    zone: tzinfo,
) -> TrainingDraft:
    """Return the training day that a form describes, where `stored` is unless the form says otherwise.

    Raises:
        Faulty: something in it is missing or cannot be.
    """
    bad: dict[str, str] = {}
    day = _read(date.fromisoformat, iso_day(form.day) or "", "day", bad)
    begins, ends = (_read(time.fromisoformat, getattr(form, name), name, bad) for name in ("begins", "ends"))
    values: dict[str, Any] = {
        "place": form.venue,
        "seats": form.seats,
        "trainer": form.trainer or None,
    } | _position(form, stored, areas=areas, ground=ground, bad=bad)
    if day and begins is not None and ends is not None:
        values["begins_at"] = datetime.combine(day, begins.replace(tzinfo=zone))
        values["ends_at"] = datetime.combine(day, ends.replace(tzinfo=zone))
    try:
        draft = TrainingDraft.model_validate(values)
    except ValidationError as error:
        for entry in error.errors(include_input=False, include_url=False):
            name = str(entry["loc"][0]) if entry["loc"] else "ends"
            bad.setdefault(FIELD_OF.get(name, name), entry["type"] if values.get(name, True) else "missing")
        raise Faulty(bad) from None
    if bad:
        raise Faulty(bad)
    return draft


def _read(kind: Any, text: str, name: str, bad: dict[str, str]) -> Any:
    try:
        return kind(text)
    except ValueError:
        bad[name] = "unreadable" if text else "missing"
        return None


def _position(
    form: TrainingForm,
    stored: TrainingFacts | None,
    *,
    areas: Sequence[AreaFacts],
    ground: Ground,
    bad: dict[str, str],
) -> dict[str, float]:
    if stored is not None and not form.place and not form.lat:
        return {"lat": stored.position.lat, "lon": stored.position.lon}
    try:
        home = find_home(form.place, lat=form.lat, lon=form.lon, areas=areas, ground=ground)
    except Unplaced as error:
        bad["place"] = error.fault
        return {}
    return {"lat": home.position.lat, "lon": home.position.lon}
