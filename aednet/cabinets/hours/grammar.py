"""The sentences in which people write opening hours, as a small grammar over `hours_words`.

    hours = ( spans | group ) { [ "," | ";" | and ] group } [ ";" ] | spans [ "," ] days
    group = days spans | days closed | closed days
    days  = range { ( "," | and ) range }
    range = day [ through day ]
    spans = span { [ "," | and ] span }
    span  = time to time | between time and time | all-day

It takes one reading or none: what may mean two things raises `Doubt`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aednet.cabinets.hours.syntax import AFTERNOON, EARLY, HOUR, may_be_twelve_hour_clock
from aednet.cabinets.hours.words import WEEK, Kind, Token, tokenise

NOON = 12  # hours
MIDNIGHT = 24  # hours
DAY = MIDNIGHT * HOUR  # minutes
MONTHS = range(1, 13)

Span = tuple[int, int]  # minutes since midnight; an end not after the start is on the next day

ALL_DAY: Span = (0, DAY)

_SPAN_STARTS = (Kind.TIME, Kind.BETWEEN, Kind.ALL_DAY)
_SPAN_JOINTS = (Kind.DASH, Kind.TO, Kind.UNTIL)
_DAY_JOINTS = (Kind.DASH, Kind.TO, Kind.THROUGH)
_LIST_JOINTS = (Kind.COMMA, Kind.AND)


class Doubt(ValueError):
    """The text may mean more than one thing, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What is said of some days.

    Attributes:
        days: Of `WEEK`, and holidays; the whole week where none are named.
        spans: When it is open; empty for closed.
    """

    days: tuple[str, ...]
    spans: tuple[Span, ...]


def read_hours(text: str) -> list[Group]:
    """Return what a text says of which days, in its own order.

    Raises:
        ValueError: It has words that are not understood, or (`Doubt`) more than one meaning.
    """
    return _Reader(tuple(tokenise(text))).hours()


class _Reader:
    """Walks along the tokens; each method reads the rule of the grammar it is named after."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._position = 0
        self._has_clock = any(token.kind is Kind.CLOCK for token in tokens)
        self._joints_of_days: tuple[Kind, ...] = _LIST_JOINTS

    def hours(self) -> list[Group]:
        if self._peek() not in _SPAN_STARTS:
            return self._groups_from(self._group(is_first=True))
        spans = self._spans(is_named=self._has_clock)
        end_of_spans = self._position
        self._take(Kind.COMMA)
        if self._peek() is Kind.DAYS:
            days = self._days()
            if self._peek() is None:
                return [Group(days=days, spans=spans)]
        self._position = end_of_spans
        # After `8-18 uur, ma-vr, zo gesloten` it is not clear which days are closed.
        self._joints_of_days = (Kind.AND,)
        return self._groups_from(Group(days=WEEK, spans=spans))

    def _groups_from(self, first: Group) -> list[Group]:
        groups = [first]
        while self._peek() is not None:
            joint = self._take(*_LIST_JOINTS, Kind.SEMICOLON)
            if joint and joint.kind is Kind.SEMICOLON and self._peek() is None:
                break
            # In `ma 12-13 gesloten di` it is not clear which way `gesloten` looks.
            if not joint and (self._peek() is Kind.CLOSED or first.days == WEEK):
                raise Doubt
            groups.append(self._group())
        return groups

    def _group(self, *, is_first: bool = False) -> Group:
        if self._take(Kind.CLOSED):
            self._take(Kind.COLON)
            return Group(days=self._days(), spans=())
        days = self._days()
        self._take(Kind.COLON)
        if self._take(Kind.CLOSED):
            return Group(days=days, spans=())
        if is_first:
            self._take(Kind.COMMA)
        return Group(days=days, spans=self._spans(is_named=True))

    def _days(self) -> tuple[str, ...]:
        days = self._range()
        while self._peek() in self._joints_of_days and self._peek(1) is Kind.DAYS:
            self._take(*self._joints_of_days)
            days += self._range()
        return days

    def _range(self) -> tuple[str, ...]:
        first = self._expect(Kind.DAYS).days
        if not self._take(*_DAY_JOINTS):
            return first
        last = self._expect(Kind.DAYS).days
        if not len(first) == len(last) == 1 or first == last:
            raise Doubt
        start, end = WEEK.index(first[0]), WEEK.index(last[0])  # refuses holidays
        return WEEK[start : end + 1] if start < end else WEEK[start:] + WEEK[: end + 1]

    def _spans(self, *, is_named: bool) -> tuple[Span, ...]:
        spans = [self._span(is_named=is_named)]
        while self._peek() in _SPAN_STARTS or (
            self._peek() in _LIST_JOINTS and self._peek(1) in _SPAN_STARTS
        ):
            self._take(*_LIST_JOINTS)
            spans.append(self._span(is_named=is_named))
        return tuple(spans)

    def _span(self, *, is_named: bool) -> Span:
        if self._take(Kind.ALL_DAY):
            return ALL_DAY
        joints = (*_SPAN_JOINTS, Kind.AND) if self._take(Kind.BETWEEN) else _SPAN_JOINTS
        start = self._expect(Kind.TIME)
        clock = self._take(Kind.CLOCK)
        is_whole = start.hour == MIDNIGHT and start.minute is None
        if is_whole and (clock or self._take(Kind.DURATION)):
            self._take(Kind.PER_DAY)
            return ALL_DAY
        self._expect(*joints)
        end = self._expect(Kind.TIME)
        if not (self._take(Kind.CLOCK) or clock):
            _refuse_dates(start, end, is_named=is_named)
        return _span_of(start, end)

    def _peek(self, ahead: int = 0) -> Kind | None:
        position = self._position + ahead
        return self._tokens[position].kind if position < len(self._tokens) else None

    def _take(self, *kinds: Kind) -> Token | None:
        if self._peek() not in kinds:
            return None
        self._position += 1
        return self._tokens[self._position - 1]

    def _expect(self, *kinds: Kind) -> Token:
        token = self._take(*kinds)
        if token is None:
            raise Doubt
        return token


def _refuse_dates(start: Token, end: Token, *, is_named: bool) -> None:
    """Raise `Doubt` over what may be two dates rather than times: `1.10-3.12`, or a bare `10-12`."""
    times = [time for time in (start, end) if not time.meridiem]
    if any(time.separator == "." and time.minute in MONTHS for time in times):
        raise Doubt
    is_bare = all(time.minute is None for time in times) and len(times) > 1
    if is_bare and not is_named and (0 < start.hour * HOUR < EARLY or end.hour * HOUR < AFTERNOON):
        raise Doubt


def _span_of(start: Token, end: Token) -> Span:
    """Return the one span that two times can mean."""
    is_twelve_hour = bool(start.meridiem or end.meridiem)
    readings = [
        (first, last or DAY)
        for first in _minutes(start, is_twelve_hour=is_twelve_hour)
        for last in _minutes(end, is_twelve_hour=is_twelve_hour)
    ]
    if len(readings) > 1:  # of `9-5pm` only nine in the morning runs forward
        readings = [(first, last) for first, last in readings if first < last]
    if len(readings) != 1:
        raise Doubt
    first, last = readings[0]
    if first == last % DAY and end.hour != MIDNIGHT:  # all day, or nothing
        raise Doubt
    if not is_twelve_hour and may_be_twelve_hour_clock(first, last):
        raise Doubt
    return first, last


def _minutes(time: Token, *, is_twelve_hour: bool) -> list[int]:
    """Return the minutes since midnight that a time may stand for."""
    minute = time.minute or 0
    if minute >= HOUR or time.hour * HOUR + minute > DAY:
        raise Doubt
    is_on_dial = 1 <= time.hour <= NOON
    if time.meridiem and not is_on_dial:
        raise Doubt
    if not is_twelve_hour or not is_on_dial:
        return [time.hour * HOUR + minute]
    morning = time.hour % NOON * HOUR + minute
    return [morning + NOON * HOUR * (half == "p") for half in time.meridiem or "ap"]
