"""The parts of a reply: its words, the phrases and cabinets they make, and what stands below them."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from aednet.alerts.reading.words import (
    AGAINST,
    FROM,
    LONGEST,
    MEANINGS,
    MOST_NAMES,
    MOST_OF_DEVICE,
    NOT_A_NAME,
    SENT,
    Meaning,
    plain,
)

LONGEST_TEXT = 1_600  # characters of the longest message that the provider hands on
MOST_DIGITS = 5  # of a cabinet's number; more is a telephone number, a postcode or a date
WORD = re.compile(rf"[^\W\d_]+|\d+|[{AGAINST}]")
PICTURES = "\ufe0e\ufe0f"  # say whether a sign is drawn in colour
HARMLESS = frozenset(
    {Meaning.POLITE, Meaning.OF_CABINETS, Meaning.OF_MESSAGES, Meaning.OF_COMING, Meaning.SIGNS}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word as it is looked up, and where it stands in the text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A word, a phrase or a cabinet of a reply: `cabinet` as it is named, or what the words can mean."""

    meanings: frozenset[Meaning]
    cabinet: str | None
    start: int
    end: int


def names_cabinet(named: str, ref: str) -> bool:
    """Tell whether a reply's `17`, `HGV-17` or whole reference names the cabinet known as `ref`."""
    if named == ref:
        return True
    prefix, number = split_ref(ref)
    named_prefix, named_number = split_ref(named)
    return number is not None and number == named_number and named_prefix in {"", prefix}


def split_ref(ref: str) -> tuple[str, int | None]:
    """Return what a reference begins with, as it is compared, and the number at its end."""
    match = re.fullmatch(r"(.*?)[-\s]*(\d{1,5})", ref)
    return (ref.casefold(), None) if match is None else (match[1].casefold(), int(match[2]))


def readable(text: str) -> str:
    """Return a text without what nobody sees, in the form in which equal letters are equal."""
    composed = unicodedata.normalize("NFKC", text[:LONGEST_TEXT])
    return "".join(
        c for c in composed if unicodedata.category(c) not in {"Cf", "Me"} and c not in "\ufe0e\ufe0f"
    )


def words_of(text: str) -> list[Word]:
    """Return the words, numbers and contradicting signs of a readable text."""
    return [Word(text=plain(match[0]), start=match.start(), end=match.end()) for match in WORD.finditer(text)]


def known_names(prefixes: Collection[str], refs: Collection[str]) -> dict[tuple[str, ...], str]:
    """Return the words of each reference and prefix; a prefix is known by the dash at its end."""
    found = {_of(prefix): f"{prefix}-" for prefix in prefixes}
    return found | {_of(ref): ref for ref in refs if split_ref(ref)[1] is None}


def _of(name: str) -> tuple[str, ...]:
    return tuple(word.text for word in words_of(readable(name)))


def without_signature(words: Sequence[Word]) -> Sequence[Word]:
    """Return a reply without greeting and name, or a telephone's advertisement, at its end."""
    for at in range(len(words)):
        tail = [word.text for word in words[at:]]
        if _is_of_device(tail):
            return without_signature(words[:at])
        length = _phrase_length(tail, {Meaning.SIGNS})
        if length and _areknown_names(tail[length:]):
            return words[:at]
    return words


def _is_of_device(tail: Sequence[str]) -> bool:
    return (
        len(tail) > 2  # noqa: PLR2004 the two that are looked at, and a device
        and tail[0] in SENT
        and tail[1] in FROM
        and len(tail) <= MOST_OF_DEVICE + 2
        and not any(_carries_meaning(word) for word in tail[2:])
    )


def _areknown_names(tail: Sequence[str]) -> bool:
    return len(tail) <= MOST_NAMES and not any(
        word in NOT_A_NAME or word.isdecimal() or _carries_meaning(word) for word in tail
    )


def _carries_meaning(word: str) -> bool:
    return not MEANINGS.get((word,), frozenset()) <= HARMLESS


def _phrase_length(tail: Sequence[str], wanted: Collection[Meaning]) -> int:
    """Return how many words the longest phrase of a wanted meaning takes at the beginning of `tail`."""
    for length in range(min(LONGEST, len(tail)), 0, -1):
        if MEANINGS.get(tuple(tail[:length]), frozenset()) & frozenset(wanted):
            return length
    return 0


def items_of(words: Sequence[Word], *, names: Mapping[tuple[str, ...], str]) -> list[Item]:
    """Return the phrases and cabinets that words make, each as long as one is known."""
    items: list[Item] = []
    at = 0
    while at < len(words):
        item, taken = _next_item(words[at:], names)
        items.append(item)
        at += taken
    return items


def _next_item(words: Sequence[Word], names: Mapping[tuple[str, ...], str]) -> tuple[Item, int]:
    """Return what the words begin with, the longest that is known, and how many words it takes."""
    texts = [word.text for word in words]
    for length in range(min(max(LONGEST, *map(len, names), 1), len(texts)), 0, -1):
        start = tuple(texts[:length])
        name = names.get(start)
        if name is not None and not name.endswith("-"):
            return _item(words[:length], cabinet=name), length
        if name is not None and _is_number(texts[length : length + 1]):
            return _item(words[: length + 1], cabinet=f"{name}{int(texts[length])}"), length + 1
        if start in MEANINGS:
            return _item(words[:length], MEANINGS[start]), length
    if _is_number(texts[:1]):
        return _item(words[:1], cabinet=str(int(texts[0]))), 1
    return _item(words[:1], frozenset({Meaning.AGAINST}) if texts[0] in AGAINST else frozenset()), 1


def _item(
    words: Sequence[Word], meanings: frozenset[Meaning] = frozenset(), *, cabinet: str | None = None
) -> Item:
    return Item(meanings=meanings, cabinet=cabinet, start=words[0].start, end=words[-1].end)


def _is_number(texts: Sequence[str]) -> bool:
    return bool(texts) and texts[0].isdecimal() and len(texts[0]) <= MOST_DIGITS
