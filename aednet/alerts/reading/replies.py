"""What a text message means, in Dutch and English. Pure, and never a guess.

A reply is understood only if every word of it is known and all of them together mean one thing. So
`ok maar hij piept` is no OK: three words of it are unknown, and whoever skipped them would put a beeping
AED down as checked. `stop met piepen` is no STOP: it begs the AED, not us. Whoever really wants no more
messages is asked once, and the question says how. Case, accents, spaces, signs and emoji do not matter, but
for those that contradict, such as a thumb down; so a thumb up alone says nothing.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from aednet.alerts.reading.parts import (
    Item,
    Word,
    items_of,
    known_names,
    readable,
    without_signature,
    words_of,
)
from aednet.alerts.reading.words import Meaning

EDGES = " \t\r\n.,:;!?-–—()\"'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ok:
    """These cabinets were checked and are in order; none is named where the sender guards just one."""

    cabinets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """Something is wrong with this cabinet, or with the only one that the sender guards."""

    cabinet: str | None
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Yes:
    """The answer to the one open question."""


@dataclass(frozen=True, slots=True)
class No:
    """The answer to the one open question."""


@dataclass(frozen=True, slots=True)
class Stop:
    """No more messages to this number."""


@dataclass(frozen=True, slots=True)
class Start:
    """Messages again to this number."""


class Why(StrEnum):
    """Why a reply is not understood."""

    EMPTY = "empty"  # no word in it
    NUMBER_ALONE = "number_alone"
    UNKNOWN_WORDS = "unknown_words"
    SEVERAL_MEANINGS = "several_meanings"
    NO_MEANING = "no_meaning"  # a greeting, thanks


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """A reply that a person has to read."""

    why: Why


Reading = Ok | Defect | Yes | No | Stop | Start | Unclear


# Which words may stand beside the one that says it, for everything but a defect.
BESIDE: Final[Mapping[Meaning, frozenset[Meaning]]] = {
    Meaning.OK: frozenset({Meaning.FINE, Meaning.POLITE, Meaning.OF_CABINETS}),
    Meaning.YES: frozenset({Meaning.FINE, Meaning.POLITE, Meaning.OF_COMING}),
    Meaning.NO: frozenset({Meaning.POLITE, Meaning.OF_REFUSING, Meaning.AGAINST}),
    Meaning.STOP: frozenset({Meaning.POLITE, Meaning.OF_MESSAGES}),
    Meaning.START: frozenset({Meaning.POLITE, Meaning.OF_MESSAGES}),
}
SAYS: Final[Mapping[Meaning, Callable[[], Reading]]] = {
    Meaning.YES: Yes,
    Meaning.NO: No,
    Meaning.STOP: Stop,
    Meaning.START: Start,
}
BEFORE_DEFECT: Final = frozenset({Meaning.POLITE, Meaning.OF_CABINETS, Meaning.AGAINST})
TAKES_DEFECT_BACK: Final = frozenset({Meaning.MENDED, Meaning.OK, Meaning.STOP, Meaning.START})
NEGATIONS: Final = frozenset({"niet", "geen", "not", "no", "nooit"})


def read_reply(text: str, *, prefixes: Collection[str] = (), refs: Collection[str] = ()) -> Reading:
    """Read a reply.

    `prefixes` are what references of cabinets begin with (`HGV`), `refs` whole ones that hold no number.
    A cabinet is named as `17`, as `HGV-17` where the prefix was written, or by one of `refs`.
    """
    text = readable(text)
    words = without_signature(words_of(text))
    if not words:
        return Unclear(why=Why.EMPTY)
    items = items_of(words, names=known_names(prefixes, refs))
    if any(Meaning.DEFECT in item.meanings for item in items):
        return _defect(items, words, text)
    if not all(item.meanings or item.cabinet for item in items):
        return Unclear(why=Why.UNKNOWN_WORDS)
    return _one_meaning(items)


def normalised(text: str) -> str:
    """Return the words of a reply as they are looked up, single spaces between them."""
    return " ".join(word.text for word in words_of(readable(text)))


def _one_meaning(items: Sequence[Item]) -> Reading:
    cabinets = tuple(dict.fromkeys(item.cabinet for item in items if item.cabinet is not None))
    said = [item.meanings for item in items if item.cabinet is None]
    if not cabinets and said == [frozenset({Meaning.STOP_ALONE})]:
        return Stop()
    possible: list[Reading] = [
        says() for meaning, says in SAYS.items() if not cabinets and _is_said(meaning, said)
    ]
    if _is_ok(said, has_cabinet=bool(cabinets)):
        possible.append(Ok(cabinets=cabinets))
    if len(possible) == 1:
        return possible[0]
    if any(meanings & {*BESIDE, Meaning.STOP_ALONE} for meanings in said):
        return Unclear(why=Why.SEVERAL_MEANINGS)
    return Unclear(why=Why.NUMBER_ALONE if cabinets else Why.NO_MEANING)


def _is_said(meaning: Meaning, said: Sequence[frozenset[Meaning]]) -> bool:
    return any(meaning in meanings for meanings in said) and all(
        meanings & (BESIDE[meaning] | {meaning}) for meanings in said
    )


def _is_ok(said: Sequence[frozenset[Meaning]], *, has_cabinet: bool) -> bool:
    """Tell whether a reply says OK. With a cabinet named, `ja, OK 17` and `17 in orde` say so too."""
    if not has_cabinet:
        return _is_said(Meaning.OK, said)
    without_yes = [meanings for meanings in said if Meaning.YES not in meanings]
    return _is_said(Meaning.OK, without_yes) or (
        without_yes == said
        and any(Meaning.FINE in meanings for meanings in said)
        and all(meanings & BESIDE[Meaning.OK] for meanings in said)
    )


def _defect(items: Sequence[Item], words: Sequence[Word], text: str) -> Reading:
    """Read what says `defect` somewhere: before it a cabinet at most, after it whatever is wrong."""
    at = next(i for i, item in enumerate(items) if Meaning.DEFECT in item.meanings)
    before = items[:at]
    if not all(item.cabinet or item.meanings & BEFORE_DEFECT for item in before):
        return Unclear(why=Why.SEVERAL_MEANINGS)
    named = [item for item in before if item.cabinet]
    after = at + 1
    while after < len(items) and _names_on(items[after : after + 2]):
        named += [items[after]] if items[after].cabinet else []
        after += 1
    cabinets = dict.fromkeys(item.cabinet for item in named)
    if len(cabinets) > 1 or _is_taken_back(items[after:], words):
        return Unclear(why=Why.SEVERAL_MEANINGS)
    leads = all(item.cabinet or Meaning.POLITE in item.meanings for item in before)
    last = max([items[at], *named], key=lambda item: item.end)
    return Defect(
        cabinet=next(iter(cabinets), None),
        text=" ".join((text[last.end :] if leads else text).strip(EDGES).split()),
    )


def _names_on(items: Sequence[Item]) -> bool:
    """Tell whether what follows a defect names its cabinet still: `kast 17`, or `en 31`."""
    if items[0].cabinet or Meaning.OF_CABINETS in items[0].meanings:
        return True
    return Meaning.POLITE in items[0].meanings and len(items) > 1 and items[1].cabinet is not None


def _is_taken_back(items: Sequence[Item], words: Sequence[Word]) -> bool:
    """Tell whether a defect's own text says that it is mended, or asks for something else besides."""
    following = {word.end: word.text for word in words}
    ends = sorted(following)
    for item in items:
        if not item.meanings & TAKES_DEFECT_BACK:
            continue
        earlier = [end for end in ends if end <= item.start]
        if not earlier or following[earlier[-1]] not in NEGATIONS:
            return True
    return False
