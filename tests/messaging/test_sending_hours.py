from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aednet.messaging.sending_hours import LAST_CALL, SendingHours, validity

ZONE = ZoneInfo("Europe/Amsterdam")
HOURS = SendingHours.parse("09:00-20:00", ZONE)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2040, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    "text", ["", "9-20", "20:00-09:00", "02:30-20:00", "09:00-09:00", "09:00-24:00", "x-y"]
)
def test_hours_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        SendingHours.parse(text, ZONE)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-11-24T08:59+01:00", False),
        ("2026-11-24T09:00+01:00", True),
        ("2026-11-24T19:58+01:00", True),
        ("2026-11-24T19:59+01:00", False),
        ("2026-11-24T20:00+01:00", False),
        ("2026-07-01T09:00+02:00", True),
        ("2026-07-01T08:30+02:00", False),
    ],
)
def test_messages_leave_between_two_local_hours(at: str, *, is_open: bool) -> None:
    assert HOURS.are_open(datetime.fromisoformat(at)) is is_open


@given(INSTANTS)
def test_the_next_opening_is_open_not_before_now_and_within_a_day(now: datetime) -> None:
    opening = HOURS.next_opening(now)
    assert HOURS.are_open(opening)
    assert now <= opening <= now + timedelta(hours=25)
    assert opening == now or not HOURS.are_open(opening - timedelta(microseconds=1))


@given(INSTANTS)
def test_no_provider_goes_on_trying_past_closing(now: datetime) -> None:
    if HOURS.are_open(now):
        until = now + validity(HOURS.closing(now), now)
        assert LAST_CALL < until - now <= timedelta(hours=10)
        assert until.astimezone(ZONE).time() <= time(20)
        assert until.astimezone(ZONE).date() == now.astimezone(ZONE).date()


@given(INSTANTS)
def test_the_next_day_is_the_next_local_day(now: datetime) -> None:
    opening = HOURS.opening_next_day(now).astimezone(ZONE)
    assert opening.date() == now.astimezone(ZONE).date() + timedelta(days=1)
    assert opening.time() == time(9)


@pytest.mark.parametrize("year", range(2026, 2041))
def test_every_day_has_one_opening_whatever_the_clocks_do(year: int) -> None:
    now = datetime(year, 1, 1, 12, tzinfo=UTC)
    openings = []
    while now.year == year:
        now = HOURS.opening_next_day(now)
        openings.append(now.astimezone(ZONE).date())
    assert len(set(openings)) == len(openings) >= 365
