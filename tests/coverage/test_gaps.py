from itertools import pairwise

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from aednet.coverage.catchments import measure_coverage
from aednet.coverage.gaps import SMALLEST_M2, Gap, find_gaps
from aednet.coverage.terrain import AreaGround, PopulationCell, Terrain, survey
from aednet.geography.shapes import to_metres
from tests.coverage.ground import CORNER, RD_NEW, shipped_terrain, sites_on, square

NOWHERE = np.zeros((2, 0))


def gaps_of(terrain: Terrain, sites: NDArray[np.float64], radius_m: float = 500.0) -> list[Gap]:
    x_m, y_m = sites
    return find_gaps(terrain, x_m=x_m, y_m=y_m, radius_m=radius_m)


def at(east: float, north: float) -> NDArray[np.float64]:
    return np.array([[CORNER[0] + east], [CORNER[1] + north]])


def people(gap: Gap) -> float:
    assert gap.inhabitants is not None
    return gap.inhabitants


def test_without_cabinets_every_area_is_one_gap() -> None:
    terrain = shipped_terrain()
    gaps = gaps_of(terrain, NOWHERE)
    assert sorted(gap.area for gap in gaps) == sorted(terrain.slugs)
    assert sum(map(people, gaps)) == pytest.approx(56_580)
    assert sum(gap.area_m2 for gap in gaps) == pytest.approx(129.246e6, rel=1e-5)


def test_gaps_and_coverage_make_up_the_whole() -> None:
    terrain = shipped_terrain()
    x_m, y_m = sites_on(terrain, 45)
    gaps = find_gaps(terrain, x_m=x_m, y_m=y_m, radius_m=500)
    total = measure_coverage(terrain, x_m=x_m, y_m=y_m, areas=[None] * 45, radius_m=500).total
    assert total.population is not None
    assert total.covered_population is not None
    uncovered = total.population - total.covered_population
    assert sum(map(people, gaps)) == pytest.approx(uncovered, rel=1e-3)
    assert sum(gap.area_m2 for gap in gaps) / 1e6 == pytest.approx(
        total.area_km2 - total.covered_area_km2, rel=1e-3
    )


def test_gaps_are_single_polygons_in_degrees_outside_every_catchment_most_people_first() -> None:
    terrain = shipped_terrain()
    sites = sites_on(terrain, 45)
    gaps = gaps_of(terrain, sites)
    points = shapely.points(sites.T)
    assert len(gaps) > 24
    for gap in gaps:
        assert gap.shape.geom_type == "Polygon"
        plane = to_metres(gap.shape, RD_NEW)
        assert plane.area == pytest.approx(gap.area_m2, rel=1e-6)
        assert gap.area_m2 >= SMALLEST_M2
        assert shapely.distance(plane, points).min() > 499
        home = terrain.areas[terrain.slugs.index(gap.area)]
        assert shapely.difference(plane, home).area < 1e-3 * gap.area_m2
    assert all(people(more) >= people(fewer) for more, fewer in pairwise(gaps))


def test_ground_where_nobody_lives_is_no_gap_and_cells_share_out_the_people() -> None:
    area = AreaGround(slug="town", shape=square(0, 0, 3_000), population=None)
    cells = [
        PopulationCell(area="town", shape=square(0, 0, 1_000), inhabitants=300),
        PopulationCell(area="town", shape=square(1_000, 0, 1_000), inhabitants=700),
        PopulationCell(area="town", shape=square(0, 2_000, 1_000), inhabitants=50),
        PopulationCell(area="town", shape=square(2_000, 0, 1_000), inhabitants=0),
    ]
    terrain = survey([area], cells, projection=RD_NEW)
    large, small = gaps_of(terrain, NOWHERE)
    assert (large.inhabitants, small.inhabitants) == (pytest.approx(1_000), pytest.approx(50))
    assert (large.area_m2, small.area_m2) == (pytest.approx(2e6, rel=1e-4), pytest.approx(1e6, rel=1e-4))


def test_a_cabinet_in_the_middle_leaves_a_gap_in_pieces() -> None:
    area = AreaGround(slug="square", shape=square(0, 0, 1_000), population=1_000)
    gaps = gaps_of(survey([area], [], projection=RD_NEW), at(500, 500), radius_m=510)
    assert len(gaps) == 4
    assert len({round(gap.area_m2) for gap in gaps}) == 1


def test_a_gap_where_nobody_knows_the_people_comes_last() -> None:
    areas = [
        AreaGround(slug="unknown", shape=square(0, 0, 2_000), population=None),
        AreaGround(slug="few", shape=square(2_000, 0, 1_000), population=1),
        AreaGround(slug="none", shape=square(3_000, 0, 1_000), population=0),
    ]
    gaps = gaps_of(survey(areas, [], projection=RD_NEW), NOWHERE)
    assert [(gap.area, gap.inhabitants) for gap in gaps] == [("few", pytest.approx(1)), ("unknown", None)]


def test_slivers_are_left_out() -> None:
    side = SMALLEST_M2**0.5
    areas = [
        AreaGround(slug="kept", shape=square(0, 0, side + 1), population=1),
        AreaGround(slug="dropped", shape=square(2_000, 0, side - 1), population=1),
    ]
    gaps = gaps_of(survey(areas, [], projection=RD_NEW), NOWHERE)
    assert [gap.area for gap in gaps] == ["kept"]


@pytest.mark.parametrize("radius_m", [0.0, 50_000.0])
def test_a_radius_of_nothing_leaves_all_and_a_huge_one_nothing(radius_m: float) -> None:
    terrain = shipped_terrain()
    assert len(gaps_of(terrain, sites_on(terrain, 3), radius_m)) == (0 if radius_m else 24)


def test_without_areas_there_are_no_gaps() -> None:
    assert gaps_of(survey([], [], projection=RD_NEW), at(0, 0)) == []
