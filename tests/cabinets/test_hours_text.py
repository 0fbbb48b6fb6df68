"""What people write about opening hours: what is understood, what it means, and what stays text.

`hours_corpus.csv` holds a text a line, invented, with the OpenStreetMap text wanted (or `unknown`) and the
moments of a week at which the door is then open, closed or unknown: `We03:30` in a week without holidays,
`PH12:00` on Easter Monday.
"""

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aednet.cabinets.hours.openness import LocalCalendar, Openness, openness
from aednet.cabinets.hours.syntax import MAX_LENGTH, is_readable
from aednet.cabinets.hours.text import normalise_hours
from aednet.cabinets.hours.words import _VOCABULARY

DUTCH = LocalCalendar(timezone="Europe/Amsterdam", country="NL")
WEEK = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONDAY = datetime(2026, 3, 2, tzinfo=ZoneInfo("Europe/Amsterdam"))
EASTER_MONDAY = datetime(2026, 4, 6, tzinfo=ZoneInfo("Europe/Amsterdam"))
CORPUS = list(csv.DictReader((Path(__file__).parent / "hours_corpus.csv").read_text("utf-8").splitlines()))
UNDERSTOOD = [line for line in CORPUS if line["wanted"] != "unknown"]
COLOGNE = Path(__file__).parents[2] / "../shared/trials/de_koeln_aed.csv"

WORDS = {
    "nl": (("ma", "di", "wo", "do", "vr", "za", "zo"), " en ", " tot ", " uur"),
    "de": (("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"), " und ", " bis ", " Uhr"),
    "en": (("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), " and ", " to ", ""),
}
scraps = st.sampled_from([*_VOCABULARY, *map(str, range(26)), "8:00", "18.30", "9am", "5 pm", "(", '"', "||"])
sentences = st.lists(scraps, max_size=12).map(" ".join) | st.lists(scraps, max_size=12).map("".join)


def moments(words: str) -> Iterator[datetime]:
    for word in words.split():
        day = EASTER_MONDAY if word.startswith("PH") else MONDAY + timedelta(WEEK.index(word[:2]))
        yield day.replace(hour=int(word[2:4]), minute=int(word[5:]))


def read(text: str) -> str:
    """The OpenStreetMap text that was understood, or `unknown`."""
    normal = normalise_hours(text)
    return normal if is_readable(normal) else "unknown"


@pytest.mark.parametrize("line", CORPUS, ids=lambda line: line["text"])
def test_what_people_write_is_read_as_wanted_or_stays_text(line: dict[str, str]) -> None:
    normal = normalise_hours(line["text"])
    assert read(line["text"]) == line["wanted"]
    assert normal == (" ".join(line["text"].split()) if line["wanted"] == "unknown" else line["wanted"])


@pytest.mark.parametrize("line", UNDERSTOOD, ids=lambda line: line["text"])
def test_what_is_understood_means_what_was_written(line: dict[str, str]) -> None:
    normal = normalise_hours(line["text"])
    for state in Openness:
        wrong = [at for at in moments(line[state]) if openness(normal, at, DUTCH) is not state]
        assert not wrong, f"{normal} should be {state}"


def test_the_corpus_tries_every_understood_text_at_two_moments_and_more() -> None:
    assert len(CORPUS) >= 120
    assert len({line["text"] for line in CORPUS}) == len(CORPUS)
    assert [line for line in UNDERSTOOD if sum(len(line[state].split()) for state in Openness) < 2] == []


@pytest.mark.parametrize(
    "line", [line for line in CORPUS if line["wanted"] == "unknown"], ids=lambda line: line["text"]
)
def test_what_stays_text_is_unknown_at_every_hour(line: dict[str, str]) -> None:
    normal = normalise_hours(line["text"])
    hours = (MONDAY + timedelta(hours=hour) for hour in range(7 * 24))
    assert {openness(normal, at, DUTCH) for at in hours} == {Openness.UNKNOWN}


@given(text=st.text() | sentences)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise_hours(text)
    assert normalise_hours(once) == once


@given(text=st.text() | sentences)
def test_a_text_is_made_readable_or_left_as_it_was(text: str) -> None:
    normal = normalise_hours(text)
    assert is_readable(normal) or normal == " ".join(text.split())


@given(
    text=st.sampled_from([line["wanted"] for line in UNDERSTOOD]), space=st.sampled_from([" ", "  ", "\t\n"])
)
def test_readable_syntax_is_left_alone_but_for_white_space(text: str, space: str) -> None:
    assert normalise_hours(space + text.replace(" ", space) + space) == text


def test_a_very_long_text_is_not_even_tried() -> None:
    text = "ma-vr 8-18 uur".ljust(MAX_LENGTH, ".")
    assert read(text) == "Mo-Fr 08:00-18:00"
    assert read(text + ".") == "unknown"
    assert read("ma 8-12 uur, " * 5_000) == "unknown"


@given(
    data=st.data(), language=st.sampled_from(sorted(WORDS)), style=st.sampled_from(["{}", "{}:00", "{}.00"])
)
def test_a_timetable_means_the_same_in_every_language_and_style(
    data: st.DataObject, language: str, style: str
) -> None:
    names, and_, to, clock = WORDS[language]
    days = data.draw(st.lists(st.integers(0, 6), min_size=1, unique=True), label="days")
    hours = {day: data.draw(st.tuples(st.integers(6, 12), st.integers(13, 23))) for day in days}
    groups = {span: [day for day in days if hours[day] == span] for span in hours.values()}
    dash = data.draw(st.sampled_from(["-", " - ", "–", to]))
    text = data.draw(st.sampled_from([", ", "; ", " "])).join(
        data.draw(st.sampled_from([", ", ",", and_])).join(names[day] for day in on)
        + data.draw(st.sampled_from([" ", ": "]))
        + f"{style.format(start)}{dash}{style.format(end)}{clock}"
        for (start, end), on in groups.items()
    )
    normal = normalise_hours(text)
    for hour in range(7 * 24):
        day, at = hour // 24, MONDAY + timedelta(hours=hour)
        is_open = day in hours and hours[day][0] <= hour % 24 < hours[day][1]
        assert openness(normal, at, DUTCH) is (Openness.OPEN if is_open else Openness.CLOSED), text


@given(start=st.integers(1, 12), end=st.integers(1, 12), end_half=st.sampled_from(["am", "pm"]))
def test_half_a_twelve_hour_span_is_read_only_if_one_reading_runs_forward(
    start: int, end: int, end_half: str
) -> None:
    def minutes(hour: int, half: str) -> int:
        return hour % 12 * 60 + (720 if half == "pm" else 0)

    until = minutes(end, end_half) or 1440
    forward = [half for half in ("am", "pm") if minutes(start, half) < until]
    normal = read(f"ma {start}-{end}{end_half}")
    assert (normal == "unknown") == (len(forward) != 1)
    if len(forward) == 1:
        assert normal == read(f"ma {start}{forward[0]}-{end}{end_half}")


@given(start=st.integers(0, 23), end=st.integers(0, 24))
def test_a_span_of_bare_hours_is_read_only_if_no_twelve_hour_clock_can_be_meant(start: int, end: int) -> None:
    is_twelve_hour = 1 <= start <= 12 and 1 <= end <= 12 and (end <= start or start <= 5)
    assert (read(f"ma {start}-{end}") == "unknown") == (is_twelve_hour or start == end)


def test_a_word_keeps_its_meaning_whatever_its_case_except_we() -> None:
    assert read("DO 10-20 UHR") == read("do 10-20 uhr") == "Th 10:00-20:00"
    assert read("We 10-16 uur") == "We 10:00-16:00"
    assert read("WE 10-16 uur") == read("we 10-16 uur") == "unknown"


def test_of_the_hours_in_cologne_the_plain_ones_are_read_and_the_conditional_ones_stay_text() -> None:
    if not COLOGNE.exists():
        pytest.skip("the trial data of Cologne is not beside this checkout")
    with COLOGNE.open(encoding="utf-8-sig", newline="") as file:
        texts = {row["opening_hours"].strip() for row in csv.DictReader(file)} - {""}
    kinds = {"a first Thursday": "Do im Monat", "events": "Veranstaltungen", "a pause": "Pause", "plain": ""}
    counted: dict[str, list[bool]] = {kind: [] for kind in kinds}
    for text in texts:
        kind = next(kind for kind, mark in kinds.items() if mark in text)
        counted[kind].append(read(text) != "unknown")
    assert {kind: (len(results), sum(results)) for kind, results in counted.items()} == {
        "a first Thursday": (5, 0),
        "events": (2, 0),
        "a pause": (1, 0),
        "plain": (7, 7),
    }
