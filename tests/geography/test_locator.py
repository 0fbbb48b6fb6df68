from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from aednet.geography.locator import AreaLocator
from aednet.geography.points import LatLon
from aednet.geography.shapes import from_geojson, point_of
from aednet.geography.shipped import areas_layer

AREAS = [
    (feature["properties"]["slug"], from_geojson(feature["geometry"]))
    for feature in areas_layer()["features"]
]
LOCATOR = AreaLocator(AREAS)

# Four unit squares round a corner, named by where they lie.
SQUARES = [
    ("south-west", shapely.box(5, 52, 6, 53)),
    ("south-east", shapely.box(6, 52, 7, 53)),
    ("north-west", shapely.box(5, 53, 6, 54)),
    ("north-east", shapely.box(6, 53, 7, 54)),
]


@pytest.mark.parametrize(
    ("lat", "lon", "first", "last"),
    [
        (52.5, 5.5, "south-west", "south-west"),
        (52.5, 6.0, "south-west", "south-east"),
        (53.0, 6.5, "south-east", "north-east"),
        (53.0, 6.0, "south-west", "north-east"),
        (52.0, 5.0, "south-west", "south-west"),
    ],
)
def test_a_point_on_a_shared_edge_belongs_to_the_first_area_given(
    lat: float, lon: float, first: str, last: str
) -> None:
    point = LatLon(lat=lat, lon=lon)
    assert AreaLocator(SQUARES).locate(point) == first
    assert AreaLocator(SQUARES[::-1]).locate(point) == last


def test_where_areas_overlap_the_first_given_has_the_point() -> None:
    over = ("over", shapely.box(5.5, 52.5, 6.5, 53.5))
    point = LatLon(lat=52.75, lon=5.75)
    assert AreaLocator([over, *SQUARES]).locate(point) == "over"
    assert AreaLocator([*SQUARES, over]).locate(point) == "south-west"


@pytest.mark.parametrize(("lat", "lon"), [(51.99, 5.5), (52.5, 4.99), (52.5, 7.01), (54.01, 6.0)])
def test_a_point_outside_belongs_to_no_area(lat: float, lon: float) -> None:
    assert AreaLocator(SQUARES).locate(LatLon(lat=lat, lon=lon)) is None


def test_a_locator_without_areas_finds_none() -> None:
    nowhere: AreaLocator[str] = AreaLocator([])
    assert nowhere.locate(LatLon(lat=52.7, lon=6.4)) is None
    assert nowhere.locate_all(lat=np.array([52.7]), lon=np.array([6.4])) == [None]


@given(lat=st.floats(52.64, 52.82), lon=st.floats(6.39, 6.65))
def test_a_point_belongs_to_the_first_area_that_covers_it(lat: float, lon: float) -> None:
    point = LatLon(lat=lat, lon=lon)
    covering = [slug for slug, shape in AREAS if shape.covers(point_of(point))]
    assert LOCATOR.locate(point) == (covering[0] if covering else None)


def test_every_corner_on_a_shared_border_belongs_to_exactly_one_area_the_first() -> None:
    corners = {tuple(corner) for _, shape in AREAS for corner in shapely.get_coordinates(shape).tolist()}
    shared = 0
    for lon, lat in corners:
        touching = [slug for slug, shape in AREAS if shape.touches(shapely.Point(lon, lat))]
        assert LOCATOR.locate(LatLon(lat=lat, lon=lon)) == touching[0]
        shared += len(touching) > 1
    assert shared > 200


def test_no_point_inside_the_municipality_falls_between_two_areas() -> None:
    municipality = shapely.coverage_union_all([shape for _, shape in AREAS])
    middles = []
    for _, shape in AREAS:
        corners = shapely.get_coordinates(shape)
        middles.append((corners[:-1] + corners[1:]) / 2)  # on a border, as nearly as a float can be
    lon, lat = np.concatenate(middles).T
    inside = shapely.contains_properly(municipality, shapely.points(lon, lat))
    assert inside.sum() > 500
    located = LOCATOR.locate_all(lat=lat[inside], lon=lon[inside])
    assert None not in located


def test_many_points_at_once_are_located_like_each_alone() -> None:
    corners = np.concatenate([shapely.get_coordinates(shape) for _, shape in AREAS])
    rng = np.random.default_rng(11)
    lat = np.concatenate([rng.uniform(52.64, 52.82, 3_000), corners[:, 1]])
    lon = np.concatenate([rng.uniform(6.39, 6.65, 3_000), corners[:, 0]])
    alone = [LOCATOR.locate(LatLon(lat=a, lon=b)) for a, b in zip(lat.tolist(), lon.tolist(), strict=True)]
    assert LOCATOR.locate_all(lat=lat, lon=lon) == alone
    assert {None, "centrum", "pesse"} <= set(alone)


def test_threads_may_share_a_locator() -> None:
    rng = np.random.default_rng(12)
    lat, lon = rng.uniform(52.64, 52.82, 2_000), rng.uniform(6.39, 6.65, 2_000)
    expected = LOCATOR.locate_all(lat=lat, lon=lon)
    fresh = AreaLocator(AREAS)
    with ThreadPoolExecutor(8) as threads:
        answers = threads.map(lambda _: fresh.locate_all(lat=lat, lon=lon), range(32))
        assert all(answer == expected for answer in answers)
