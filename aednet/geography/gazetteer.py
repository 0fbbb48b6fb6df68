"""Finding a place by its name or postcode without a network."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from geopy.adapters import BaseSyncAdapter
from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location

from aednet.geography.points import LatLon
from aednet.geography.shipped import gazetteer_rows

# 7901, 7901AB: four digits, the first no zero, are the postcode area; the letters, a street, are not known.
POSTCODE = re.compile(r"([1-9][0-9]{3})(?:[a-z]{2})?")


class PlaceKind(StrEnum):
    """What a found place is; a postcode here is its four digits."""

    PLACE = "place"
    POSTCODE = "postcode"
    AREA = "area"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPlace:
    """A named place and its centre."""

    name: str
    kind: PlaceKind
    position: LatLon


class Gazetteer(Geocoder):  # type: ignore[misc]  # geopy has no types
    """A geopy geocoder over a list of places in memory.

    Capitals, accents, apostrophes, hyphens and spaces do not count. Of two places with one name the first
    given is known.
    """

    def __init__(self, places: Iterable[FoundPlace]) -> None:
        """Take the `places` that can be found, the more important first."""
        super().__init__(adapter_factory=_NoNetwork)
        self._places: dict[str, FoundPlace] = {}
        for place in places:
            self._places.setdefault(_key(place.name), place)

    @classmethod
    def load(cls, further: Iterable[FoundPlace] = ()) -> Self:
        """Return the shipped gazetteer, with `further` places such as the areas behind its own."""
        return cls([*_shipped_places(), *further])

    def find(self, query: str) -> FoundPlace | None:
        """Return the place with the name or postcode `query`, or the only one whose name begins so."""
        key = _key(query)
        if postcode := POSTCODE.fullmatch(key):
            key = postcode[1]
        if key in self._places:
            return self._places[key]
        candidates = self.suggest(query, limit=2)
        return candidates[0] if len(candidates) == 1 else None

    def suggest(self, prefix: str, *, limit: int) -> list[FoundPlace]:
        """Return at most `limit` places whose name begins with `prefix`, by name."""
        begin = _key(prefix)
        found = sorted(key for key in self._places if begin and key.startswith(begin))
        return [self._places[key] for key in found[:limit]]

    def geocode(
        self, query: str, *, exactly_one: bool = True, timeout: object = DEFAULT_SENTINEL
    ) -> Location | list[Location] | None:
        """Return what `find` finds as geopy's Location, in a list unless `exactly_one`.

        `timeout` is geopy's and has no use here.
        """
        place = self.find(query)
        if place is None:
            return None
        point = (place.position.lat, place.position.lon)
        location = Location(place.name, point, {"kind": place.kind.value})
        return location if exactly_one else [location]


class _NoNetwork(BaseSyncAdapter):  # type: ignore[misc]  # geopy has no types
    """Stands where geopy keeps its HTTP client, so that none is made."""

    def get_json(self, url: str, *, timeout: float, headers: dict[str, str]) -> object:
        raise NotImplementedError

    def get_text(self, url: str, *, timeout: float, headers: dict[str, str]) -> str:
        raise NotImplementedError


def _shipped_places() -> list[FoundPlace]:
    return [
        FoundPlace(
            name=row["name"],
            kind=PlaceKind(row["kind"]),
            position=LatLon(lat=float(row["lat"]), lon=float(row["lon"])),
        )
        for row in gazetteer_rows()
    ]


def _key(text: str) -> str:
    """Return the letters and digits of `text` alone, small and without accents."""
    taken_apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in taken_apart.casefold() if letter.isalnum())
