"""Where the example cabinets hang: areas by their inhabitants, positions on built-up ground."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import pi, sqrt
from random import Random
from typing import Final, Protocol

from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from aednet.areas.models import AreaKind
from aednet.demo.cells import Cell
from aednet.geography.points import LatLon
from aednet.geography.projection import Projection
from aednet.geography.shapes import point_of, read_position, to_degrees, to_metres

RD_NEW: Final = Projection.named("EPSG:28992")
BUILT_UP_PER_M2: Final = 0.004  # people where houses stand close; the town's own cells have 0.002 to 0.007
FROM_BORDER_M: Final = 25.0
CANDIDATES: Final = 12  # positions drawn, of which the one farthest from all others is taken
DECIMALS: Final = 5  # of a degree: 1 m


class Neighbourhood(Protocol):
    """What has to be known of an area; its shape is in WGS84 (lon, lat)."""

    @property
    def slug(self) -> str:
        """Its key, which its cells name."""

    @property
    def name(self) -> str:
        """Its name, or two with a slash between them."""

    @property
    def kind(self) -> AreaKind:
        """Neighbourhood or village."""

    @property
    def population(self) -> int | None:
        """Its inhabitants."""

    @property
    def shape(self) -> BaseGeometry:
        """Its ground."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place for a cabinet: its area, its population cell and its position."""

    area: Neighbourhood
    cell: Cell
    position: LatLon


def hanging_order(areas: Iterable[Neighbourhood], cells: Sequence[Cell]) -> Iterator[Neighbourhood]:
    """Yield the area of one cabinet after another, without end.

    Every area gets its first, the one with the densest cell before all others; from then on the next
    goes to where most people share one (D'Hondt's method, so that more people never have fewer).
    """

    def density(area: Neighbourhood) -> int:
        return max(cell.addresses_per_km2 for cell in cells if cell.area == area.slug)

    firsts = sorted(areas, key=density, reverse=True)
    yield from firsts
    hung = Counter(area.slug for area in firsts)
    while True:
        neediest = max(firsts, key=lambda area: (area.population or 0) / hung[area.slug])
        hung[neediest.slug] += 1
        yield neediest


def find_sites(order: Iterable[Neighbourhood], cells: Sequence[Cell], *, random: Random) -> list[Site]:
    """Return a site for each area in `order`, in cells that hold many people and houses.

    Sites keep apart as far as the lots drawn allow, and some metres from the area's border.

    Raises:
        ValueError: a cell that people live in has no built-up ground inside its area.
    """
    sites: list[Site] = []
    taken: list[Point] = []
    for area in order:
        own = [cell for cell in cells if cell.area == area.slug]
        (cell,) = random.choices(own, [cell.population * cell.addresses_per_km2 for cell in own])
        ground = built_up(cell) & to_metres(area.shape, RD_NEW).buffer(-FROM_BORDER_M)
        candidates = islice(points_in(ground, random), CANDIDATES)
        chosen = max(candidates, key=lambda point: min(map(point.distance, taken), default=0.0))
        taken.append(chosen)
        sites.append(Site(area=area, cell=cell, position=position_at(chosen)))
    return sites


def built_up(cell: Cell) -> BaseGeometry:
    """Return the part of a cell, in metres, where its people would live if they lived close together."""
    heart = to_metres(point_of(cell.heart), RD_NEW)
    return to_metres(cell.shape, RD_NEW) & heart.buffer(sqrt(cell.population / BUILT_UP_PER_M2 / pi))


def points_in(ground: BaseGeometry, random: Random) -> Iterator[Point]:
    """Yield points spread evenly over `ground`, in metres, without end.

    Raises:
        ValueError: there is no ground.
    """
    if ground.is_empty:
        raise ValueError("there is no ground to choose from")
    west, south, east, north = ground.bounds
    while True:
        point = Point(random.uniform(west, east), random.uniform(south, north))
        if ground.contains(point):
            yield point


def position_at(point: Point) -> LatLon:
    """Return a point in metres as a position, to a metre."""
    position = read_position(to_degrees(point, RD_NEW).coords[0])
    return LatLon(lat=round(position.lat, DECIMALS), lon=round(position.lon, DECIMALS))
