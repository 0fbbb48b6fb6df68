import csv
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aednet.alerts.reading.parts import names_cabinet
from aednet.alerts.reading.replies import (
    Defect,
    No,
    Ok,
    Reading,
    Start,
    Stop,
    Unclear,
    Why,
    Yes,
    normalised,
    read_reply,
)

CORPUS = Path(__file__).with_name("replies_corpus.csv")
PREFIXES = ["HGV"]
SIGNS = [
    " ",
    "  ",
    "\n",
    ".",
    "!",
    " - ",
    ", ",
    "…",
    " 👍 ",
    "\u200b",
    " 🙂",
    "\ufe0f",
    " :) ".replace(")", ""),
]


def corpus() -> list[tuple[str, str, str, str]]:
    with CORPUS.open(newline="") as file:
        reader = csv.reader(file)
        next(reader)
        return [(reply, reading, cabinets, text) for reply, reading, cabinets, text in reader]


def as_in_corpus(reading: Reading) -> tuple[str, str, str]:
    cabinets = ""
    if isinstance(reading, Ok):
        cabinets = " ".join(reading.cabinets)
    if isinstance(reading, Defect):
        cabinets = reading.cabinet or ""
    return type(reading).__name__.lower(), cabinets, reading.text if isinstance(reading, Defect) else ""


def read(text: str) -> Reading:
    return read_reply(text, prefixes=PREFIXES)


def same(one: Reading, other: Reading) -> bool:
    """Tell whether two readings lead to the same; the words of a defect may differ in case and signs."""
    if isinstance(one, Defect) and isinstance(other, Defect):
        return one.cabinet == other.cabinet and normalised(one.text) == normalised(other.text)
    if isinstance(one, Unclear) and isinstance(other, Unclear):
        return True
    return one == other


def test_replies_as_people_write_them_are_read_as_wanted() -> None:
    wrong = [
        (reply, wanted, found)
        for reply, *wanted in corpus()
        if (found := list(as_in_corpus(read(reply)))) != wanted
    ]
    assert wrong == []


def test_the_corpus_is_large_and_holds_every_reading() -> None:
    counted = Counter(reading for _, reading, _, _ in corpus())
    assert sum(counted.values()) >= 300
    assert len(corpus()) == len({reply for reply, *_ in corpus()})
    assert {name for name, count in counted.items() if count >= 10} == {
        "ok",
        "defect",
        "yes",
        "no",
        "stop",
        "start",
        "unclear",
    }


@pytest.mark.parametrize("change", [str.upper, str.lower, str.title, str.swapcase, lambda text: f" {text}\n"])
def test_case_and_space_around_do_not_matter(change: object) -> None:
    assert callable(change)
    for reply, *_ in corpus():
        assert same(read(change(reply)), read(reply)), reply


@given(st.sampled_from([reply for reply, *_ in corpus()]), st.randoms(use_true_random=False))
def test_signs_spaces_and_emoji_do_not_matter(reply: str, chance: random.Random) -> None:
    words = normalised(reply).split()
    changed = "".join(f"{word}{chance.choice(SIGNS)} " for word in words)
    assert same(read(changed), read(" ".join(words))), changed


@given(st.text() | st.sampled_from([reply for reply, *_ in corpus()]))
def test_reading_what_was_normalised_changes_nothing(text: str) -> None:
    assert same(read(normalised(text)), read(text))
    assert normalised(normalised(text)) == normalised(text)


@given(st.text() | st.text(st.sampled_from("ok 17jadefctSTOPné👎👍\u200d\n\x00\ud800")))
def test_no_text_whatever_is_an_accident(text: str) -> None:
    assert isinstance(read(text), Ok | Defect | Yes | No | Stop | Start | Unclear)


@given(st.sampled_from(["OK 17", "JA", "NEE", "STOP", "START"]), st.text("bcdfghlmqrvwz", min_size=4))
def test_an_unknown_word_more_is_understood_as_nothing(reply: str, word: str) -> None:
    assert isinstance(read(f"{reply} {word}"), Unclear)
    assert isinstance(read(f"{word} {reply}"), Unclear)


def test_a_number_alone_says_which_cabinet_and_not_what_of_it() -> None:
    assert read("17") == Unclear(why=Why.NUMBER_ALONE)
    assert read("👍") == Unclear(why=Why.EMPTY)
    assert read("dziękuję") == Unclear(why=Why.UNKNOWN_WORDS)
    assert read("ja ok") == Unclear(why=Why.SEVERAL_MEANINGS)
    assert read("dank u wel") == Unclear(why=Why.NO_MEANING)


def test_references_without_a_number_are_known_by_name() -> None:
    assert read_reply("OK sporthal-oost!", refs=["Sporthal Oost"]) == Ok(cabinets=("Sporthal Oost",))
    assert read_reply("DEFECT Sporthal Oost: piept", refs=["Sporthal Oost"]) == Defect(
        cabinet="Sporthal Oost", text="piept"
    )
    assert isinstance(read_reply("OK sporthal oost"), Unclear)


def test_a_message_of_many_pages_is_read_quickly_and_as_unclear() -> None:
    assert isinstance(read("gr " * 100_000), Unclear)


@pytest.mark.parametrize(
    ("named", "ref", "is_it"),
    [
        ("17", "HGV-017", True),
        ("17", "BEI-17", True),
        ("HGV-17", "HGV-017", True),
        ("HGV-17", "BEI-017", False),
        ("17", "HGV-170", False),
        ("Sporthal", "Sporthal", True),
        ("17", "Sporthal", False),
    ],
)
def test_a_number_names_every_cabinet_whose_reference_ends_in_it(
    *, named: str, ref: str, is_it: bool
) -> None:
    assert names_cabinet(named, ref) is is_it
