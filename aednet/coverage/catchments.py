"""How much ground, and how many people, lie within a straight line of a cabinet. Pure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, isnan

import numpy as np
from numpy.typing import NDArray

from aednet.coverage.terrain import Terrain
from aednet.geography.discs import DiscUnion

M2_PER_KM2 = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Coverage of one area, or of all of them together; about people None where nobody knows."""

    area_km2: float
    population: int | None
    cabinets: int
    covered_area_km2: float
    covered_population: float | None

    @property
    def population_share(self) -> float | None:
        """The share of the inhabitants who are covered, from 0 to 1; None where nobody lives."""
        if self.covered_population is None or not self.population:
            return None
        return self.covered_population / self.population


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The figures of every area by its slug, and in `total` their sum."""

    total: Figures
    areas: Mapping[str, Figures]


def measure_coverage(
    terrain: Terrain,
    *,
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    areas: Sequence[str | None],
    radius_m: float,
) -> Coverage:
    """Work out the coverage by cabinets at `x_m` and `y_m` in the plane, which hang in `areas`.

    A cabinet covers the ground at most `radius_m` away, across borders too; it counts for its own area
    alone, and for none where that is None. The covered area is exact. Of a parcel's people those are
    covered who live on covered ground.
    """
    union = DiscUnion(x_m=x_m, y_m=y_m, radius_m=radius_m)
    ground = np.concatenate([terrain.areas, terrain.parcels])
    ground_m2 = np.concatenate([terrain.areas_m2, terrain.parcels_m2])
    covered_m2 = np.clip(union.areas_within(ground), 0.0, ground_m2)  # rounding may step over either end
    area_m2, parcel_m2 = np.split(covered_m2, [len(terrain.areas)])
    people = terrain.sum_by_area(terrain.parcel_people)
    covered_people = terrain.sum_by_area(terrain.parcel_people * (parcel_m2 / terrain.parcels_m2))
    cabinets = Counter(areas)
    figures = {
        slug: Figures(
            area_km2=float(terrain.areas_m2[i]) / M2_PER_KM2,
            population=None if isnan(people[i]) else int(people[i]),
            cabinets=cabinets[slug],
            covered_area_km2=float(area_m2[i]) / M2_PER_KM2,
            covered_population=None if isnan(covered_people[i]) else float(covered_people[i]),
        )
        for i, slug in enumerate(terrain.slugs)
    }
    return Coverage(total=total_of(figures.values()), areas=figures)


def total_of(figures: Collection[Figures]) -> Figures:
    """Add the figures of areas up; people where they are known, and None where nobody knows of any."""
    populations = [each.population for each in figures if each.population is not None]
    covered = [each.covered_population for each in figures if each.covered_population is not None]
    return Figures(
        area_km2=fsum(each.area_km2 for each in figures),
        population=sum(populations) if populations else None,
        cabinets=sum(each.cabinets for each in figures),
        covered_area_km2=fsum(each.covered_area_km2 for each in figures),
        covered_population=fsum(covered) if covered else None,
    )
