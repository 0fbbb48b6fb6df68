from math import acos, cos, pi, radians, sin, sqrt

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from aednet.geography.discs import SIDES, DiscUnion

# Whole steps in a small field: many sites coincide, stand in line, or lie on one circle.
fields = st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=1, max_size=40)
places = st.tuples(st.integers(-7, 7), st.integers(-7, 7))
radii = st.integers(1, 9).map(lambda half: half / 2)
FINE = 256  # sides of a quarter circle: 0.0006% short
CLOSE = 2e-5
RD_ORIGIN = (225_000.0, 525_000.0)  # somewhere in Hoogeveen

ODD_SHAPES = [
    pytest.param(Polygon([(-3, -3), (4, -2), (5, 4), (0, 1), (-2, 5)]), id="a dent"),
    pytest.param(
        Polygon([(-6, -6), (6, -6), (6, 6), (-6, 6)], [[(-1, -1), (2, -1), (2, 2), (-1, 2)]]), id="a hole"
    ),
    pytest.param(
        MultiPolygon(
            [
                Polygon([(-5, -5), (-1, -5), (-1, 5), (-5, 5)], [[(-4, -1), (-2, -1), (-2, 1), (-4, 1)]]),
                Polygon([(0, 0), (4, 0), (4, 4)]),
            ]
        ),
        id="two parts, one with a hole",
    ),
    pytest.param(Polygon([(0, 0), (0.1, 0), (0.1, 0.1), (0, 0.1)]), id="smaller than a disc"),
    pytest.param(Polygon([(-60, -60), (60, -60), (60, 60), (-60, 60)]), id="larger than all"),
]


def union_of(sites: list[tuple[float, float]] | NDArray[np.float64], radius_m: float) -> DiscUnion:
    x_m, y_m = np.array(sites, dtype=float).reshape(-1, 2).T
    return DiscUnion(x_m=x_m, y_m=y_m, radius_m=radius_m)


def finely_sided(sites: list[tuple[float, float]] | NDArray[np.float64], radius_m: float) -> BaseGeometry:
    points = shapely.points(np.unique(np.array(sites, dtype=float), axis=0))
    return shapely.union_all(shapely.buffer(points, radius_m, quad_segs=FINE))


def towns(number: int, *, seed: int = 1) -> NDArray[np.float64]:
    """Sites clustered as people are, in a square of 60 km."""
    random = np.random.default_rng(seed)
    centres = random.uniform(0, 60_000, (30, 2))
    own = random.integers(0, 30, number)
    return centres[own] + random.normal(0, 1, (number, 2)) * random.uniform(300, 3_000, 30)[own][:, None]


def test_no_site_covers_nothing() -> None:
    empty = union_of([], 500.0)
    assert empty.area_m2 == 0
    assert empty.areas_within([shapely.box(0, 0, 1, 1)]).tolist() == [0]
    assert empty.outline().is_empty
    assert [near.is_empty for near in empty.outlines_near(np.array([shapely.box(0, 0, 1, 1)]))] == [True]


@pytest.mark.parametrize("radius_m", [0.0, 1e-200])
@pytest.mark.parametrize("sites", [[(0, 0)], [(0, 0), (3, 3)]])
def test_a_radius_of_nothing_covers_nothing(sites: list[tuple[float, float]], radius_m: float) -> None:
    union = union_of(sites, radius_m)
    assert union.area_m2 == 0
    assert union.areas_within([shapely.box(-1, -1, 1, 1)]).tolist() == [0]
    assert union.outline().is_empty


def test_one_site_covers_its_disc() -> None:
    assert union_of([RD_ORIGIN], 500.0).area_m2 == pytest.approx(pi * 500**2, rel=1e-14)


@given(apart=st.floats(0.101, 1_200))
def test_two_sites_cover_two_discs_less_the_lens(apart: float) -> None:
    half = min(apart / 2, 500.0)
    lens = 2 * 500**2 * acos(half / 500) - apart * sqrt(500**2 - half**2)
    union = union_of([(0, 0), (apart, 0)], 500.0)
    assert union.area_m2 == pytest.approx(2 * pi * 500**2 - lens, rel=1e-12)


@given(sites=fields, radius_m=radii)
def test_the_area_is_that_of_finely_sided_discs(sites: list[tuple[int, int]], radius_m: float) -> None:
    union = union_of(sites, radius_m)
    assert union.area_m2 == pytest.approx(finely_sided(sites, radius_m).area, rel=CLOSE)


@pytest.mark.parametrize("shape", ODD_SHAPES)
@given(sites=fields, radius_m=radii)
def test_the_area_within_a_polygon_is_that_of_finely_sided_discs(
    shape: BaseGeometry, sites: list[tuple[int, int]], radius_m: float
) -> None:
    (within_m2,) = union_of(sites, radius_m).areas_within([shape])
    expected = (finely_sided(sites, radius_m) & shape).area
    assert within_m2 == pytest.approx(expected, rel=CLOSE, abs=1e-4)
    assert within_m2 <= shape.area * (1 + 1e-12)


def test_many_clustered_sites_agree_with_finely_sided_discs_in_every_polygon() -> None:
    sites = towns(2_000)
    union, fine = union_of(sites, 500.0), finely_sided(sites, 500.0)
    tiles = np.array(
        [
            shapely.box(x, y, x + 7_000, y + 7_000)
            for x in range(0, 63_000, 7_000)
            for y in range(0, 63_000, 7_000)
        ]
    )
    assert union.area_m2 == pytest.approx(fine.area, rel=CLOSE)
    expected = shapely.area(shapely.intersection(tiles, fine))
    assert expected.max() > 10e6
    np.testing.assert_allclose(union.areas_within(tiles), expected, rtol=1e-4, atol=1.0)


def test_tiles_share_out_the_whole_union() -> None:
    union = union_of(towns(2_000), 500.0)
    tiles = [
        shapely.box(x, y, x + 10_000, y + 10_000)
        for x in range(-20_000, 80_000, 10_000)
        for y in range(-20_000, 80_000, 10_000)
    ]
    assert union.areas_within(tiles).sum() == pytest.approx(union.area_m2, rel=1e-10)


@pytest.mark.parametrize("noise_m", [1e-9, 1e-6, 1e-3, 0.01, 0.1])
def test_sites_that_nearly_coincide_cover_what_one_of_them_covers(noise_m: float) -> None:
    sites = np.vstack([towns(1_000), RD_ORIGIN])
    random = np.random.default_rng(2)
    doubled = np.vstack([sites, sites + random.normal(0, noise_m, sites.shape)])
    tiles = [shapely.box(x, 0, x + 500, 60_000) for x in range(0, 60_000, 500)]
    np.testing.assert_allclose(
        union_of(doubled, 500.0).areas_within(tiles),
        union_of(sites, 500.0).areas_within(tiles),
        rtol=1e-4,
        atol=2_000,  # the noise may shift two discs by some 0.3 m, over a width of a kilometre each
    )


@pytest.mark.parametrize("seed", range(20))
def test_a_crowd_of_sites_in_a_wide_country_is_divided_rightly(seed: int) -> None:
    random = np.random.default_rng(seed)
    crowd, others = random.normal(0, 0.5, (100, 2)), random.uniform(-300_000, 300_000, (100, 2))
    sites = np.vstack([crowd, others]) + RD_ORIGIN
    x, y = RD_ORIGIN
    shapes = [shapely.box(x - 600, y - 600, x, y), shapely.box(x + 0.03, y - 600, x + 600, y + 600)]
    fine = finely_sided(sites[np.hypot(*(sites - RD_ORIGIN).T) < 1_500], 500.0)
    expected = [(fine & shape).area for shape in shapes]
    np.testing.assert_allclose(union_of(sites, 500.0).areas_within(shapes), expected, rtol=2e-4)


@pytest.mark.parametrize("seed", range(20))
def test_a_crowd_of_sites_in_a_continent_is_still_divided(seed: int) -> None:
    random = np.random.default_rng(seed)
    crowd, others = random.integers(0, 5, (30, 2)) / 4, random.integers(-3_000_000, 3_000_000, (30, 2))
    union = union_of(np.vstack([crowd, others]), 500.0)
    assert union.area_m2 == pytest.approx(31 * pi * 500**2, rel=1e-3)
    assert union.areas_within([shapely.box(-4e6, -4e6, 4e6, 4e6)])[0] == pytest.approx(union.area_m2)


@pytest.mark.parametrize(
    "sites",
    [
        pytest.param([(300.0 * i, 0.0) for i in range(400)], id="in a row"),
        pytest.param([(300.0 * i, 300.0 * i) for i in range(400)], id="in a slanting row"),
        pytest.param([(400.0 * i, 400.0 * j) for i in range(25) for j in range(25)], id="on a grid"),
        pytest.param([(5_000 * cos(i), 5_000 * sin(i)) for i in range(300)], id="on a circle"),
        pytest.param([(0.0, 0.0)] * 50 + [(100.0, 0.0)], id="at two places"),
    ],
)
def test_sites_in_figures_are_no_trouble(sites: list[tuple[float, float]]) -> None:
    moved = np.array(sites) + RD_ORIGIN
    union, fine = union_of(moved, 500.0), finely_sided(moved, 500.0)
    box = shapely.box(*(np.array(RD_ORIGIN) - 1_050), *(np.array(RD_ORIGIN) + 1_050))
    assert union.area_m2 == pytest.approx(fine.area, rel=CLOSE)
    assert union.areas_within([box])[0] == pytest.approx((fine & box).area, rel=CLOSE)


@given(sites=fields, radius_m=radii)
def test_the_union_is_no_larger_than_all_its_discs_and_no_smaller_than_one(
    sites: list[tuple[int, int]], radius_m: float
) -> None:
    disc_m2 = pi * radius_m**2
    assert disc_m2 * (1 - 1e-12) <= union_of(sites, radius_m).area_m2 <= len(sites) * disc_m2 * (1 + 1e-12)


@pytest.mark.parametrize("shape", ODD_SHAPES)
@given(sites=fields, more=places, radius_m=radii)
def test_another_site_never_lowers_the_area(
    shape: BaseGeometry, sites: list[tuple[int, int]], more: tuple[int, int], radius_m: float
) -> None:
    before, after = union_of(sites, radius_m), union_of([*sites, more], radius_m)
    assert after.area_m2 >= before.area_m2 * (1 - 1e-12)
    assert after.areas_within([shape])[0] >= before.areas_within([shape])[0] - 1e-9


@given(
    sites=fields,
    radius_m=radii,
    turn=st.integers(0, 359),
    east=st.integers(-300_000, 300_000),
    north=st.integers(-300_000, 300_000),
)
def test_moving_and_turning_everything_together_changes_nothing(
    sites: list[tuple[int, int]], radius_m: float, turn: int, east: int, north: int
) -> None:
    shape = Polygon([(-3_000, -3_000), (4_000, -2_000), (5_000, 4_000), (0, 1_000), (-2_000, 5_000)])
    angle = radians(turn)
    rotation = np.array([[cos(angle), sin(angle)], [-sin(angle), cos(angle)]])
    here = np.array(sites, dtype=float) * 1_000
    there = here @ rotation + (east, north)
    moved_shape = shapely.transform(shape, lambda corners: corners @ rotation + (east, north))
    before, after = union_of(here, radius_m * 1_000), union_of(there, radius_m * 1_000)
    assert after.area_m2 == pytest.approx(before.area_m2, rel=2e-4)  # close sites are taken to 0.1 m
    assert after.areas_within([moved_shape])[0] == pytest.approx(
        before.areas_within([shape])[0], rel=2e-4, abs=500
    )


def test_an_outline_is_the_union_but_for_its_sides() -> None:
    union = union_of(towns(200), 500.0)
    short = 1 - union.outline().area / union.area_m2
    sides = 4 * SIDES
    assert 0 < short < 1 - sin(2 * pi / sides) / (2 * pi / sides)


def test_outlines_near_hold_all_that_the_shape_meets() -> None:
    union = union_of(towns(200), 500.0)
    shapes = np.array([shapely.box(0, 0, 30_000, 30_000), shapely.box(-9, -9, -8, -8)])
    near, far = union.outlines_near(shapes)
    assert (near & shapes[0]).symmetric_difference(union.outline() & shapes[0]).area < 1e-3
    assert far.is_empty
