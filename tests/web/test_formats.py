from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aednet.app import create_app
from aednet.base.clock import local_day
from aednet.cabinets.hours.spoken import hours_in_words
from aednet.config import Settings
from aednet.web.formats import (
    ago,
    day,
    distance,
    happened,
    km2,
    minutes,
    moment,
    share,
    tenths,
    time_of_day,
    whole,
)

AFTERNOON = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)  # Tuesday, 14:00 in Hoogeveen
QUIETLY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class FixedClock:
    instant: datetime
    settings: Settings

    def now(self) -> datetime:
        return self.instant

    def today(self) -> date:
        return local_day(self.instant, self.settings.zone)


@pytest.fixture(autouse=True)
def on_a_tuesday_afternoon(tmp_path: Path) -> Iterator[None]:
    chosen = Settings(instance=tmp_path)
    with create_app(chosen, clock=FixedClock(AFTERNOON, chosen)).test_request_context():
        yield


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0%"),
        (0.001, "<1%"),
        (0.005, "<1%"),
        (0.0051, "1%"),
        (0.684, "68%"),
        (0.994, "99%"),
        (0.995, ">99%"),
        (0.999, ">99%"),
        (1.0, "100%"),
        (1 - 1e-12, "100%"),
    ],
)
def test_a_share_is_nought_or_all_only_where_it_is(value: float, words: str) -> None:
    assert share(value) == words


def test_figures_have_dutch_points_and_as_many_digits_as_they_deserve() -> None:
    assert (whole(38_666.85), whole(0.4), whole(999.5)) == ("38.667", "0", "1.000")
    assert (tenths(3), tenths(1_234.56)) == ("3,0", "1.234,6")
    assert (km2(0.3142), km2(9.994), km2(129.2459)) == ("0,31", "9,99", "129,2")


@pytest.mark.parametrize(
    ("metres", "words"),
    [
        (0, "0 m"),
        (336.1, "340 m"),
        (994.9, "990 m"),
        (995.1, "1,0 km"),
        (1_240, "1,2 km"),
        (12_345, "12,3 km"),
    ],
)
def test_a_distance_is_said_in_tens_of_metres_or_tenths_of_kilometres(metres: float, words: str) -> None:
    assert distance(metres) == words


@QUIETLY
@given(st.floats(min_value=0, max_value=500_000))
def test_a_distance_in_words_is_off_by_50_metres_at_most(metres: float) -> None:
    figure, unit = distance(metres).split()
    said = float(figure.replace(".", "").replace(",", ".")) * (1_000 if unit == "km" else 1)
    assert abs(said - metres) <= 50.001


def test_minutes_are_whole_and_never_none() -> None:
    assert [minutes(value) for value in (0.0, 0.4, 4.4, 4.6)] == ["1 min", "1 min", "4 min", "5 min"]


def test_a_day_bears_its_year_only_where_that_is_not_this_year() -> None:
    assert day(date(2026, 11, 24)) == "di 24 november"
    assert day(date(2027, 3, 31)) == "wo 31 maart 2027"


def test_a_time_is_local_to_the_network() -> None:
    assert time_of_day(AFTERNOON) == "14:00"
    assert time_of_day(datetime(2026, 7, 1, 12, 0, tzinfo=UTC)) == "14:00"


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(hours=8), "22:00"),
        (timedelta(hours=11, minutes=59), "01:59"),
        (timedelta(hours=18), "morgen 08:00"),
        (timedelta(days=1, hours=18), "do 08:00"),
        (timedelta(days=6), "ma 14:00"),
        (timedelta(days=7), "di 1 december 14:00"),
        (timedelta(days=60), "za 23 januari 2027 14:00"),
    ],
)
def test_a_moment_bears_as_much_of_its_day_as_it_takes_to_know_it(ahead: timedelta, words: str) -> None:
    assert moment(AFTERNOON + ahead) == words


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(0), "vandaag 14:00"),
        (timedelta(hours=14), "vandaag 00:00"),
        (timedelta(hours=14, minutes=1), "gisteren 23:59"),
        (timedelta(hours=38), "gisteren 00:00"),
        (timedelta(hours=38, minutes=1), "zo 22 november 23:59"),
        (timedelta(days=365), "ma 24 november 2025 14:00"),
    ],
)
def test_what_happened_is_told_by_its_day_and_its_time(before: timedelta, words: str) -> None:
    assert happened(AFTERNOON - before) == words


def test_what_was_is_counted_in_days() -> None:
    days_ago = [date(2026, 11, 24) - timedelta(days=days) for days in (-1, 0, 1, 2, 400)]
    assert [ago(on) for on in days_ago] == [
        "vandaag",
        "vandaag",
        "gisteren",
        "2 dagen geleden",
        "400 dagen geleden",
    ]


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ("24/7", ["dag en nacht"]),
        ("Mo-Fr 08:00-18:00", ["ma-vr 08:00-18:00"]),
        ("Mo,We 08:00-12:00,13:00-17:00; PH off", ["ma, wo 08:00-12:00, 13:00-17:00", "feestdagen gesloten"]),
        ("Apr-Oct: Sa 10:00-16:00", ["apr-okt: za 10:00-16:00"]),
        ("na afspraak met Mo", ["na afspraak met Mo"]),
    ],
)
def test_hours_are_shown_in_the_language_of_the_page_or_as_written(hours: str, words: list[str]) -> None:
    assert hours_in_words(hours) == words
