import pytest
from hypothesis import given
from hypothesis import strategies as st

from aednet.coverage.rules import LEAST_MOVE, LEAST_SHOWN, per_thousand, responders_to_publish

COUNT = st.integers(min_value=0, max_value=300)


@given(COUNT, COUNT)
def test_what_is_shown_is_none_or_ten_and_more(published: int, actual: int) -> None:
    start = responders_to_publish(0, published)
    shown = responders_to_publish(start, actual)
    assert shown == 0 or shown >= LEAST_SHOWN


@given(COUNT, st.integers(min_value=-9, max_value=9))
def test_fewer_than_ten_people_never_move_the_figure(actual: int, change: int) -> None:
    published = responders_to_publish(0, actual)
    if published == actual:
        assert responders_to_publish(published, max(0, actual + change)) == published


@given(COUNT, st.lists(st.integers(min_value=-3, max_value=3), max_size=100))
def test_the_figure_is_never_ten_away_from_the_truth(actual: int, changes: list[int]) -> None:
    published = responders_to_publish(0, actual)
    for change in changes:
        actual = max(0, actual + change)
        published = responders_to_publish(published, actual)
        assert abs(published - actual) < LEAST_MOVE


@pytest.mark.parametrize(
    ("count", "population", "expected"), [(3, 1_500, 2.0), (0, 600, 0.0), (3, 0, None), (3, None, None)]
)
def test_there_is_a_figure_for_every_thousand_inhabitants_where_any_are_known(
    count: int, population: int | None, expected: float | None
) -> None:
    assert per_thousand(count, population) == expected
