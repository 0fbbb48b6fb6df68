from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aednet.coverage.week import WEEK, HourOfWeek, Weekday

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
hours = st.builds(HourOfWeek, weekday=st.sampled_from(WEEK), hour=st.integers(0, 23))


@given(hour=hours, day=days)
def test_an_hour_of_the_week_comes_within_the_seven_days_from_a_day(hour: HourOfWeek, day: date) -> None:
    local = hour.from_day(day, AMSTERDAM).astimezone(AMSTERDAM)
    assert day <= local.date() < day + timedelta(days=7)
    assert WEEK[local.weekday()] is hour.weekday


@given(hour=hours, day=days)
def test_an_instant_falls_in_the_hour_it_was_found_for_unless_spring_skips_that(
    hour: HourOfWeek, day: date
) -> None:
    instant = hour.from_day(day, AMSTERDAM)
    assert instant.tzinfo is UTC
    expected = HourOfWeek(weekday=hour.weekday, hour=3) if _is_skipped(instant, hour) else hour
    assert HourOfWeek.during(instant, AMSTERDAM) == expected


def _is_skipped(instant: datetime, hour: HourOfWeek) -> bool:
    before = (instant - timedelta(hours=1)).astimezone(AMSTERDAM)
    return hour.hour == 2 and before.utcoffset() != instant.astimezone(AMSTERDAM).utcoffset()


def test_today_counts_even_where_the_hour_is_past() -> None:
    tuesday = HourOfWeek(weekday=Weekday.TUESDAY, hour=3)
    assert tuesday.from_day(date(2026, 11, 24), AMSTERDAM) == datetime(2026, 11, 24, 2, tzinfo=UTC)
    assert tuesday.from_day(date(2026, 11, 25), AMSTERDAM) == datetime(2026, 12, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 29, 1, tzinfo=UTC)),  # spring skips 02:00: it is 03:00
        (date(2026, 10, 25), datetime(2026, 10, 25, 0, tzinfo=UTC)),  # autumn has 02:00 twice: the first
    ],
)
def test_the_changes_of_the_clock_are_decided(day: date, instant: datetime) -> None:
    assert HourOfWeek(weekday=Weekday.SUNDAY, hour=2).from_day(day, AMSTERDAM) == instant
