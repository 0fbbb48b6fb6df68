"""The texts of the messages: short, plain, two segments at most however long a name is. Pure.

What does not fit is said shorter: first the names of places are cut, then left out, then each thing is told
in the fewest words, then only some cabinets are named; and at last the reader is told that there is more. An
address of somebody's home is never in them: they know cabinets, training places, days.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from aednet.alerts.planning.rules import Occasion, Rule
from aednet.alerts.reading.decisions import Doubt
from aednet.alerts.wording.words import Words, listed, words_of
from aednet.messaging.codes import WIDTH
from aednet.messaging.segments import BASIC, EXTENSION, SEPTETS_EACH, size_of

MOST_UNITS: Final = 2 * SEPTETS_EACH - WIDTH  # two segments, the short code of the outbox among them
FULL, CUT, NUMBERS, BRIEF, SOME = DETAILS = range(5)  # how much is said, from most to least
NAME_LENGTHS: Final = {FULL: 40, CUT: 16}
MOST_NAMED: Final = 3  # cabinets, where only some are
PLACE_LENGTH: Final = 40
PLAINER: Final = str.maketrans("‘’‚“”„`´–—−…", "'''\"\"\"''---.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A cabinet as a message names it: the number that an answer gives, and the name of the place."""

    number: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Something of a cabinet that ends on a day."""

    rule: Rule
    place: Place
    ends_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSession:
    """A training day as a message names it; `begins_at` is aware."""

    place: str
    begins_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingNews:
    """What somebody is told of a training day: that it is tomorrow, or why else."""

    why: Rule | Occasion
    session: TrainingSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How much of a coordinator's areas waits for a person."""

    unguarded: int = 0
    unread: int = 0
    in_doubt: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All that one message tells one person."""

    used: tuple[Place, ...] = ()
    checks: tuple[Place, ...] = ()
    late: tuple[Place, ...] = ()
    endings: tuple[Ending, ...] = ()
    certificate_lapses_on: date | None = None
    next_training: TrainingSession | None = None
    trainings: tuple[TrainingNews, ...] = ()
    waiting: Waiting | None = None
    to_coordinator: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """In which language, on which day, where a day is counted, and where the desk is."""

    language: str
    today: date
    zone: ZoneInfo
    desk: str

    @property
    def words(self) -> Words:
        """The words of the language."""
        return words_of(self.language)

    def in_language(self, language: str) -> "Setting":
        """Return the same setting for somebody who reads another language."""
        return replace(self, language=language)


def text_of(content: Content, setting: Setting) -> str | None:
    """Return the message that says all this, or None where there is nothing to say."""
    for detail in DETAILS:
        sentences = [in_seven_bits(one) for one in _sentences(content, setting, detail)]
        if fits(" ".join(sentences)):
            return " ".join(sentences) or None
    more = setting.words.more_at_desk if content.to_coordinator else setting.words.more_to_hear
    for kept in range(len(sentences) - 1, 0, -1):
        shorter = " ".join([*sentences[:kept], in_seven_bits(more.format(address=setting.desk))])
        if fits(shorter):
            return shorter
    raise ValueError("a single sentence takes more than two segments")


def acknowledgement(kind: str, places: Sequence[Place], setting: Setting) -> str:
    """Return the thanks for a reply about cabinets: `logged`, `defect` or `reported`."""
    phrase: str = getattr(setting.words, kind)
    return _shortest(lambda detail: phrase.format(cabinets=_cabinets(places, setting, detail)))


def about_training(kind: str, session: TrainingSession, setting: Setting) -> str:
    """Answer somebody who was asked to a training: `booked`, `waiting` or `declined`."""
    return in_seven_bits(_of_session(getattr(setting.words, kind), session, setting))


def resumed(setting: Setting) -> str:
    """Return the answer to START."""
    return in_seven_bits(setting.words.resumed)


def question(doubt: Doubt, own: Sequence[Place], setting: Setting) -> str:
    """Return what is asked about a reply, once; `own` are the cabinets that the sender looks after."""
    words = setting.words
    if doubt is Doubt.NOT_UNDERSTOOD and len(own) == 1:
        return in_seven_bits(words.not_understood_one.format(number=own[0].number))
    phrases = {
        Doubt.NOT_UNDERSTOOD: words.not_understood,
        Doubt.WHICH_CABINET: words.which_cabinet,
        Doubt.NO_SUCH_CABINET: words.no_such_cabinet,
        Doubt.NO_QUESTION: words.no_question,
        Doubt.WHICH_QUESTION: words.which_question,
        Doubt.WHOSE: words.whose,
    }
    return in_seven_bits(phrases[doubt].format(number=own[0].number if own else "17"))


def fits(text: str) -> bool:
    """Tell whether a text and its short code take two segments at most."""
    return size_of(text).units <= MOST_UNITS


def in_seven_bits(text: str) -> str:
    """Return a text in the signs of GSM 03.38: plain quotes and dashes, some letters without their accent."""
    return "".join(_sign(one) for one in unicodedata.normalize("NFC", text).translate(PLAINER))


def cut(name: str, length: int) -> str:
    """Return a name of at most `length` signs, cut behind a word where one ends late enough."""
    name = in_seven_bits(" ".join(name.split())).strip()
    if len(name) <= length:
        return name
    head = name[: length - 1]
    at = head.rfind(" ")
    return f"{head[:at] if at >= length // 2 else head}.".replace("..", ".")


def _sign(sign: str) -> str:
    if sign in BASIC or sign in EXTENSION:
        return sign
    bare = "".join(c for c in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(c))
    return "".join(c for c in bare if c in BASIC)


def _sentences(content: Content, setting: Setting, detail: int) -> Iterator[str]:
    """Yield what there is to say, the most urgent first."""
    words = setting.words
    if content.used:
        used = words.used if detail < BRIEF else words.used_brief
        yield used.format(cabinets=_cabinets(content.used, setting, detail))
    if content.checks:
        yield words.check.format(cabinets=_cabinets(content.checks, setting, detail))
    if content.late:
        yield words.late.format(cabinets=_cabinets(content.late, setting, detail))
    if content.checks or content.late:
        yield _how_to_answer((*content.checks, *content.late), words, detail)
    yield from _endings(content, setting, detail)
    for news in content.trainings:
        yield _of_session(words.trainings[news.why], news.session, setting)
    if content.certificate_lapses_on is not None:
        yield _certificate(content.certificate_lapses_on, content.next_training, setting, detail)
    if content.waiting is not None:
        yield _digest(content.waiting, setting)


def _how_to_answer(places: Sequence[Place], words: Words, detail: int) -> str:
    numbers = list(dict.fromkeys(place.number for place in places))
    all_of_them = " ".join(numbers) if len(numbers) <= MOST_NAMED else words.and_numbers
    if detail >= BRIEF:
        return words.answer_brief.format(numbers=all_of_them)
    if len(numbers) == 1:
        return words.answer.format(number=numbers[0])
    return words.answer_with.format(numbers=all_of_them)


def _endings(content: Content, setting: Setting, detail: int) -> Iterator[str]:
    words = setting.words
    consumables = [ending for ending in content.endings if ending.rule in words.expiring]
    for rule, phrase in words.expiring.items():
        of_rule = [ending for ending in consumables if ending.rule is rule]
        if of_rule:
            yield phrase.format(cabinets=_with_days(of_rule, setting, detail))
    if consumables and detail < BRIEF:
        yield words.replace_as_coordinator if content.to_coordinator else words.replace
    devices = [ending for ending in content.endings if ending.rule is Rule.DEVICE]
    if devices:
        yield words.device.format(cabinets=_with_days(devices, setting, detail))


def _certificate(lapses_on: date, training: TrainingSession | None, setting: Setting, detail: int) -> str:
    words = setting.words
    if lapses_on == setting.today:
        begins = words.certificate_today
    else:
        phrase = words.certificate if lapses_on > setting.today else words.certificate_lapsed
        begins = phrase.format(day=words.day(lapses_on))
    if detail >= BRIEF:
        return begins
    if training is None:
        return f"{begins} {words.renew}"
    return f"{begins} {_of_session(words.next_training, training, setting)} {words.renew}"


def _digest(waiting: Waiting, setting: Setting) -> str:
    words = setting.words
    counts = (
        (waiting.unguarded, words.unguarded),
        (waiting.unread, words.unread),
        (waiting.in_doubt, words.in_doubt),
        (waiting.held, words.held),
    )
    things = [(one if count == 1 else more).format(count=count) for count, (one, more) in counts if count]
    return words.digest.format(things=listed(things, words.and_), address=setting.desk)


def _of_session(phrase: str, session: TrainingSession, setting: Setting) -> str:
    local = session.begins_at.astimezone(setting.zone)
    return phrase.format(
        day=setting.words.day(local.date()),
        hour=setting.words.hour(local),
        place=cut(session.place, PLACE_LENGTH),
    )


def _cabinets(places: Sequence[Place], setting: Setting, detail: int) -> str:
    return _row([_label(place, detail) for place in places], setting, detail)


def _with_days(endings: Sequence[Ending], setting: Setting, detail: int) -> str:
    labels = [
        f"{_label(ending.place, detail)} "
        + (setting.words.today if ending.ends_on == setting.today else setting.words.day(ending.ends_on))
        for ending in endings
    ]
    return _row(labels, setting, detail)


def _row(labels: Sequence[str], setting: Setting, detail: int) -> str:
    words = setting.words
    if detail < SOME or len(labels) <= MOST_NAMED:
        return listed(labels, words.and_)
    more = words.more.format(count=len(labels) - MOST_NAMED)
    return listed([*labels[:MOST_NAMED], more], words.and_)


def _label(place: Place, detail: int) -> str:
    name = cut(place.name, NAME_LENGTHS[detail]) if detail in NAME_LENGTHS else ""
    return f"AED {place.number} ({name})" if name else f"AED {place.number}"


def _shortest(say: Callable[[int], str]) -> str:
    """Return the fullest way to say something that fits."""
    texts = (in_seven_bits(say(detail)) for detail in DETAILS)
    return next(text for text in texts if fits(text))
