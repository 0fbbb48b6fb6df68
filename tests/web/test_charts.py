import re

from hypothesis import given
from hypothesis import strategies as st

from aednet.web.charts import BOTTOM, LEFT, RIGHT, TOP, axis_end, bar_chart, place, stack_chart

figures = st.lists(st.integers(0, 30_000), min_size=1, max_size=24)


@given(st.integers(0, 10**9))
def test_an_axis_holds_what_it_is_for_and_is_not_ten_times_too_long(greatest: int) -> None:
    assert greatest <= axis_end(greatest) <= max(2 * greatest, 1)


@given(figures)
def test_bars_are_as_high_as_their_figures_and_stay_on_the_ground(values: list[int]) -> None:
    bars = bar_chart([(f"m{number}", value) for number, value in enumerate(values)]).bars
    assert [bar.value for bar in bars] == values
    top = axis_end(max(values))
    for bar in bars:
        assert LEFT <= bar.x <= bar.middle <= bar.x + bar.width <= RIGHT
        assert TOP - 1e-6 <= bar.y <= BOTTOM
        assert abs(bar.height - (BOTTOM - TOP) * bar.value / top) < 1e-6


def numbers(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", path)]


def surface(path: str) -> float:
    """Return what the outlines of a path enclose."""
    total = 0.0
    for part in path.split("Z"):
        points = numbers(part)
        for (x, y), (to_x, to_y) in zip(points, points[1:] + points[:1], strict=True):
            total += x * to_y - to_x * y
    return abs(total) / 2


@given(st.dictionaries(st.integers(0, 9), st.tuples(st.integers(0, 50), st.integers(1, 50)), min_size=1))
def test_surfaces_are_as_large_as_the_figures_and_a_day_not_known_has_none(
    columns: dict[int, tuple[int, int]],
) -> None:
    chart = stack_chart(["onder", "boven"], columns, count=10)
    top = axis_end(max(map(sum, columns.values())))
    of_one = (RIGHT - LEFT) / 10 * (BOTTOM - TOP) / top
    for number, layer in enumerate(chart.layers):
        drawn = surface(layer.path)
        assert abs(drawn - of_one * sum(stack[number] for stack in columns.values())) < 0.02 * drawn + 60
        for x, _ in numbers(layer.path):
            side = round((x - LEFT) / ((RIGHT - LEFT) / 10))
            assert side in columns or side - 1 in columns


def test_a_gap_parts_the_surface_in_two() -> None:
    (layer,) = stack_chart(["alles"], {0: [3], 1: [3], 4: [3]}, count=5).layers
    assert layer.path.count("M") == 2


def test_the_first_and_the_last_day_stand_inside() -> None:
    assert LEFT < place(0, count=90) < place(89, count=90) < RIGHT
