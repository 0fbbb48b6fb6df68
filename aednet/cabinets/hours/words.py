"""The words and signs in which people write opening hours, in Dutch, German and English.

A word stands here only where it has one meaning in all three languages. Left out on purpose:
`weekdagen` and `werktags` (some count Saturday), `tot` between days (some mean it without the last)
and `we` (Wednesday to OpenStreetMap, weekend to Germans; `We` is Wednesday to both).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

WEEK = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
HOLIDAY = "PH"


class Kind(Enum):
    """What a word or sign does in a sentence about opening hours."""

    TIME = auto()
    DAYS = auto()
    CLOSED = auto()
    ALL_DAY = auto()
    CLOCK = auto()  # uur
    DURATION = auto()  # Stunden
    PER_DAY = auto()
    BETWEEN = auto()
    DASH = auto()
    TO = auto()  # joins times and days: bis
    UNTIL = auto()  # joins times only: tot
    THROUGH = auto()  # joins days only: t/m
    AND = auto()
    COMMA = auto()
    SEMICOLON = auto()
    COLON = auto()
    FILLER = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One word, sign or time as it was written.

    Attributes:
        days: For DAYS, abbreviated as in OpenStreetMap.
        hour: For TIME, as written: 0 to 99.
        minute: For TIME; None where none was written.
        separator: For TIME, the sign between hour and minute.
        meridiem: For TIME, `a`, `p` or empty.
    """

    kind: Kind
    days: tuple[str, ...] = ()
    hour: int = 0
    minute: int | None = None
    separator: str = ""
    meridiem: str = ""


_DAY_WORDS = {
    "Mo": "mo mon monday mondays montag montags ma maandag maandags maandagen",
    "Tu": "tu tue tues tuesday tuesdays di dienstag dienstags dinsdag dinsdags dinsdagen",
    "We": "We wed wednesday wednesdays mi mittwoch mittwochs wo woensdag woensdags woensdagen",
    "Th": "th thu thur thurs thursday thursdays donnerstag donnerstags do donderdag donderdags donderdagen",
    "Fr": "fr fri friday fridays freitag freitags vr vrijdag vrijdags vrijdagen",
    "Sa": "sa sat saturday saturdays samstag samstags sonnabend sonnabends za zaterdag zaterdags zaterdagen",
    "Su": "su sun sunday sundays so sonntag sonntags zo zondag zondags zondagen",
    "Mo Tu We Th Fr": "werkdag werkdagen doordeweeks door_de_week weekdays",
    "Sa Su": "weekend weekends weekenden weekeinde wochenende wochenenden",
    "Mo Tu We Th Fr Sa Su": "dagelijks elke_dag iedere_dag alle_dagen 7_dagen_per_week "
    "7_dagen_in_de_week täglich taeglich jeden_tag 7_tage_die_woche daily every_day 7_days_a_week",
    "PH": "ph feestdag feestdagen nationale_feestdagen officiële_feestdagen "
    "feiertag feiertags feiertage feiertagen gesetzliche_feiertage gesetzlichen_feiertagen "
    "public_holiday public_holidays bank_holiday bank_holidays",
    "Su PH": "zon-_en_feestdagen zon_en_feestdagen zondag-_en_feestdagen "
    "sonn-_und_feiertags sonn-_und_feiertage sonn-_und_feiertagen",
}
_WORDS = {
    Kind.CLOSED: "gesloten dicht geschlossen closed off",
    Kind.ALL_DAY: "24/7 24-7 24x7 7x24 24/24 24/7/365 altijd dag_en_nacht immer tag_und_nacht "
    "rund_um_die_uhr always day_and_night around_the_clock round_the_clock",
    Kind.CLOCK: "uur u uhr h hrs hours",
    Kind.DURATION: "stunden uren",
    Kind.PER_DAY: "per_dag per_etmaal pro_tag am_tag per_day a_day",
    Kind.BETWEEN: "tussen zwischen between",
    Kind.TO: "bis to",
    Kind.UNTIL: "tot til till until",
    Kind.THROUGH: "t/m tm tot_en_met bis_einschließlich through thru",
    Kind.AND: "en und and & + /",
    Kind.DASH: "- – — −",
    Kind.COMMA: ",",
    Kind.SEMICOLON: ";",
    Kind.COLON: ":",
    Kind.FILLER: "van von from op on am an in_het in_de im 's open geopend geöffnet offen opened "
    "toegankelijk beschikbaar zugänglich verfügbar accessible available",
}
_VOCABULARY = {
    word.replace("_", " "): Token(kind=kind, days=days)
    for kind, days, words in (
        *((Kind.DAYS, tuple(days.split()), words) for days, words in _DAY_WORDS.items()),
        *((kind, (), words) for kind, words in _WORDS.items()),
    )
    for word in words.split()
}
_LONGEST_FIRST = "|".join(map(re.escape, sorted(_VOCABULARY, key=len, reverse=True)))
_LETTER = r"[^\W\d_]"
_TOKEN = re.compile(
    rf"""
      (?P<space> \s )
    | (?P<word> {_LONGEST_FIRST} ) (?: (?<={_LETTER}) \.? (?!{_LETTER}) | (?<!{_LETTER}) )
    | (?P<hour> [0-9]{{1,2}} ) (?: (?P<separator> [:.uh] ) (?P<minute> [0-9]{{2}} ) )? (?![0-9])
      (?: \ ? (?P<meridiem>
          p\.?m\b\.? | a\.m\b\.?
        | am\b (?!\ (?!to\b|til|until|and\b){_LETTER})  # in `10-12 am Samstag` it is a German word
      ) )?
    """,
    re.VERBOSE | re.IGNORECASE,
)


def tokenise(text: str) -> Iterator[Token]:
    """Yield what is written in `text`, without fillers.

    Raises:
        ValueError: Something in it is not in the vocabulary.
    """
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ValueError(f"not understood: {text[position:]}")
        position = match.end()
        token = _token(match)
        if token is not None and token.kind is not Kind.FILLER:
            yield token


def _token(match: re.Match[str]) -> Token | None:
    if match["space"]:
        return None
    if match["hour"]:
        return Token(
            kind=Kind.TIME,
            hour=int(match["hour"]),
            minute=int(match["minute"]) if match["minute"] else None,
            separator=match["separator"] or "",
            meridiem=(match["meridiem"] or "")[:1].lower(),
        )
    word = match["word"]
    token = _VOCABULARY.get(word) or _VOCABULARY.get(word.lower())
    if token is None:
        raise ValueError(f"not understood: {word}")
    return token
