from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from geopy.distance import geodesic
from numpy.typing import NDArray

from aednet.geography.points import InvalidPoint, LatLon
from aednet.geography.projection import InvalidProjection, Projection

RD_NEW = "EPSG:28992"
# Metric grids with the places that a network in them may cover: south, north, west, east.
GRIDS = {
    RD_NEW: (50.8, 53.5, 3.4, 7.2),
    "EPSG:25832": (47.5, 55.0, 6.0, 12.0),
    "EPSG:27700": (50.0, 58.5, -7.5, 1.7),
}


def scattered(code: str, count: int, seed: int = 17) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    south, north, west, east = GRIDS[code]
    rng = np.random.default_rng(seed)
    return rng.uniform(south, north, count), rng.uniform(west, east, count)


def test_the_tower_of_amersfoort_is_where_rd_new_says_it_is() -> None:
    # The Dutch grid is defined with this tower at 155,000 and 463,000; the position is published in ETRS89.
    tower = Projection.named(RD_NEW).point_to_metres(LatLon(lat=52.155172897, lon=5.387203657))
    assert (tower.x_m, tower.y_m) == pytest.approx((155_000, 463_000), abs=0.1)


@pytest.mark.parametrize("code", GRIDS)
def test_metres_lead_back_to_the_same_degrees(code: str) -> None:
    lat, lon = scattered(code, 500)
    back_lat, back_lon = Projection.named(code).to_degrees(*Projection.named(code).to_metres(lat, lon))
    assert np.abs(back_lat - lat).max() < 1e-7
    assert np.abs(back_lon - lon).max() < 1e-7


@pytest.mark.parametrize("code", GRIDS)
def test_one_point_lies_where_the_arrays_put_it(code: str) -> None:
    lat, lon = scattered(code, 3)
    x_m, y_m = Projection.named(code).to_metres(lat, lon)
    point = Projection.named(code).point_to_metres(LatLon(lat=lat[2].item(), lon=lon[2].item()))
    assert (point.x_m, point.y_m) == (x_m[2], y_m[2])


@pytest.mark.parametrize("code", GRIDS)
def test_lengths_in_the_plane_differ_from_the_geodesic_by_the_scale_error_at_most(code: str) -> None:
    projection = Projection.named(code)
    lat, lon = scattered(code, 400)
    x_m, y_m = projection.to_metres(lat, lon)
    for i, j in zip(range(0, 400, 2), range(1, 400, 2), strict=True):
        true_m = geodesic((lat[i], lon[i]), (lat[j], lon[j])).m
        plane_m = float(np.hypot(x_m[i] - x_m[j], y_m[i] - y_m[j]))
        assert abs(plane_m / true_m - 1) <= projection.scale_error


def test_rd_new_is_true_to_a_few_ten_thousandths() -> None:
    assert 0.0001 < Projection.named(RD_NEW).scale_error < 0.0005


def test_neighbours_stay_neighbours_across_the_whole_british_grid() -> None:
    # PROJ would choose its operation point by point here, with seams 130 m wide.
    projection = Projection.named("EPSG:27700")
    box = projection.extent
    lon, lat = np.meshgrid(np.linspace(box.west, box.east, 2_000), np.linspace(box.south, box.north, 40))
    x_m, y_m = projection.to_metres(lat, lon)
    steps_m = np.hypot(np.diff(x_m, axis=1), np.diff(y_m, axis=1))
    assert np.abs(np.diff(steps_m, axis=1)).max() < 1


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("EPSG:4326", "no flat map"),
        ("EPSG:4978", "no flat map"),
        ("EPSG:7415", "no flat map"),
        ("EPSG:2263", "US survey foot"),
        ("EPSG:3857", "stretches"),
        ("EPSG:3035", "stretches"),
        ("EPSG:32661", "stretches"),
        ("EPSG:3460", "180th meridian"),
        ("+proj=utm +zone=32", "where it may be used"),
        ("EPSG:2296", "cannot be reached"),
        ("EPSG:999999", "no known"),
        ("RD", "no known"),
        ("", "no known"),
    ],
)
def test_what_cannot_measure_in_metres_is_refused_with_the_reason(code: str, reason: str) -> None:
    with pytest.raises(InvalidProjection, match=reason):
        Projection.named(code)


def test_a_projection_is_valid_where_it_is_meant_to_be_used() -> None:
    projection = Projection.named(RD_NEW)
    assert projection.is_valid_at(LatLon(lat=52.7245, lon=6.4788))
    assert not projection.is_valid_at(LatLon(lat=50.9413, lon=7.9583))
    assert not projection.is_valid_at(LatLon(lat=0, lon=0))


def test_a_point_that_projects_into_nowhere_is_refused() -> None:
    projection = Projection.named("EPSG:25832")
    beyond = LatLon(lat=0, lon=99)
    with pytest.raises(InvalidPoint):
        projection.point_to_metres(beyond)
    with pytest.raises(InvalidPoint):
        projection.to_metres(np.array([52.0, beyond.lat]), np.array([7.0, beyond.lon]))
    with pytest.raises(InvalidPoint):
        projection.to_degrees(np.array([1e40]), np.array([1e40]))


def test_a_projection_is_prepared_once() -> None:
    assert Projection.named(RD_NEW) is Projection.named(RD_NEW)


def test_threads_may_share_a_projection() -> None:
    projection = Projection(RD_NEW)
    lat, lon = scattered(RD_NEW, 2_000)
    expected = np.array(projection.to_metres(lat, lon))

    def project(_: int) -> NDArray[np.float64]:
        return np.array(projection.to_metres(lat, lon))

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(project, range(64)))
    assert all((answer == expected).all() for answer in answers)
