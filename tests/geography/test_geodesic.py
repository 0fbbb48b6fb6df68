from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from geopy.distance import geodesic
from numpy.typing import NDArray

from aednet.geography.geodesic import GeodesicIndex, Near, distances_m
from aednet.geography.points import LatLon
from aednet.geography.projection import Projection

# South, north, west, east of the ground that random points are drawn from, the rims of each grid included.
GROUND = {
    "EPSG:28992": (50.8, 53.5, 3.3, 7.2),
    "EPSG:25832": (47.5, 55.0, 6.0, 12.0),
    "EPSG:27700": (50.0, 58.5, -8.5, 1.9),
}
everywhere = pytest.mark.parametrize("code", GROUND)


def drawn(code: str, count: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    south, north, west, east = GROUND[code]
    rng = np.random.default_rng(seed)
    return rng.uniform(south, north, count), rng.uniform(west, east, count)


def origins(code: str, count: int, seed: int = 99) -> list[LatLon]:
    lat, lon = drawn(code, count, seed)
    return [LatLon(lat=a, lon=b) for a, b in zip(lat.tolist(), lon.tolist(), strict=True)]


def by_brute_force(
    origin: LatLon, lat: NDArray[np.float64], lon: NDArray[np.float64]
) -> list[tuple[int, float]]:
    """Every point's position and length, nearest first, measured one by one with geopy."""
    lengths = [geodesic((origin.lat, origin.lon), (a, b)).m for a, b in zip(lat, lon, strict=True)]
    return sorted(enumerate(lengths), key=lambda found: (found[1], found[0]))


def assert_same(found: list[Near], expected: list[tuple[int, float]]) -> None:
    assert [near.position for near in found] == [position for position, _ in expected]
    assert [near.straight_line_m for near in found] == pytest.approx([m for _, m in expected], rel=0.0005)


@everywhere
def test_the_nearest_of_random_points_agree_with_geopy_in_order_and_length(code: str) -> None:
    lat, lon = drawn(code, 250, seed=1)
    index = GeodesicIndex(lat=lat, lon=lon, projection=Projection.named(code))
    for origin in origins(code, 6):
        expected = by_brute_force(origin, lat, lon)
        for count in (1, 3, 40, 250, 300):
            assert_same(index.nearest(origin, count=count), expected[:count])


@everywhere
def test_points_about_equally_far_come_in_geodesic_order_though_the_plane_has_another(code: str) -> None:
    # On a circle of 30 km, a few metres thick, the plane's order is not the earth's.
    rng = np.random.default_rng(5)
    disagreements = 0
    for origin in origins(code, 6, seed=4):
        ends = [
            geodesic(meters=30_000 + rng.uniform(0, 3)).destination((origin.lat, origin.lon), bearing)
            for bearing in rng.uniform(0, 360, 120)
        ]
        lat = np.array([end.latitude for end in ends])
        lon = np.array([end.longitude for end in ends])
        index = GeodesicIndex(lat=lat, lon=lon, projection=Projection.named(code))
        expected = by_brute_force(origin, lat, lon)
        assert_same(index.nearest(origin, count=3), expected[:3])
        here = Projection.named(code).point_to_metres(origin)
        in_the_plane = index.planar.nearest(x_m=here.x_m, y_m=here.y_m, count=3)
        disagreements += in_the_plane != [position for position, _ in expected[:3]]
    assert disagreements


@everywhere
@pytest.mark.parametrize("one_in", [2, 50])
def test_only_accepted_points_are_found_and_none_of_them_is_missed(code: str, one_in: int) -> None:
    lat, lon = drawn(code, 250, seed=2)
    index = GeodesicIndex(lat=lat, lon=lon, projection=Projection.named(code))
    for origin in origins(code, 3):
        found = index.nearest(origin, count=4, accept=lambda i: i % one_in == 0)
        expected = [pair for pair in by_brute_force(origin, lat, lon) if pair[0] % one_in == 0]
        assert_same(found, expected[:4])


def test_every_point_is_asked_about_once_at_most() -> None:
    lat, lon = drawn("EPSG:28992", 2_000, seed=6)
    index = GeodesicIndex(lat=lat, lon=lon, projection=Projection.named("EPSG:28992"))
    asked = []

    def refuse(position: int) -> bool:
        asked.append(position)
        return False

    assert index.nearest(origins("EPSG:28992", 1)[0], count=3, accept=refuse) == []
    assert sorted(asked) == list(range(2_000))


def test_few_points_are_looked_at_where_most_are_accepted() -> None:
    lat, lon = drawn("EPSG:28992", 30_000, seed=7)
    index = GeodesicIndex(lat=lat, lon=lon, projection=Projection.named("EPSG:28992"))
    asked = []

    def accept(position: int) -> bool:
        asked.append(position)
        return position % 10 != 0

    for origin in origins("EPSG:28992", 50):
        index.nearest(origin, count=3, accept=accept)
    assert len(asked) < 50 * 12


def test_points_in_one_place_come_in_the_order_given() -> None:
    lat = np.array([52.72] * 40 + [52.73])
    lon = np.array([6.47] * 41)
    index = GeodesicIndex(lat=lat, lon=lon, projection=Projection.named("EPSG:28992"))
    found = index.nearest(LatLon(lat=52.71, lon=6.47), count=41)
    assert [near.position for near in found] == list(range(41))


def test_points_equally_far_come_in_the_order_given_though_the_plane_has_another() -> None:
    # Mirror images east and west: RD New stretches the eastern way more.
    lat, lon = np.array([52.5, 52.5]), np.array([7.0, 6.0])
    index = GeodesicIndex(lat=lat, lon=lon, projection=Projection.named("EPSG:28992"))
    for count in (1, 2):
        found = index.nearest(LatLon(lat=52.5, lon=6.5), count=count)
        assert [near.position for near in found] == [0, 1][:count]


def test_a_point_on_the_spot_is_at_no_distance() -> None:
    index = GeodesicIndex(
        lat=np.array([52.7245]), lon=np.array([6.4788]), projection=Projection.named("EPSG:28992")
    )
    here = LatLon(lat=52.7245, lon=6.4788)
    assert index.nearest(here, count=3) == [Near(position=0, straight_line_m=0.0)]
    assert index.nearest(here, count=0) == []


def test_an_empty_index_finds_nothing() -> None:
    nothing = np.array([], dtype=float)
    index = GeodesicIndex(lat=nothing, lon=nothing, projection=Projection.named("EPSG:28992"))
    assert index.nearest(LatLon(lat=52.7, lon=6.4), count=3) == []


def test_distances_are_those_of_geopy_and_the_same_both_ways() -> None:
    lat, lon = drawn("EPSG:28992", 50, seed=8)
    origin = LatLon(lat=52.7245, lon=6.4788)
    lengths = distances_m(origin, lat=lat, lon=lon)
    for a, b, length in zip(lat.tolist(), lon.tolist(), lengths.tolist(), strict=True):
        assert length == pytest.approx(geodesic((origin.lat, origin.lon), (a, b)).m, abs=1e-3)
        back = distances_m(LatLon(lat=a, lon=b), lat=np.array([origin.lat]), lon=np.array([origin.lon]))
        assert length == pytest.approx(back.item(), abs=1e-6)


def test_threads_may_share_an_index() -> None:
    lat, lon = drawn("EPSG:28992", 3_000, seed=9)
    index = GeodesicIndex(lat=lat, lon=lon, projection=Projection("EPSG:28992"))
    asked = origins("EPSG:28992", 400)
    expected = [index.nearest(origin, count=3) for origin in asked]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda origin: index.nearest(origin, count=3), asked)) == expected
