from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from aednet.base.clock import SystemClock, local_day, parse_instant, start_of_day

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-24T14:00", datetime(2026, 11, 24, 13, tzinfo=UTC)),
        ("2026-07-24 14:00", datetime(2026, 7, 24, 12, tzinfo=UTC)),
        ("2026-11-24", datetime(2026, 11, 23, 23, tzinfo=UTC)),
        ("2026-11-24T14:00Z", datetime(2026, 11, 24, 14, tzinfo=UTC)),
        ("2026-11-24T14:00:30+05:30", datetime(2026, 11, 24, 8, 30, 30, tzinfo=UTC)),
        ("2026-11-24T14:00:30 05:30", datetime(2026, 11, 24, 8, 30, 30, tzinfo=UTC)),  # "+" sent unescaped
        ("2026-10-25T02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # happens twice; the first is meant
        ("2026-03-29T02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # never happens
    ],
)
def test_an_instant_without_an_offset_is_local(text: str, instant: datetime) -> None:
    assert parse_instant(text, AMSTERDAM) == instant
    assert parse_instant(text, AMSTERDAM).tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["", "now", "24-11-2026", "2026-13-01", "0001-01-01T00:00", "9999-12-31T23:59"]
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 the words are Python's own
        parse_instant(text, AMSTERDAM)


def test_a_day_is_the_networks_own_not_that_of_utc() -> None:
    just_after_midnight = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert local_day(just_after_midnight, AMSTERDAM) == date(2026, 11, 24)
    assert start_of_day(date(2026, 11, 24), AMSTERDAM) == datetime(2026, 11, 23, 23, tzinfo=UTC)
    with time_machine.travel(just_after_midnight, tick=False):
        assert SystemClock(AMSTERDAM).today() == date(2026, 11, 24)
        assert SystemClock(AMSTERDAM).now() == just_after_midnight
