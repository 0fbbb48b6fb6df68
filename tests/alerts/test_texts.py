"""Exact texts in both languages. AEDNET_TEST_WRITE_GOLDEN=1 writes them anew; read before keeping."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aednet.alerts.planning.rules import Occasion, Rule
from aednet.alerts.reading.decisions import Doubt
from aednet.alerts.wording.texts import (
    Content,
    Ending,
    Place,
    Setting,
    TrainingNews,
    TrainingSession,
    Waiting,
    about_training,
    acknowledgement,
    cut,
    fits,
    in_seven_bits,
    question,
    resumed,
    text_of,
)
from aednet.alerts.wording.words import WORDS
from aednet.messaging.codes import with_code
from aednet.messaging.segments import size_of

GOLDEN = Path(__file__).parents[1] / "golden"
TODAY = date(2026, 11, 24)
CODE = "A3C4D"
BUURTHUIS = Place(number="17", name="Buurthuis De Magneet")
SPORTHAL = Place(number="31", name="Sporthal Trasselt")
CAFE = Place(number="40", name="Café ’t Hoekje")
FAR = Place(number="BEI-008", name="Coöperatieve Vereniging van Eigenaren en Bewoners Hoogeveen-Zuid U.A.")
MANY = tuple(Place(number=str(number), name=f"Basisschool {number}") for number in range(1, 15))
COURSE = TrainingSession(place="Wijkcentrum De Weide", begins_at=datetime(2026, 11, 25, 18, 30, tzinfo=UTC))
ENDINGS = (
    Ending(rule=Rule.PADS, place=BUURTHUIS, ends_on=TODAY + timedelta(days=30)),
    Ending(rule=Rule.BATTERY, place=SPORTHAL, ends_on=TODAY),
)
CONTENTS = {
    "check of one cabinet": Content(checks=(BUURTHUIS,)),
    "check of two cabinets": Content(checks=(BUURTHUIS, SPORTHAL)),
    "check of a cabinet with a long name and a whole reference": Content(checks=(FAR,)),
    "check of many cabinets": Content(checks=MANY),
    "check that nobody made": Content(late=(CAFE,)),
    "pads that lapse": Content(endings=ENDINGS[:1]),
    "battery that lapses today": Content(endings=ENDINGS[1:]),
    "child pads that lapse, told to a coordinator": Content(
        endings=(replace(ENDINGS[0], rule=Rule.CHILD_PADS),), to_coordinator=True
    ),
    "device at ten years, told to a coordinator": Content(
        endings=(replace(ENDINGS[0], rule=Rule.DEVICE, ends_on=date(2027, 5, 23)),), to_coordinator=True
    ),
    "certificate that lapses": Content(certificate_lapses_on=TODAY + timedelta(days=7)),
    "certificate that lapses, a course near": Content(
        certificate_lapses_on=TODAY + timedelta(days=30), next_training=COURSE
    ),
    "certificate that lapses today": Content(certificate_lapses_on=TODAY),
    "certificate that lapsed": Content(certificate_lapses_on=TODAY - timedelta(days=2)),
    **{
        f"training: {why}": Content(trainings=(TrainingNews(why=why, session=COURSE),))
        for why in (
            Rule.TRAINING,
            Occasion.INVITATION,
            Occasion.SEAT,
            Occasion.TRAINING_CHANGED,
            Occasion.CALLED_OFF,
        )
    },
    "after use": Content(used=(BUURTHUIS,)),
    "digest": Content(waiting=Waiting(unguarded=3, unread=1, in_doubt=2, held=1), to_coordinator=True),
    "several things at once": Content(
        checks=(BUURTHUIS, SPORTHAL), endings=ENDINGS, certificate_lapses_on=TODAY + timedelta(days=7)
    ),
    "more than fits": Content(
        used=MANY,
        checks=MANY,
        late=MANY,
        endings=tuple(replace(one, place=place) for one in ENDINGS for place in MANY),
        certificate_lapses_on=TODAY,
        trainings=(TrainingNews(why=Rule.TRAINING, session=COURSE),),
    ),
}
NAMES = st.text(max_size=200)
PLACES = st.builds(Place, number=st.sampled_from(["17", "4711", "ABCDEFGHIJ-00017"]), name=NAMES)
LISTS = st.lists(PLACES, max_size=9).map(tuple)


def setting(language: str) -> Setting:
    return Setting(
        language=language,
        today=TODAY,
        zone=ZoneInfo("Europe/Amsterdam"),
        desk="https://aed.voorbeeld.example/desk",
    )


def messages(language: str) -> Iterator[tuple[str, str]]:
    words = setting(language)
    for name, content in CONTENTS.items():
        text = text_of(content, words)
        assert text is not None
        yield name, text
    yield "thanks for OK", acknowledgement("logged", [BUURTHUIS], words)
    yield "thanks for OK of two", acknowledgement("logged", [BUURTHUIS, SPORTHAL], words)
    yield "thanks for DEFECT", acknowledgement("defect", [BUURTHUIS], words)
    yield "thanks for a report", acknowledgement("reported", [BUURTHUIS], words)
    for kind in ("booked", "waiting", "declined"):
        yield f"answer about a training: {kind}", about_training(kind, COURSE, words)
    yield "messages again", resumed(words)
    for doubt in Doubt:
        yield f"question: {doubt}", question(doubt, [], words)
    yield "question of who guards one", question(Doubt.NOT_UNDERSTOOD, [BUURTHUIS], words)


def as_golden(language: str) -> str:
    parts = []
    for name, text in messages(language):
        size = size_of(with_code(text, CODE))
        encoding = "GSM-7" if size.is_gsm else "UCS-2"
        parts.append(f"[{name}; {encoding}, {size.units} units, segments {size.segments}]\n{text}\n")
    return "\n".join(parts)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_message_reads_as_it_was_last_read_and_kept(language: str) -> None:
    file = GOLDEN / f"messages.{language}.txt"
    if os.environ.get("AEDNET_TEST_WRITE_GOLDEN"):
        file.write_text(as_golden(language))
    assert as_golden(language) == file.read_text()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_message_is_in_seven_bits_and_takes_two_segments_at_most(language: str) -> None:
    for name, text in messages(language):
        size = size_of(with_code(text, CODE))
        assert size.is_gsm, name
        assert size.segments <= 2, name


@given(
    language=st.sampled_from(["nl", "en"]),
    content=st.builds(
        Content,
        used=LISTS,
        checks=LISTS,
        late=LISTS,
        endings=st.lists(
            st.builds(
                Ending,
                rule=st.sampled_from([Rule.PADS, Rule.CHILD_PADS, Rule.BATTERY, Rule.DEVICE]),
                place=PLACES,
                ends_on=st.dates(date(2026, 11, 1), date(2028, 1, 1)),
            ),
            max_size=9,
        ).map(tuple),
        certificate_lapses_on=st.none() | st.dates(date(2026, 11, 1), date(2028, 1, 1)),
        next_training=st.none()
        | st.builds(TrainingSession, place=NAMES, begins_at=st.just(COURSE.begins_at)),
        trainings=st.lists(
            st.builds(
                TrainingNews,
                why=st.sampled_from([*WORDS["nl"].trainings]),
                session=st.builds(TrainingSession, place=NAMES, begins_at=st.just(COURSE.begins_at)),
            ),
            max_size=3,
        ).map(tuple),
        waiting=st.none()
        | st.builds(Waiting, unguarded=st.integers(1, 30_000), unread=st.integers(0, 99_999)),
        to_coordinator=st.booleans(),
    ),
)
def test_no_message_exceeds_two_segments_however_long_names_are(content: Content, language: str) -> None:
    text = text_of(content, setting(language))
    if text is not None:
        size = size_of(with_code(text, CODE))
        assert size.is_gsm
        assert size.segments <= 2


@given(places=st.lists(PLACES, min_size=1, max_size=9), language=st.sampled_from(["nl", "en"]))
def test_no_thanks_exceed_two_segments(places: list[Place], language: str) -> None:
    for kind in ("logged", "defect", "reported"):
        assert fits(acknowledgement(kind, places, setting(language)))


def test_nothing_to_say_is_no_message() -> None:
    assert text_of(Content(), setting("nl")) is None


def test_a_language_that_we_do_not_speak_is_answered_in_dutch() -> None:
    assert text_of(Content(checks=(BUURTHUIS,)), setting("pl")) == text_of(
        Content(checks=(BUURTHUIS,)), setting("nl")
    )


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Café ’t Hoekje", "Café 't Hoekje"),
        ("Coöperatie Noord–Zuid", "Coöperatie Noord-Zuid"),
        ("Zoë’s “huis”", 'Zoe\'s "huis"'),
        ("Ambasada Łódź", "Ambasada odz"),
        ("Школа", ""),
    ],
)
def test_names_are_written_in_signs_that_an_sms_has(name: str, kept: str) -> None:
    assert in_seven_bits(name) == kept


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Buurthuis", "Buurthuis"),
        ("Buurthuis De Magneet", "Buurthuis De."),
        ("Verzorgingshuiscomplex", "Verzorgingshuis."),
    ],
)
def test_a_long_name_is_cut_behind_a_word_where_one_ends(name: str, kept: str) -> None:
    assert cut(name, 16) == kept
