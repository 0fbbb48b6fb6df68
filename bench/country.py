"""Invented networks at three sizes, clustered as people are, always the same ones."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from aednet.geography.projection import Projection

RD_NEW = Projection.named("EPSG:28992")
CORNER_M = (30_000.0, 350_000.0)  # south-west of all, in RD New
SEED = 20261124
PEOPLE_PER_PLACE = 40  # cabinets in a village or quarter, on average
LARGEST = 30  # how much larger than an ordinary place the largest is
WAVES_M = 300.0  # how far the borders of areas wind


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many cabinets and volunteers, on how much ground, divided into how many areas."""

    name: str
    cabinets: int
    volunteers: int
    areas: int
    km2: float


SIZES = (
    Size(name="demo", cabinets=45, volunteers=520, areas=24, km2=129),
    Size(name="province", cabinets=2_500, volunteers=21_000, areas=30, km2=2_800),
    Size(name="NL", cabinets=30_000, volunteers=250_000, areas=342, km2=34_000),
)


class Points:
    """Places in RD New, in metres and in degrees."""

    def __init__(self, metres: NDArray[np.float64]) -> None:
        self.metres = metres
        self.x_m, self.y_m = np.ascontiguousarray(metres.T)
        self.lat, self.lon = RD_NEW.to_degrees(self.x_m, self.y_m)

    def __len__(self) -> int:
        return len(self.metres)

    @cached_property
    def shapes(self) -> NDArray[np.object_]:
        shapes: NDArray[np.object_] = shapely.points(self.metres)
        return shapes


@dataclass(frozen=True, kw_only=True)
class Country:
    """A network of one size: cabinets and volunteers round the same places, and areas that tile it."""

    size: Size
    cabinets: Points
    volunteers: Points
    areas: NDArray[np.object_]


def make_country(size: Size) -> Country:
    """Invent places of many sizes, as towns are, and people and cabinets round them."""
    random = np.random.default_rng(SEED)
    side_m = 1_000 * size.km2**0.5
    places = max(3, size.cabinets // PEOPLE_PER_PLACE)
    centres = random.uniform(0, side_m, (places, 2))
    weights = np.minimum(random.pareto(1.1, places) + 0.3, LARGEST)
    weights /= weights.sum()
    spread_m = 300 + 900 * np.sqrt(weights * places)

    def settle(number: int) -> Points:
        place = random.choice(places, number, p=weights)
        away = random.normal(0, 1, (number, 2)) * spread_m[place][:, None]
        return Points(np.clip(centres[place] + away, 0, side_m) + CORNER_M)

    return Country(
        size=size,
        cabinets=settle(size.cabinets),
        volunteers=settle(size.volunteers),
        areas=_areas(random.uniform(0, side_m, (size.areas, 2)), side_m),
    )


def _areas(centres: NDArray[np.float64], side_m: float) -> NDArray[np.object_]:
    """Return Voronoi cells with winding borders: bent all alike, they go on tiling the ground."""
    whole = shapely.box(0, 0, side_m, side_m)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(centres), extend_to=whole))
    straight = shapely.segmentize(shapely.intersection(cells, whole), WAVES_M / 2)

    def bend(corners: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = corners.T
        waves = np.column_stack([np.sin(y / 700) + np.sin(x / 900), np.sin(x / 800) + np.sin(y / 600)])
        return corners + WAVES_M * waves + CORNER_M

    areas: NDArray[np.object_] = shapely.transform(straight, bend)
    return areas
