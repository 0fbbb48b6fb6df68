"""Finding the place that somebody names: a village, a neighbourhood, a postcode."""

from collections.abc import Iterable
from functools import lru_cache

from aednet.areas.queries import AreaFacts
from aednet.geography.gazetteer import FoundPlace, Gazetteer, PlaceKind
from aednet.geography.points import LatLon
from aednet.geography.shapes import inner_point


def find_place(areas: Iterable[AreaFacts], text: str) -> FoundPlace | None:
    """Return the place that `text` names, where these areas or the gazetteer know just one."""
    return _gazetteer(tuple((area.name, inner_point(area.shape)) for area in areas)).find(text)


@lru_cache(maxsize=2)
def _gazetteer(areas: tuple[tuple[str, LatLon], ...]) -> Gazetteer:
    return Gazetteer.load(
        FoundPlace(name=name, kind=PlaceKind.AREA, position=position) for name, position in areas
    )
