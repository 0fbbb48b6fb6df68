"""When a cabinet can be reached: OpenStreetMap's `opening_hours`, asked for one instant.

The library opening-hours-py does the evaluation. This module keeps it honest: what the library can
only guess at is unknown here, because a guess may send somebody to a locked door.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from opening_hours import (  # type: ignore[attr-defined]  # its stub leaves out the errors
    OpeningHours,
    UnknownCountryError,
)

from aednet.cabinets.hours.syntax import readable_steps

HORIZON_DAYS = 366  # what does not change for longer is taken not to change at all
MINUTE = timedelta(minutes=1)  # the finest that opening hours can say
MAX_CHANGES = 100  # looked at in vain before giving up: nothing that people write has so many

Answer = TypeVar("Answer")


class Openness(StrEnum):
    """What is known about a cabinet's door at one instant."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalCalendar:
    """The clock and the public holidays that opening hours are written in.

    Args:
        timezone: An IANA name such as `Europe/Amsterdam`.
        country: An ISO 3166 code in capitals such as `NL`. Its national holidays count, those of
            a region or a lustrum (5 May) do not; the library knows them from 2000 to 2075.

    Raises:
        ValueError: There is no such time zone, or no holidays are known for the country.
    """

    timezone: str
    country: str

    def __post_init__(self) -> None:
        try:
            OpeningHours("24/7", timezone=self.zone, country=self.country)
        except (UnknownCountryError, KeyError) as error:
            raise ValueError(f"no calendar for {self.timezone} and {self.country}") from error

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which hours and days are counted."""
        return ZoneInfo(self.timezone)

    def day_of(self, at: datetime) -> date:
        """Return the local day on which an instant falls.

        Raises:
            ValueError: `at` carries no time zone, or is in the first or last years there are.
        """
        return _checked(at).astimezone(self.zone).date()


def openness(text: str | None, at: datetime, calendar: LocalCalendar) -> Openness:
    """Tell whether these hours say open at an instant; they open on the minute and close on it.

    Hours that are missing, unreadable or longer than `MAX_LENGTH` are unknown. So is a rule with
    nothing but a comment (`Mo-Fr 08:00-18:00 "bel aan"`), as OpenStreetMap's specification has it.

    Raises:
        ValueError: `at` carries no time zone, or is in the first or last years there are.
    """
    return _openness(_timetable(text or "", calendar.country), _wall_clock(_checked(at), calendar.zone))


def next_change(text: str | None, at: datetime, calendar: LocalCalendar) -> datetime | None:
    """Return the first instant (UTC) after `at` at which `openness` differs from that at `at`.

    None when the hours are unreadable or stay as they are for `HORIZON_DAYS`.

    Raises:
        ValueError: `at` carries no time zone, or is in the first or last years there are.
    """
    timetable = _timetable(text or "", calendar.country)
    now = openness(text, at, calendar)
    change = at.astimezone(UTC)
    for _ in range(MAX_CHANGES):
        boundary = _next_boundary(timetable, change, calendar.zone)
        if boundary is None:
            return None
        if _openness(timetable, _wall_clock(boundary, calendar.zone)) is not now:
            return boundary
        change = boundary
    return None


class HoursAtInstant:
    """Openness at one instant, worked out once for each distinct text."""

    def __init__(self, at: datetime, calendar: LocalCalendar) -> None:
        self._at = at
        self._calendar = calendar
        self._known: dict[str | None, Openness] = {}

    def openness(self, text: str | None) -> Openness:
        """Return what the function `openness` says of this text at this instant."""
        if text not in self._known:
            self._known[text] = openness(text, self._at, self._calendar)
        return self._known[text]


@lru_cache(maxsize=4_096)
def _timetable(text: str, country: str) -> tuple[OpeningHours, ...]:
    """Parse hours into their fallback steps; empty when unreadable.

    They are asked by the clock on the wall: when autumn repeats an hour, the library's own arithmetic
    with zones calls the last minute of the first run closed, and skips that run when it looks ahead.
    """
    return tuple(
        OpeningHours(step, country=country, max_interval_days=HORIZON_DAYS) for step in readable_steps(text)
    )


def _openness(timetable: Iterable[OpeningHours], wall: datetime) -> Openness:
    """Ask each fallback step until one does not say closed."""
    answer = Openness.UNKNOWN
    for step in timetable:
        state = _ask(step.state, wall)
        answer = Openness(str(state[0])) if state else Openness.UNKNOWN
        if answer is not Openness.CLOSED:
            break
    return answer


def _ask(question: Callable[[datetime], Answer], wall: datetime) -> Answer | None:
    """Put a question to the library; None when it panics, which in Python is no `Exception`."""
    try:
        return question(wall)
    except BaseException as error:
        if type(error).__module__ != "pyo3_runtime":
            raise
        return None


def _next_boundary(timetable: Iterable[OpeningHours], after: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the next instant at which a rule begins or ends, or at which the clock is set back."""
    wall = _wall_clock(after, zone)
    walls = [boundary for step in timetable if (boundary := _ask(step.next_change, wall))]
    boundaries = [_first_showing(min(walls), after, zone)] if walls else []
    return min([*boundaries, *_clock_set_back(after, zone)], default=None)


def _first_showing(wall: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant after `after` at which the clock shows `wall`, or skips it."""
    runs = (wall.replace(tzinfo=zone, fold=run).astimezone(UTC) for run in (0, 1))
    instant = max(min(runs), _next_minute(after))
    while _wall_clock(instant, zone) < wall:
        instant += MINUTE
    return instant


def _clock_set_back(after: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the instant at which the clock is set back, if it is showing an hour's first run."""
    local = after.astimezone(zone)
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        instant = _next_minute(after)
        while instant.astimezone(zone).utcoffset() == local.utcoffset():
            instant += MINUTE
        yield instant


def _next_minute(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0) + MINUTE


def _wall_clock(at: datetime, zone: ZoneInfo) -> datetime:
    """Return what a clock in `zone` shows at an instant."""
    return at.astimezone(zone).replace(tzinfo=None)


def _checked(at: datetime) -> datetime:
    """Return `at` if a year before and after it can be worked with."""
    if at.utcoffset() is None:
        raise ValueError(f"{at} carries no time zone")
    if not MINYEAR < at.year < MAXYEAR - 1:
        raise ValueError(f"{at} is at the edge of the calendar")
    return at
