from itertools import groupby
from math import fsum, pi

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from aednet.coverage.catchments import Coverage, measure_coverage
from aednet.coverage.terrain import AreaGround, PopulationCell, Terrain, survey
from aednet.geography.shapes import to_metres
from tests.coverage.ground import CORNER, RD_NEW, shipped_cells, shipped_terrain, sites_on, square

NOWHERE = np.zeros((2, 0))


def measured(terrain: Terrain, sites: NDArray[np.float64], radius_m: float = 500.0) -> Coverage:
    x_m, y_m = sites
    return measure_coverage(terrain, x_m=x_m, y_m=y_m, areas=[None] * len(x_m), radius_m=radius_m)


def at(east: float, north: float) -> NDArray[np.float64]:
    return np.array([[CORNER[0] + east], [CORNER[1] + north]])


@pytest.mark.parametrize("radius_m", [250.0, 500.0, 1_500.0])
def test_all_24_areas_agree_with_finely_sided_discs_to_a_tenth_of_a_per_cent(radius_m: float) -> None:
    terrain = shipped_terrain()
    sites = sites_on(terrain, 45)
    fine = shapely.union_all(shapely.buffer(shapely.points(sites.T), radius_m, quad_segs=256))
    coverage = measured(terrain, sites, radius_m)
    assert len(coverage.areas) == 24
    for shape, figures in zip(terrain.areas, coverage.areas.values(), strict=True):
        assert figures.covered_area_km2 == pytest.approx((shape & fine).area / 1e6, rel=1e-3, abs=1e-6)
    whole = shapely.union_all(terrain.areas)
    assert coverage.total.covered_area_km2 == pytest.approx((whole & fine).area / 1e6, rel=1e-3)
    assert coverage.total.area_km2 == pytest.approx(129.25, abs=0.005)


def test_covered_people_are_the_covered_share_of_each_cell() -> None:
    terrain = shipped_terrain()
    sites = sites_on(terrain, 45)
    fine = shapely.union_all(shapely.buffer(shapely.points(sites.T), 500, quad_segs=256))
    coverage = measured(terrain, sites)
    cells = sorted(shipped_cells(), key=lambda cell: cell.area)
    for slug, own in groupby(cells, key=lambda cell: cell.area):
        planes = [(to_metres(cell.shape, RD_NEW), cell.inhabitants) for cell in own]
        expected = fsum(people * (shape & fine).area / shape.area for shape, people in planes)
        assert coverage.areas[slug].covered_population == pytest.approx(expected, rel=1e-3, abs=0.01)
        assert coverage.areas[slug].population == sum(people for _, people in planes)
    assert coverage.total.population == 56_580


@given(
    number=st.integers(0, 80), seed=st.integers(0, 9), radius_m=st.sampled_from([0.0, 1.0, 500.0, 50_000.0])
)
def test_the_total_is_the_sum_of_the_areas_and_nothing_exceeds_its_whole(
    number: int, seed: int, radius_m: float
) -> None:
    terrain = shipped_terrain()
    x_m, y_m = sites_on(terrain, number, seed=seed)
    hung = [terrain.slugs[i % 24] if i % 5 else None for i in range(number)]
    coverage = measure_coverage(terrain, x_m=x_m, y_m=y_m, areas=hung, radius_m=radius_m)
    areas, total = coverage.areas.values(), coverage.total
    for name in ("area_km2", "population", "cabinets", "covered_area_km2", "covered_population"):
        assert getattr(total, name) == pytest.approx(sum(getattr(each, name) for each in areas))
    assert total.cabinets == sum(slug is not None for slug in hung)
    for each in (total, *areas):
        assert 0 <= each.covered_area_km2 <= each.area_km2
        assert each.covered_population is not None
        assert each.population is not None
        assert 0 <= each.covered_population <= each.population * (1 + 1e-12)
        assert each.population_share == each.covered_population / each.population


@given(seed=st.integers(0, 9), number=st.integers(0, 60))
def test_another_cabinet_never_lowers_coverage(seed: int, number: int) -> None:
    terrain = shipped_terrain()
    sites = sites_on(terrain, number + 1, seed=seed)
    fewer, more = measured(terrain, sites[:, :-1]), measured(terrain, sites)
    for slug, before in fewer.areas.items():
        after = more.areas[slug]
        assert after.covered_area_km2 >= before.covered_area_km2 - 1e-9
        assert (after.covered_population or 0) >= (before.covered_population or 0) - 1e-6


def test_without_cabinets_nothing_is_covered() -> None:
    total = measured(shipped_terrain(), NOWHERE).total
    assert (total.covered_area_km2, total.covered_population, total.cabinets) == (0, 0, 0)
    assert total.population_share == 0


def test_without_areas_there_is_nothing_to_cover() -> None:
    coverage = measured(survey([], [], projection=RD_NEW), at(0, 0))
    assert coverage.areas == {}
    assert coverage.total.area_km2 == 0
    assert coverage.total.population is None
    assert coverage.total.population_share is None


def test_people_of_an_area_without_cells_live_all_over_it() -> None:
    plain = AreaGround(slug="plain", shape=square(0, 0, 2_000), population=8_000)
    figures = measured(survey([plain], [], projection=RD_NEW), at(1_000, 1_000)).areas["plain"]
    assert figures.covered_population == pytest.approx(8_000 * pi * 500**2 / 4e6, rel=1e-4)
    assert figures.population_share == pytest.approx(pi / 16, rel=1e-4)


def test_cells_say_where_people_live_and_how_many() -> None:
    area = AreaGround(slug="town", shape=square(0, 0, 2_000), population=1)
    cells = [
        PopulationCell(area="town", shape=square(900, 900, 200), inhabitants=900),
        PopulationCell(area="town", shape=square(0, 0, 200), inhabitants=100),
        PopulationCell(area="elsewhere", shape=square(900, 900, 200), inhabitants=5_000),
    ]
    coverage = measured(survey([area], cells, projection=RD_NEW), at(1_000, 1_000))
    assert coverage.areas["town"].population == 1_000
    assert coverage.areas["town"].covered_population == pytest.approx(900)
    assert coverage.total == coverage.areas["town"]


def test_where_nobody_knows_the_people_shares_are_unknown_and_the_total_leaves_them_out() -> None:
    known = AreaGround(slug="known", shape=square(0, 0, 1_000), population=500)
    unknown = AreaGround(slug="unknown", shape=square(1_000, 0, 1_000), population=None)
    empty = AreaGround(slug="empty", shape=square(2_000, 0, 1_000), population=0)
    coverage = measured(survey([known, unknown, empty], [], projection=RD_NEW), at(1_000, 500))
    assert coverage.areas["unknown"].population is None
    assert coverage.areas["unknown"].covered_population is None
    assert coverage.areas["unknown"].population_share is None
    assert coverage.areas["unknown"].covered_area_km2 == pytest.approx(pi / 8, rel=1e-4)
    assert coverage.areas["empty"].population_share is None
    assert coverage.total.population == 500
    assert coverage.total.population_share == pytest.approx(pi / 8, rel=1e-4)


def test_a_cabinet_covers_across_borders_but_counts_for_its_own_area() -> None:
    areas = [
        AreaGround(slug="west", shape=square(0, 0, 1_000), population=100),
        AreaGround(slug="east", shape=square(1_000, 0, 1_000), population=100),
    ]
    x_m, y_m = at(1_000, 500)
    coverage = measure_coverage(
        survey(areas, [], projection=RD_NEW), x_m=x_m, y_m=y_m, areas=["west"], radius_m=500
    )
    assert (coverage.areas["west"].cabinets, coverage.areas["east"].cabinets) == (1, 0)
    assert coverage.areas["east"].covered_area_km2 == pytest.approx(pi / 8, rel=1e-4)


def test_a_border_that_crosses_itself_only_in_the_plane_is_measured_all_the_same() -> None:
    bow = shapely.Polygon([(6.4, 52.7), (6.5, 52.8), (6.5, 52.7), (6.4, 52.8)])
    terrain = survey([AreaGround(slug="bow", shape=bow, population=10)], [], projection=RD_NEW)
    assert measured(terrain, sites_on(terrain, 20), 50_000).total.population_share == pytest.approx(1)


def test_shapes_are_not_prepared_since_threads_share_them() -> None:
    terrain = survey([AreaGround(slug="a", shape=square(0, 0, 100), population=1)], [], projection=RD_NEW)
    measured(terrain, at(0, 0))
    assert not shapely.is_prepared(np.concatenate([terrain.areas, terrain.parcels, terrain.inhabited])).any()
