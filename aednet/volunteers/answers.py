"""What people answer on forms, read as they write it: a place, a day, parts of the week."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from aednet.areas.ground import Ground
from aednet.areas.places import find_place
from aednet.areas.queries import AreaFacts
from aednet.base.errors import InvalidValue
from aednet.geography.extent import OutsideExtent
from aednet.geography.gazetteer import FoundPlace
from aednet.geography.points import LatLon
from aednet.volunteers.rules import Shift

DUTCH_DAY: Final = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", re.ASCII)
ALWAYS: Final = "always"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Home:
    """Where somebody lives: the place they named, unless they set a pin, and the area that it lies in."""

    position: LatLon
    place: FoundPlace | None
    area: AreaFacts | None


class Unplaced(Exception):
    """An answer names no position of this network; `fault` is `missing`, `unknown` or `outside`."""

    def __init__(self, fault: str) -> None:
        super().__init__("The place cannot be used.")
        self.fault = fault


def find_home(place: str, *, lat: str, lon: str, areas: Sequence[AreaFacts], ground: Ground) -> Home:
    """Return the position that a form names: by a pin where one was set, else by a place's name.

    Raises:
        Unplaced: it names none, or one outside the network.
    """
    has_pin = bool(lat and lon)
    found = None if has_pin else find_place(areas, place)
    position = _pin(lat, lon) if has_pin else None if found is None else found.position
    if position is None:
        raise Unplaced("unknown" if place or has_pin else "missing")
    try:
        area_id = ground.area_id_at(position)
    except OutsideExtent:
        raise Unplaced("outside") from None
    area = next((area for area in areas if area.id == area_id), None)
    return Home(position=position, place=found, area=area)


def iso_day(text: str) -> str | None:
    """Return a day as browsers send it, `2026-11-24`, also where somebody typed `24-11-2026`."""
    if found := DUTCH_DAY.fullmatch(text):
        day, month, year = found.groups()
        return f"{year}-{int(month):02}-{int(day):02}"
    return text or None


def chosen_shifts(when: Collection[str]) -> frozenset[Shift]:
    """Return the parts of the week that were ticked."""
    if ALWAYS in when:
        return frozenset(Shift)
    return frozenset(shift for shift in Shift if shift in when)


def _pin(lat: str, lon: str) -> LatLon | None:
    try:
        return LatLon(lat=float(lat), lon=float(lon))
    except (ValueError, InvalidValue):
        return None
