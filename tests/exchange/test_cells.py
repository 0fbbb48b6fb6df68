import pytest
from hypothesis import given
from hypothesis import strategies as st

from aednet.base.errors import InvalidValue
from aednet.exchange.cells import FORMULA_STARTS, read_coordinates, read_number, read_text, write_text


@pytest.mark.parametrize("cell", ["", "  ", "-", "NA", "n/a", "N/A", "null", " NULL "])
def test_what_says_nothing_is_empty(cell: str) -> None:
    assert read_text(cell) is None


@pytest.mark.parametrize("text", ["Buurthuis", "'t Haagje", "0", "nee", "--"])
def test_a_text_is_read_as_it_is(text: str) -> None:
    assert read_text(f" {text} ") == text


PIECES = st.sampled_from(["'", "=", "-", "NA", "null", " ", "a"])


@given((st.text() | st.lists(PIECES).map("".join)).map(str.strip).filter(bool))
def test_a_text_is_read_back_as_it_was_written(text: str) -> None:
    assert read_text(write_text(text)) == text


@given(st.sampled_from(FORMULA_STARTS), st.text())
def test_nothing_is_written_that_a_spreadsheet_calculates(start: str, rest: str) -> None:
    assert not write_text(start + rest).startswith(FORMULA_STARTS)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("52.7245", 52.7245),
        ("52,7245", 52.7245),
        ("-2,35", -2.35),
        ("−2.35", -2.35),
        ("6", 6),
        ("6.97e0", 6.97),
    ],
)
def test_a_number_has_a_point_or_a_comma(text: str, number: float) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize(
    "text", ["NaN", "inf", "-Infinity", "1e400", "52.724.512", "52°43'", "zes", "1_0", "0x1f", "٥٢"]
)
def test_what_is_no_finite_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="is not a number"):
        read_number(text)


@given(
    st.floats(allow_nan=False, allow_infinity=False).map(lambda x: f"{x:.6f}").filter(lambda x: len(x) < 28)
)
def test_every_number_written_plainly_is_read(text: str) -> None:
    assert read_number(text) == float(text)


@pytest.mark.parametrize(
    "text",
    [
        "52.7245,6.4788",
        "52.7245, 6.4788",
        "52.7245 6.4788",
        "52.7245;6.4788",
        "(52.7245, 6.4788)",
        "52,7245;6,4788",
        "52,7245 6,4788",
        "52,7245, 6,4788",
        "52,7245,6,4788",
    ],
)
def test_a_position_in_one_cell_is_read(text: str) -> None:
    position = read_coordinates(text)
    assert (position.lat, position.lon) == (52.7245, 6.4788)


@pytest.mark.parametrize(
    "text", ["52,6", "52,72,6", "52.7245", "52,7,6,4,1", "POINT(6.4 52.7)", "52.7,6.4,0.0", "ergens"]
)
def test_a_position_that_could_be_read_two_ways_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="is no position"):
        read_coordinates(text)


def test_a_position_off_the_earth_is_refused() -> None:
    with pytest.raises(InvalidValue, match="latitude must lie"):
        read_coordinates("152.7,6.4")
