"""Evaluation of opening hours: boundaries, nights, clock changes, holidays, and what must stay unknown."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from opening_hours import OpeningHours

from aednet.cabinets.hours.openness import (
    HORIZON_DAYS,
    HoursAtInstant,
    LocalCalendar,
    Openness,
    _ask,
    _openness,
    _timetable,
    next_change,
    openness,
)
from aednet.cabinets.hours.syntax import MAX_LENGTH, is_readable

DUTCH = LocalCalendar(timezone="Europe/Amsterdam", country="NL")
GERMAN = LocalCalendar(timezone="Europe/Berlin", country="DE")
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MINUTE = timedelta(minutes=1)

instants = st.builds(
    lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds),
    st.integers(0, 17 * 365 * 86_400),
)
clock_changes = st.sampled_from([datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)])
near_clock_changes = st.builds(
    lambda change, minutes: change + minutes * MINUTE, clock_changes, st.integers(-300, 300)
)
spans_of_a_day = st.lists(st.integers(0, 288), min_size=2, max_size=6, unique=True).map(
    lambda steps: [
        (start * 5, end * 5) for start, end in zip(*[iter(sorted(steps))] * 2, strict=False) if end > start
    ]
)
weeks = st.dictionaries(st.integers(0, 6), spans_of_a_day, min_size=1).filter(
    lambda week: len(text_of(week)) <= MAX_LENGTH
)
nights = st.tuples(st.sets(st.integers(0, 6), min_size=1), st.integers(1, 1439), st.integers(1, 1439)).filter(
    lambda night: night[1] > night[2]
)


def local(text: str) -> datetime:
    """An instant by the clock in Hoogeveen."""
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def text_of(week: dict[int, list[tuple[int, int]]]) -> str:
    return "; ".join(
        f"{DAYS[day]} {','.join(f'{clock(start)}-{clock(end)}' for start, end in spans)}"
        for day, spans in week.items()
    )


def is_open_by_hand(week: dict[int, list[tuple[int, int]]], at: datetime) -> bool:
    """The slow and plain way: what the clock on the wall says, minute by minute, with nights."""
    wall = at.astimezone(AMSTERDAM)
    minute = wall.hour * 60 + wall.minute
    today, yesterday = week.get(wall.weekday(), []), week.get((wall.weekday() - 1) % 7, [])
    return any(start <= minute < end or (end < start and minute >= start) for start, end in today) or any(
        end < start and minute < end for start, end in yesterday
    )


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-04T07:59:59.999999", Openness.CLOSED),
        ("2026-03-04T08:00:00", Openness.OPEN),
        ("2026-03-04T17:59:59.999999", Openness.OPEN),
        ("2026-03-04T18:00:00", Openness.CLOSED),
    ],
)
def test_a_door_opens_on_the_minute_and_closes_on_it(at: str, expected: Openness) -> None:
    assert openness("08:00-18:00", local(at), DUTCH) is expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-06T21:59", Openness.CLOSED),
        ("2026-03-06T22:00", Openness.OPEN),
        ("2026-03-07T00:00", Openness.OPEN),
        ("2026-03-07T05:59", Openness.OPEN),
        ("2026-03-07T06:00", Openness.CLOSED),
        ("2026-03-07T22:00", Openness.CLOSED),
    ],
)
def test_the_night_of_friday_runs_into_saturday(at: str, expected: Openness) -> None:
    assert openness("Mo-Fr 22:00-06:00", local(at), DUTCH) is expected


def test_hours_until_midnight_end_at_midnight() -> None:
    assert openness("18:00-24:00", local("2026-03-04T23:59"), DUTCH) is Openness.OPEN
    assert openness("18:00-24:00", local("2026-03-05T00:00"), DUTCH) is Openness.CLOSED


@given(week=weeks, at=instants | near_clock_changes)
@example(week={6: [(0, 180)]}, at=datetime(2026, 10, 25, 0, 59, tzinfo=UTC))
def test_a_weekly_timetable_is_open_when_the_clock_on_the_wall_says_so(
    week: dict[int, list[tuple[int, int]]], at: datetime
) -> None:
    expected = Openness.OPEN if is_open_by_hand(week, at) else Openness.CLOSED
    assert openness(text_of(week), at, DUTCH) is expected


@given(night=nights, at=instants | near_clock_changes)
def test_a_timetable_of_nights_is_open_when_the_clock_on_the_wall_says_so(
    night: tuple[set[int], int, int], at: datetime
) -> None:
    days, start, end = night
    text = f"{','.join(DAYS[day] for day in sorted(days))} {clock(start)}-{clock(end)}"
    expected = is_open_by_hand({day: [(start, end)] for day in days}, at)
    assert openness(text, at, DUTCH) is (Openness.OPEN if expected else Openness.CLOSED)


@given(week=weeks, at=instants, offset=st.integers(-14 * 60, 14 * 60))
def test_an_instant_means_the_same_in_every_time_zone(
    week: dict[int, list[tuple[int, int]]], at: datetime, offset: int
) -> None:
    text = text_of(week)
    known = openness(text, at, DUTCH)
    for zone in (timezone(offset * MINUTE), ZoneInfo("America/New_York"), AMSTERDAM):
        assert openness(text, at.astimezone(zone), DUTCH) is known
        assert next_change(text, at.astimezone(zone), DUTCH) == next_change(text, at, DUTCH)


def test_hours_are_those_of_the_place_and_not_of_whoever_asks() -> None:
    at = datetime(2026, 7, 1, 6, 30, tzinfo=UTC)  # half past eight in Hoogeveen, half past two in New York
    american = LocalCalendar(timezone="America/New_York", country="US")
    assert openness("08:00-18:00", at, DUTCH) is Openness.OPEN
    assert openness("08:00-18:00", at, american) is Openness.CLOSED


def test_the_hour_that_spring_leaves_out_is_never_open() -> None:
    before, after = datetime(2026, 3, 29, 0, 59, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert openness("02:00-03:00", before, DUTCH) is Openness.CLOSED
    assert openness("02:00-03:00", after, DUTCH) is Openness.CLOSED
    assert openness("01:30-03:30", before, DUTCH) is openness("01:30-03:30", after, DUTCH) is Openness.OPEN


def test_the_hour_that_autumn_repeats_is_open_both_times() -> None:
    for hour in (0, 1):
        at = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
        assert at.astimezone(AMSTERDAM).hour == 2
        assert openness("02:15-02:45", at, DUTCH) is Openness.OPEN
        assert openness("02:00-02:30", at, DUTCH) is Openness.CLOSED


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 1, 1), Openness.CLOSED),
        (date(2026, 4, 3), Openness.OPEN),  # Good Friday is no public holiday
        (date(2026, 4, 6), Openness.CLOSED),  # Easter Monday
        (date(2026, 4, 27), Openness.CLOSED),  # the King's birthday
        (date(2025, 4, 26), Openness.CLOSED),  # the 27th was a Sunday
        (date(2025, 4, 28), Openness.OPEN),
        (date(2026, 5, 14), Openness.CLOSED),  # Ascension Day
        (date(2026, 5, 25), Openness.CLOSED),  # Whit Monday
        (date(2026, 12, 25), Openness.CLOSED),
        (date(2026, 12, 26), Openness.CLOSED),
        (date(2026, 12, 24), Openness.OPEN),
        (date(2026, 5, 5), Openness.OPEN),
        (date(2025, 5, 5), Openness.OPEN),  # a lustrum: many are free, but the library does not say so
        (date(2075, 12, 25), Openness.CLOSED),
    ],
)
def test_dutch_public_holidays_are_known(day: date, expected: Openness) -> None:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=AMSTERDAM)
    assert openness("24/7; PH off", noon, DUTCH) is expected
    assert openness("24/7; PH 14:00-15:00", noon, DUTCH) is expected


def test_holidays_are_those_of_the_country() -> None:
    unity_day = datetime(2025, 10, 3, 10, tzinfo=UTC)
    assert openness("Mo-Fr 08:00-18:00; PH off", unity_day, GERMAN) is Openness.CLOSED
    assert openness("Mo-Fr 08:00-18:00; PH off", unity_day, DUTCH) is Openness.OPEN


def test_a_holiday_begins_and_ends_at_local_midnight() -> None:
    text = "24/7; PH off"
    assert openness(text, local("2026-04-26T23:59"), DUTCH) is Openness.OPEN
    assert openness(text, local("2026-04-27T00:00"), DUTCH) is Openness.CLOSED
    assert openness(text, local("2026-04-28T00:00"), DUTCH) is Openness.OPEN


@pytest.mark.parametrize(("timezone", "country"), [("Europe/Hoogeveen", "NL"), ("Europe/Amsterdam", "XX")])
def test_a_calendar_that_nobody_keeps_is_refused(timezone: str, country: str) -> None:
    with pytest.raises(ValueError, match="no calendar"):
        LocalCalendar(timezone=timezone, country=country)


@pytest.mark.parametrize(("at", "day"), [("22:59", date(2026, 3, 4)), ("23:00", date(2026, 3, 5))])
def test_the_day_is_that_of_the_place(at: str, day: date) -> None:
    assert DUTCH.day_of(datetime.fromisoformat(f"2026-03-04T{at}:00+00:00")) == day


def test_an_instant_without_a_time_zone_is_refused() -> None:
    naive = local("2026-03-04T12:00").replace(tzinfo=None)
    with pytest.raises(ValueError, match="no time zone"):
        openness("24/7", naive, DUTCH)
    with pytest.raises(ValueError, match="no time zone"):
        next_change("24/7", naive, DUTCH)
    with pytest.raises(ValueError, match="no time zone"):
        DUTCH.day_of(naive)


@pytest.mark.parametrize("at", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_an_instant_at_the_edge_of_the_calendar_is_refused(at: datetime) -> None:
    for ask in (openness, next_change):
        with pytest.raises(ValueError, match="edge of the calendar"):
            ask("24/7", at, DUTCH)


@pytest.mark.parametrize("text", [None, "", "  ", "op afspraak", "unknown", "24/7 unknown", '"op afspraak"'])
def test_hours_that_say_nothing_are_unknown(text: str | None) -> None:
    at = local("2026-03-04T12:00")
    assert openness(text, at, DUTCH) is Openness.UNKNOWN
    assert next_change(text, at, DUTCH) is None


@pytest.mark.parametrize(
    ("text", "at_ten", "at_twenty"),
    [
        ('Mo-Fr 08:00-18:00 "bel aan"', Openness.UNKNOWN, Openness.CLOSED),
        ('Mo-Fr 08:00-18:00 open "bel aan"', Openness.OPEN, Openness.CLOSED),
        ('Mo-Fr 08:00-18:00 unknown "bel aan"', Openness.UNKNOWN, Openness.CLOSED),
        ('24/7; Mo-Fr 08:00-18:00 closed "verbouwing"', Openness.CLOSED, Openness.OPEN),
        ("Mo-Fr 08:00-18:00 || unknown", Openness.OPEN, Openness.UNKNOWN),
        ('Mo-Fr 08:00-18:00 || "bel aan; zie 24/7 || balie"', Openness.OPEN, Openness.UNKNOWN),
        ("Mo-Fr 08:00-12:00 || We 19:00-21:00 || off", Openness.OPEN, Openness.OPEN),
        ('"op afspraak" || 24/7', Openness.UNKNOWN, Openness.UNKNOWN),
    ],
)
def test_comments_and_fallbacks_count_as_the_specification_has_it(
    text: str, at_ten: Openness, at_twenty: Openness
) -> None:
    assert openness(text, local("2026-03-04T10:00"), DUTCH) is at_ten
    assert openness(text, local("2026-03-04T20:00"), DUTCH) is at_twenty


@pytest.mark.parametrize(
    "text",
    [
        "sunrise-sunset",
        "(SUNSET-01:00)-23:00",
        "Mo-Fr 08:00-17:00; SH off",
        "10:00+",
        "10:00-14:00+",
        "Feb 30 08:00-18:00",
        "Mo-Fr 08:00-18:00; Feb 31 off",
        "08:00-20:00; Apr 28-31 off",
        "Mo-Fr",
        "May",
        "2024",
        "PH",
        ":",
        "Mo, We 10:00-12:00",
        "PH, Su off",
        "Mo-Fr 08:00-17:00; Sa",
        "Mo-Fr 08:00-12:00; 13:00-17:00",
        "WE 10:00-16:00",
        "9:00-5:00",
        "Mo-Fr 10:00-5:00",
        "2:00-4:00",
        "00:00-00:00",
        "Mo-Fr 08:00-08:00",
        "Mo-Fr 08:00-12:00 || 13:00-14:00; PH off",
    ],
)
def test_what_the_library_takes_but_can_only_guess_at_is_unknown(text: str) -> None:
    OpeningHours(text)
    assert not is_readable(text)
    for hour in range(24):
        assert openness(text, local(f"2026-03-04T{hour:02}:00"), DUTCH) is Openness.UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        "09:00-05:00",
        "22:00-6:00",
        "0:00-8:00",
        "6:00-12:00",
        "Apr 30 08:00-18:00",
        "Feb 29 08:00-18:00",
        "We 10:00-16:00",
        "Mo-We 10:00-16:00",
        "Apr-Oct 00:00-24:00; Nov-Mar off",
        "week 1-53/2 Mo 10:00-12:00",
        "Th[1] 10:00-22:00",
        'off "sunset"',
    ],
)
def test_what_looks_much_like_a_guess_and_is_none_is_read(text: str) -> None:
    assert is_readable(text)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000,
        "(" * 10_000,
        '"' * 9_999,
        "; ".join(["Mo 10:00-12:00"] * 5_000),
        "10:00-12:00," * 1_000 + "13:00-14:00",
        "24/7 || " * 1_000 + "off",
        "9999 Dec 31 10:00-12:00",
        "1900-9999/2 10:00-12:00",
        "week 1-53/2 10:00-12:00",
        "week 53 Mo[5] 10:00-12:00",
        "Feb 29 Mo 10:00-12:00",
        "Mo[1] -9999 days 10:00-12:00",
        "easter +9999 days 10:00-12:00",
        "00:00-48:00",
        "00:00-00:00",
        "10:00-14:00/00:00",
        "24/7 || " * 30 + "10:00-12:00",
        "(sunset+23:00)-28:59",
        "08:00-18:00 \ud800",
        "08:00-18:00\x00",
        "٠٨:٠٠-١٨:٠٠",
    ],
)
def test_a_hostile_text_gets_an_answer(text: str) -> None:
    for year in (2, 1899, 2026, 9997):
        at = datetime(year, 3, 29, 1, tzinfo=UTC)
        assert openness(text, at, DUTCH) in Openness
        next_change(text, at, DUTCH)


def test_hours_may_be_as_long_as_the_tag_of_a_map_and_no_longer() -> None:
    longest = "; ".join(["Mo 10:00-12:00"] * 16).ljust(MAX_LENGTH)
    assert is_readable(longest)
    assert not is_readable(longest + " ")


def test_a_panic_of_the_library_is_no_answer_and_no_crash() -> None:
    panicking = OpeningHours("(sunset+23:00)-28:59")
    wall = local("2026-03-04T12:00").replace(tzinfo=None)
    assert _ask(panicking.state, wall) is None
    assert _openness([panicking], wall) is Openness.UNKNOWN


def test_an_interrupt_is_not_taken_for_a_panic() -> None:
    def interrupted(_: datetime) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _ask(interrupted, datetime(2026, 3, 4, tzinfo=UTC))


@given(week=weeks, at=instants | near_clock_changes)
@example(week={6: [(150, 240)]}, at=datetime(2026, 10, 25, 0, 0, tzinfo=UTC))
@example(week={6: [(150, 240)]}, at=datetime(2026, 10, 25, 0, 45, tzinfo=UTC))
@example(week={6: [(60, 150)]}, at=datetime(2026, 10, 25, 0, 45, tzinfo=UTC))
@example(week={6: [(150, 240)]}, at=datetime(2026, 10, 25, 1, 15, tzinfo=UTC))
@example(week={6: [(150, 240)]}, at=datetime(2026, 3, 29, 0, 0, tzinfo=UTC))
@example(week={6: [(135, 165)]}, at=datetime(2026, 3, 29, 0, 0, tzinfo=UTC))
def test_nothing_changes_before_the_next_change(week: dict[int, list[tuple[int, int]]], at: datetime) -> None:
    at = at.replace(second=0, microsecond=0)
    change = next_change(text_of(week), at, DUTCH)
    now = is_open_by_hand(week, at)
    until = at + timedelta(days=15) if change is None else change
    assert until > at
    assert all(
        is_open_by_hand(week, at + count * MINUTE) == now for count in range(0, (until - at) // MINUTE, 5)
    )
    assert is_open_by_hand(week, until - MINUTE) == now
    assert change is None or is_open_by_hand(week, change) != now


def test_the_next_change_is_told_in_utc() -> None:
    change = next_change("08:00-18:00", local("2026-07-01T12:00"), DUTCH)
    assert change == datetime(2026, 7, 1, 16, tzinfo=UTC)
    assert change.tzinfo is UTC


def test_a_change_may_be_months_away() -> None:
    change = next_change("Apr-Oct 00:00-24:00; Nov-Mar off", local("2026-11-01T00:00"), DUTCH)
    assert change == local("2027-04-01T00:00")


@pytest.mark.parametrize("text", ["24/7", "off", "00:00-24:00", "2024 Mo 08:00-18:00", "24/7 || 10:00-12:00"])
def test_what_stays_as_it_is_has_no_next_change(text: str) -> None:
    assert next_change(text, local("2026-03-04T12:00"), DUTCH) is None


def test_a_change_beyond_the_horizon_is_not_looked_for() -> None:
    at = local("2026-03-04T12:00")
    assert next_change("2027 Mar 01 08:00-18:00", at, DUTCH) == local("2027-03-01T08:00")
    assert local("2027-03-20T08:00") - at > timedelta(days=HORIZON_DAYS)
    assert next_change("2027 Mar 20 08:00-18:00", at, DUTCH) is None


def test_becoming_unknown_is_a_change() -> None:
    change = next_change("Mo-Fr 08:00-18:00 || unknown", local("2026-03-04T12:00"), DUTCH)
    assert change == local("2026-03-04T18:00")


def test_each_distinct_text_is_evaluated_once_for_an_instant() -> None:
    at = local("2026-03-04T12:00")
    texts = ["24/7", "08:00-11:00", None, "op afspraak"]
    before = _timetable.cache_info()
    hours = HoursAtInstant(at, DUTCH)
    answers = [hours.openness(text) for text in texts * 1_000]
    after = _timetable.cache_info()
    assert answers == [openness(text, at, DUTCH) for text in texts] * 1_000
    assert (after.hits + after.misses) - (before.hits + before.misses) == len(texts)


def test_the_memory_of_parsed_hours_is_bounded() -> None:
    assert _timetable.cache_info().maxsize is not None
