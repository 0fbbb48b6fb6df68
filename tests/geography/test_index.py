import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aednet.geography.index import NearestIndex

# Whole metres in a small field, so that many points coincide or lie equally far away.
fields = st.lists(st.tuples(st.integers(-6, 6), st.integers(-6, 6)), max_size=80)
places = st.tuples(st.integers(-8, 8), st.integers(-8, 8))


def index_of(points: list[tuple[int, int]]) -> NearestIndex:
    x_m, y_m = np.array(points, dtype=float).reshape(-1, 2).T
    return NearestIndex(x_m=x_m, y_m=y_m)


def sorted_by_distance(points: list[tuple[int, int]], x: int, y: int) -> list[int]:
    return sorted(range(len(points)), key=lambda i: ((points[i][0] - x) ** 2 + (points[i][1] - y) ** 2, i))


@given(points=fields, place=places, count=st.integers(0, 90))
def test_the_nearest_are_those_of_a_full_sort_with_ties_by_position(
    points: list[tuple[int, int]], place: tuple[int, int], count: int
) -> None:
    x, y = place
    found = index_of(points).nearest(x_m=x, y_m=y, count=count)
    assert found == sorted_by_distance(points, x, y)[:count]


@given(points=fields, place=places, first=st.integers(0, 90))
def test_rings_show_every_point_once_outwards_and_keep_their_promise(
    points: list[tuple[int, int]], place: tuple[int, int], first: int
) -> None:
    x, y = place
    shown = []
    inner_m = 0.0
    for ring in index_of(points).rings(x_m=x, y_m=y, first=first):
        for i in ring.positions.tolist():
            assert inner_m <= np.hypot(points[i][0] - x, points[i][1] - y) < ring.reach_m
            shown.append(i)
        inner_m = ring.reach_m
    assert shown == sorted_by_distance(points, x, y)
    assert not points or inner_m == np.inf


@given(points=fields, place=places, radius_m=st.integers(0, 12))
def test_within_holds_exactly_the_points_in_the_circle_and_on_it(
    points: list[tuple[int, int]], place: tuple[int, int], radius_m: int
) -> None:
    x, y = place
    inside = [i for i, (px, py) in enumerate(points) if (px - x) ** 2 + (py - y) ** 2 <= radius_m**2]
    assert index_of(points).within(x_m=x, y_m=y, radius_m=radius_m) == inside


def test_an_empty_index_knows_nothing() -> None:
    empty = index_of([])
    assert len(empty) == 0
    assert empty.nearest(x_m=0, y_m=0, count=3) == []
    assert list(empty.rings(x_m=0, y_m=0, first=3)) == []
    assert empty.within(x_m=0, y_m=0, radius_m=1_000) == []


def test_a_caller_who_has_enough_does_not_pay_for_all_points() -> None:
    rng = np.random.default_rng(3)
    index = NearestIndex(x_m=rng.uniform(0, 1e5, 30_000), y_m=rng.uniform(0, 1e5, 30_000))
    first = next(index.rings(x_m=5e4, y_m=5e4, first=3))
    assert 3 <= len(first.positions) <= 10
    assert first.reach_m == pytest.approx(1_000, rel=0.9)
