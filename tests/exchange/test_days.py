from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aednet.base.errors import InvalidValue
from aednet.exchange.days import read_day, read_expiry

NEW_YEARS_EVE = date(2026, 12, 31)


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-31",
        "2026/12/31",
        "2026-12-31T00:00:00",
        "2026-12-31 00:00",
        "31-12-2026",
        "31/12/2026",
        "31.12.2026",
        "31. 12. 2026",
        "31-12-2026 0:00:00",
        "31 december 2026",
        "31 dec 2026",
        "31-dec-2026",
        "31. Dezember 2026",
        "31st December 2026",
    ],
)
def test_a_day_is_read_however_it_is_written(text: str) -> None:
    assert read_day(text) == read_expiry(text) == NEW_YEARS_EVE


def test_the_day_comes_before_the_month() -> None:
    assert read_day("3-4-2026") == read_day("03.04.2026") == date(2026, 4, 3)


@pytest.mark.parametrize("text", ["12-2026", "12/2026", "2026-12", "december 2026", "Dez. 2026", "dec 2026"])
def test_a_month_lasts_to_its_end_where_something_lapses_and_begins_with_its_first_day_elsewhere(
    text: str,
) -> None:
    assert read_expiry(text) == NEW_YEARS_EVE
    assert read_day(text) == date(2026, 12, 1)


def test_the_end_of_february_knows_leap_years() -> None:
    assert read_expiry("februari 2028") == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("03/04/2026", "could be a day in April or in March"),
        ("12/31/2026", "not in the calendar"),
        ("31-02-2026", "not in the calendar"),
        ("13-2026", "not in the calendar"),
        ("2026-00", "not in the calendar"),
        ("0000-01-01", "not in the calendar"),
        ("31-12-26", "two digits"),
        ("dec '26", "is no day"),
        ("31 dec 26", "two digits"),
        ("46387", "spreadsheet's number"),
        ("2026", "is no day"),
        ("volgend jaar", "is no day"),
        ("31 smarch 2026", "is no day"),
        ("31-12/2026", "is no day"),
    ],
)
def test_what_is_no_day_or_two_is_refused_with_the_reason(text: str, says: str) -> None:
    for read in (read_day, read_expiry):
        with pytest.raises(InvalidValue, match=says):
            read(text)


def test_a_slashed_date_is_certain_where_day_and_month_are_the_same() -> None:
    assert read_day("4/4/2026") == date(2026, 4, 4)


@given(st.dates(min_value=date(1000, 1, 1)))
def test_every_day_is_read_in_dutch_and_iso(day: date) -> None:
    assert read_day(day.isoformat()) == read_day(f"{day.day}-{day.month}-{day.year}") == day
