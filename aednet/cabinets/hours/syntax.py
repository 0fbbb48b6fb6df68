"""Which hours in OpenStreetMap's syntax can be relied on.

The library opening-hours-py takes more than it understands: some texts it evaluates by guess, some
otherwise than whoever wrote them meant. Those are refused here, and count as unknown. The syntax:
https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification
"""

import re

from opening_hours import validate

MAX_LENGTH = 255  # characters; what OpenStreetMap allows in the value of a tag

HOUR = 60  # minutes
AFTERNOON = 13 * HOUR  # minutes since midnight; from here on only a 24-hour clock is meant
EARLY = 6 * HOUR  # minutes since midnight; few doors open between one and six at night

_COMMENT = re.compile(r'(\b(?:open|closed|off|unknown) )?"[^"]+"', re.IGNORECASE)
_SPAN = re.compile(r"\b(\d{1,2}):(\d\d) ?- ?(\d{1,2}):(\d\d)")
_RULE_END = re.compile(r" ?; ?| ?, ")
_EXPLICIT = re.compile(r"\d:\d\d|24/7|\b(?:open|closed|off|unknown)\b", re.IGNORECASE)
_GUESSED = re.compile(
    r"""
      (?i: sunrise | sunset | dawn | dusk )   # no cabinet's position here: fixed hours instead
    | \bSH\b                                  # school holidays: two odd days a year, or none
    | \d:\d\d\+                               # open end: closed at midnight or not at all
    | (?i: \b feb\ ?(?:\d+-)?3[01]            # a day that no month has: every day of the year
         | \b (?:apr|jun|sep|nov)\ ?(?:\d+-)?31 )
    | ;\ ?\d{1,2}:\d\d                        # hours for every day at the end undo all before
    | \b(?:WE|we)\b                           # Wednesday, where German writes it for weekend
    | \|\|.*;                                 # a fallback overridden in its turn
    """,
    re.VERBOSE,
)


def is_readable(text: str | None) -> bool:
    """Tell whether these hours are in OpenStreetMap's syntax and can be relied on."""
    return bool(readable_steps(text or ""))


def readable_steps(text: str) -> tuple[str, ...]:
    """Split hours into their fallback steps, without comments; empty where they say a guess.

    A bare comment becomes the word `unknown`, which is what the specification makes of it.
    """
    if len(text) > MAX_LENGTH:
        return ()
    folded = " ".join(text.split())
    plain = " ".join(_COMMENT.sub(lambda match: match[1] or " unknown ", folded).split())
    if not plain.isascii() or _GUESSED.search(plain) or _has_doubtful_span(plain):
        return ()
    steps = tuple(step.strip() for step in plain.split("||"))
    rules = [rule for step in steps for rule in _RULE_END.split(step)]
    return steps if all(map(_EXPLICIT.search, rules)) and all(map(validate, steps)) else ()


def _has_doubtful_span(text: str) -> bool:
    """Tell whether a span is all day or nothing, or may be meant for a 12-hour clock."""
    for hour, minute, end_hour, end_minute in _SPAN.findall(text):
        start, end = int(hour) * HOUR + int(minute), int(end_hour) * HOUR + int(end_minute)
        has_one_digit = len(hour) == 1 or len(end_hour) == 1
        if start == end or (has_one_digit and may_be_twelve_hour_clock(start, end)):
            return True
    return False


def may_be_twelve_hour_clock(start: int, end: int) -> bool:
    """Tell whether `9-5` or `2-4` may have been meant for the afternoon.

    Args:
        start: Minutes since midnight.
        end: Minutes since midnight, 24:00 being 1440.
    """
    on_its_face = HOUR <= start < AFTERNOON and HOUR <= end < AFTERNOON
    return on_its_face and (end <= start or start < EARLY)
