import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from aednet.geography.geodesic import distances_m
from aednet.geography.index import NearestIndex
from aednet.geography.pairs import nearest_of_all, pairs_within
from aednet.geography.points import LatLon
from aednet.geography.projection import Projection

# Whole metres in a small field, so that many points coincide or lie equally far away.
fields = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), max_size=60)


def index_of(points: list[tuple[int, int]] | NDArray[np.float64]) -> NearestIndex:
    x_m, y_m = np.array(points, dtype=float).reshape(-1, 2).T
    return NearestIndex(x_m=x_m, y_m=y_m)


def distances(one: NearestIndex, other: NearestIndex) -> NDArray[np.float64]:
    return np.hypot(one.x_m[:, None] - other.x_m, one.y_m[:, None] - other.y_m)


@given(points=fields, sites=fields, count=st.integers(0, 70))
def test_rows_hold_the_nearest_in_the_order_of_the_points(
    points: list[tuple[int, int]], sites: list[tuple[int, int]], count: int
) -> None:
    asked, index = index_of(points), index_of(sites)
    found = nearest_of_all(index, x_m=asked.x_m, y_m=asked.y_m, count=count)
    table = distances(asked, index)
    width = min(count, len(sites))
    assert found.positions.shape == found.metres.shape == (len(points), width)
    np.testing.assert_allclose(found.metres, np.sort(table, axis=1)[:, :width], rtol=1e-12)
    np.testing.assert_allclose(found.metres, np.take_along_axis(table, found.positions, axis=1), rtol=1e-12)
    for row in found.positions.tolist():
        assert len(set(row)) == width


@given(one=fields, other=fields, radius_m=st.integers(0, 14))
def test_pairs_are_those_of_a_full_table_at_the_radius_too(
    one: list[tuple[int, int]], other: list[tuple[int, int]], radius_m: int
) -> None:
    here, there = index_of(one), index_of(other)
    pairs = pairs_within(here, there, radius_m=radius_m)
    table = distances(here, there)
    expected = set(zip(*(axis.tolist() for axis in np.nonzero(table <= radius_m)), strict=True))
    assert len(pairs) == len(expected)
    assert set(zip(pairs.one.tolist(), pairs.other.tolist(), strict=True)) == expected
    np.testing.assert_allclose(pairs.metres, table[pairs.one, pairs.other], rtol=1e-12)


@given(one=fields, other=fields, radius_m=st.integers(0, 14))
def test_pairs_are_the_same_from_either_side(
    one: list[tuple[int, int]], other: list[tuple[int, int]], radius_m: int
) -> None:
    here, there = index_of(one), index_of(other)
    forth, back = pairs_within(here, there, radius_m=radius_m), pairs_within(there, here, radius_m=radius_m)
    assert sorted(
        zip(forth.one.tolist(), forth.other.tolist(), forth.metres.tolist(), strict=True)
    ) == sorted(zip(back.other.tolist(), back.one.tolist(), back.metres.tolist(), strict=True))


@pytest.mark.parametrize("stretch", [(1.0, 1.0), (0.0, 1.0), (1.0, 0.0), (0.0, 0.0), (1e5, 1e-5)])
def test_fields_of_any_form_are_answered_in_order(stretch: tuple[float, float]) -> None:
    random = np.random.default_rng(4)
    points, sites = random.normal(0, 1, (400, 2)) * stretch, random.normal(0, 1, (50, 2)) * stretch
    asked, index = index_of(points), index_of(sites)
    found = nearest_of_all(index, x_m=asked.x_m, y_m=asked.y_m, count=3)
    np.testing.assert_allclose(found.metres, np.sort(distances(asked, index), axis=1)[:, :3], rtol=1e-12)


def test_metres_in_rd_new_agree_with_the_geodesic_to_a_fiftieth_of_a_per_cent() -> None:
    projection = Projection.named("EPSG:28992")
    random = np.random.default_rng(5)
    lat, lon = random.uniform(51, 53.2, 2_000), random.uniform(4.5, 6.9, 2_000)
    x_m, y_m = projection.to_metres(lat, lon)
    index = NearestIndex(x_m=x_m[:500], y_m=y_m[:500])
    found = nearest_of_all(index, x_m=x_m[500:], y_m=y_m[500:], count=3)
    for row, here in list(enumerate(range(500, 2_000)))[::5]:
        geodesic_m = np.sort(distances_m(LatLon(lat=lat[here], lon=lon[here]), lat=lat[:500], lon=lon[:500]))[
            :3
        ]
        np.testing.assert_allclose(found.metres[row], geodesic_m, rtol=2e-4)
