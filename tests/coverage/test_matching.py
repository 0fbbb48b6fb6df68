import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from aednet.coverage.matching import (
    Strength,
    match_all,
    near_one,
    plant,
    responders_near,
    strength,
    suggest_guardians,
)
from aednet.geography.index import NearestIndex

fields = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), max_size=40)
radii = st.integers(0, 14)
Points = list[tuple[int, int]]


def index_of(points: Points | NDArray[np.float64]) -> NearestIndex:
    x_m, y_m = np.array(points, dtype=float).reshape(-1, 2).T
    return NearestIndex(x_m=x_m, y_m=y_m)


def by_hand(place: tuple[int, int], points: Points, radius_m: float) -> list[int]:
    """Positions within the radius, by distance and then position."""
    squares = [(x - place[0]) ** 2 + (y - place[1]) ** 2 for x, y in points]
    inside = (i for i, square in enumerate(squares) if square <= radius_m**2)
    return sorted(inside, key=lambda i: (squares[i], i))


@given(volunteers=fields, cabinets=fields, radius_m=radii)
def test_everybody_gets_the_cabinets_in_reach_nearest_first(
    volunteers: Points, cabinets: Points, radius_m: int
) -> None:
    matches = match_all(index_of(volunteers), index_of(cabinets), radius_m=radius_m)
    for i, place in enumerate(volunteers):
        near = matches.cabinets.of(i)
        assert near.positions.tolist() == by_hand(place, cabinets, radius_m)
        there = np.array(cabinets, dtype=float).reshape(-1, 2)[near.positions]
        np.testing.assert_allclose(near.metres, np.hypot(*(there - place).T), rtol=1e-12)


@given(volunteers=fields, cabinets=fields, radius_m=radii)
def test_every_cabinet_gets_the_volunteers_in_reach_nearest_first(
    volunteers: Points, cabinets: Points, radius_m: int
) -> None:
    matches = match_all(index_of(volunteers), index_of(cabinets), radius_m=radius_m)
    for i, place in enumerate(cabinets):
        assert matches.volunteers.of(i).positions.tolist() == by_hand(place, volunteers, radius_m)
    assert matches.volunteers.counts.sum() == matches.cabinets.counts.sum()


@given(volunteers=fields, cabinets=fields, radius_m=radii)
def test_those_without_a_cabinet_in_reach_are_known(
    volunteers: Points, cabinets: Points, radius_m: int
) -> None:
    matches = match_all(index_of(volunteers), index_of(cabinets), radius_m=radius_m)
    alone = [i for i, place in enumerate(volunteers) if not by_hand(place, cabinets, radius_m)]
    assert matches.cabinets.lonely.tolist() == alone


@given(place=st.tuples(st.integers(-9, 9), st.integers(-9, 9)), points=fields, radius_m=radii)
def test_one_place_gets_what_the_whole_network_would_get(
    place: tuple[int, int], points: Points, radius_m: int
) -> None:
    asked, index = index_of([place]), index_of(points)
    one = near_one(plant(x_m=index.x_m, y_m=index.y_m), x_m=place[0], y_m=place[1], radius_m=radius_m)
    bulk = match_all(asked, index, radius_m=radius_m).cabinets.of(0)
    assert one.positions.tolist() == bulk.positions.tolist() == by_hand(place, points, radius_m)
    np.testing.assert_allclose(one.metres, bulk.metres, rtol=1e-12)


def test_responders_count_up_to_and_including_500_m() -> None:
    cabinets = index_of([(0, 0), (10_000, 0)])
    responders = index_of([(500, 0), (0, -500), (501, 0), (300, 400)])
    assert responders_near(cabinets, responders).tolist() == [3, 0]
    assert responders_near(cabinets, index_of([])).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("responders", "expected"),
    [
        (0, Strength.BELOW),
        (11, Strength.BELOW),
        (12, Strength.WITHIN),
        (15, Strength.WITHIN),
        (16, Strength.ABOVE),
    ],
)
def test_the_norm_is_12_to_15_responders(responders: int, expected: Strength) -> None:
    assert strength(responders) is expected


@given(
    cabinets=fields,
    volunteers=st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9), st.booleans()), max_size=40),
    count=st.integers(0, 5),
)
def test_guardians_suggested_are_the_nearest_who_are_willing(
    cabinets: Points, volunteers: list[tuple[int, int, bool]], count: int
) -> None:
    places = [(x, y) for x, y, _ in volunteers]
    willing = np.array([yes for _, _, yes in volunteers], dtype=bool)
    found = suggest_guardians(index_of(cabinets), index_of(places), willing=willing, count=count)
    for i, (x, y) in enumerate(cabinets):
        away = [np.hypot(vx - x, vy - y) for (vx, vy, yes) in volunteers if yes]
        np.testing.assert_allclose(found.metres[i], sorted(away)[:count], rtol=1e-12)
        assert willing[found.positions[i]].all()
        there = np.array(places, dtype=float).reshape(-1, 2)[found.positions[i]]
        np.testing.assert_allclose(found.metres[i], np.hypot(*(there - (x, y)).T), rtol=1e-12)


def test_a_network_without_people_or_cabinets_matches_nobody() -> None:
    nobody, somebody = index_of([]), index_of([(0, 0)])
    assert match_all(nobody, somebody, radius_m=500).volunteers.lonely.tolist() == [0]
    assert match_all(somebody, nobody, radius_m=500).cabinets.lonely.tolist() == [0]
    assert len(match_all(nobody, nobody, radius_m=500).cabinets.counts) == 0
    assert near_one(plant(x_m=nobody.x_m, y_m=nobody.y_m), x_m=0, y_m=0, radius_m=500).positions.size == 0
