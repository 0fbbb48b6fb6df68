"""What has yet to be entered at HartslagNu as facts change: further changes keep the first value. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from aednet.cabinets.rules import Status

PATIENCE = timedelta(days=30)  # the check that HartslagNu wants each month shows it anyway


class Fact(StrEnum):
    """What HartslagNu is told of a cabinet, in the order in which its forms ask for it."""

    STANDING = "standing"
    NAME = "name"
    ADDRESS = "address"
    POSITION = "position"
    LOCATION = "location"
    OPENING_HOURS = "opening_hours"
    ACCESS = "access"
    INDOOR = "indoor"
    LOCKED = "locked"
    CODE = "code"
    DEVICE = "device"
    SERIAL_NUMBER = "serial_number"
    PADS_ADULT = "pads_adult"
    PADS_CHILD = "pads_child"
    BATTERY = "battery"


class Standing(StrEnum):
    """Whether a cabinet that HartslagNu knows can be used."""

    IN_SERVICE = "in_service"
    OUT_OF_SERVICE = "out_of_service"
    MISSING = "missing"


LAPSING = frozenset({Fact.PADS_ADULT, Fact.PADS_CHILD, Fact.BATTERY})
NAMED = tuple(fact for fact in Fact if fact is not Fact.CODE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What HartslagNu shall know of a cabinet, each fact as text; the code is compared and never kept.

    Without a standing HartslagNu shall not have the cabinet at all.
    """

    values: Mapping[Fact, str | None]
    code: str | None = field(default=None, repr=False)

    @property
    def is_there(self) -> bool:
        """Tell whether HartslagNu shall have the cabinet."""
        return self.values[Fact.STANDING] is not None


NOT_THERE = Told(values=dict.fromkeys(NAMED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a fact was when HartslagNu was last told, and what it is now. Of the code it says neither."""

    old: str | None
    new: str | None


def standing(status: Status, *, passed: bool | None) -> Standing | None:
    """Return how a cabinet shall stand at HartslagNu: not at all while planned, and once retired.

    One that failed its last inspection is out of service there too, as it is here.
    """
    match status:
        case Status.PLANNED | Status.RETIRED:
            return None
        case Status.MISSING:
            return Standing.MISSING
        case Status.OUT_OF_SERVICE:
            return Standing.OUT_OF_SERVICE
        case Status.IN_SERVICE:
            return Standing.OUT_OF_SERVICE if passed is False else Standing.IN_SERVICE


def carried(open_changes: Mapping[Fact, Change], *, before: Told, after: Told) -> dict[Fact, Change]:
    """Return what is to be entered after a change, given what was to be entered before it.

    A cabinet that HartslagNu does not have is entered as a whole: then its standing is the one entry.
    """
    told = dict(before.values) | {
        fact: change.old for fact, change in open_changes.items() if fact is not Fact.CODE
    }
    if told[Fact.STANDING] is None:
        new = after.values[Fact.STANDING]
        return {} if new is None else {Fact.STANDING: Change(old=None, new=new)}
    found: dict[Fact, Change] = {
        fact: Change(old=told[fact], new=after.values[fact])
        for fact in NAMED
        if told[fact] != after.values[fact]
    }
    if Fact.CODE in open_changes or before.code != after.code:
        found[Fact.CODE] = Change(old=None, new=None)
    return found


def is_whole(fact: Fact, change: Change) -> bool:
    """Tell whether a change is about the cabinet as a whole: it is new there, or goes from there."""
    return fact is Fact.STANDING and None in {change.old, change.new}


def pressing_on(fact: Fact, change: Change, *, changed_on: date) -> date:
    """Return the day by which a change is put in order, the earliest first.

    A date presses when the one that HartslagNu holds lapses, for then it no longer sends anybody to the
    AED (hartslagnu.nl), and after 30 days at the latest; anything else from the day of the change on.
    """
    if fact in LAPSING and change.old is not None:
        return min(date.fromisoformat(change.old), changed_on + PATIENCE)
    return changed_on
