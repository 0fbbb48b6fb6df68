"""Decisions about volunteers: what they count as and when they are there. Pure; the day is an argument."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations
from typing import Final


class Role(StrEnum):
    """What a volunteer does."""

    RESPONDER = "responder"
    FETCHER = "fetcher"
    GUARDIAN = "guardian"


class Status(StrEnum):
    """Where a volunteer stands: registered, taking part, away for a while, gone."""

    NEW = "new"
    ACTIVE = "active"
    PAUSED = "paused"
    LEFT = "left"


class TravelMode(StrEnum):
    """How a volunteer comes."""

    WALK = "walk"
    CYCLE = "cycle"
    CAR = "car"


class Language(StrEnum):
    """The language in which a volunteer is written to."""

    NL = "nl"
    EN = "en"


class ConsentKind(StrEnum):
    """What a volunteer said about the keeping of their data, or about messages alone."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"
    RESUMED = "resumed"


class ConsentWay(StrEnum):
    """By which way they said so."""

    JOIN_PAGE = "join_page"
    COORDINATOR = "coordinator"
    EXAMPLE = "example"
    SMS = "sms"


class Shift(StrEnum):
    """A part of the week in which somebody can come."""

    WEEKDAY_DAY = "weekday_day"
    WEEKDAY_EVENING = "weekday_evening"
    WEEKDAY_NIGHT = "weekday_night"
    WEEKEND_DAY = "weekend_day"
    WEEKEND_EVENING = "weekend_evening"
    WEEKEND_NIGHT = "weekend_night"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a volunteer will do, and the day to which their certificate counts, if they have one."""

    roles: frozenset[Role]
    certificate_lapses_on: date | None


def certificate_lapses_on(course_on: date) -> date:
    """Return the last day on which the certificate of a course counts: the same day a year later.

    Of a course on 29 February it is the 28th. One year: hartslagnu.nl and the NRR; field.md.
    """
    try:
        return course_on.replace(year=course_on.year + 1)
    except ValueError:
        return date(course_on.year + 1, 2, 28)


def has_current_certificate(lapses_on: date | None, *, today: date) -> bool:
    """Tell whether a certificate counts: up to and including the day on which it lapses."""
    return lapses_on is not None and today <= lapses_on


def is_responder(promise: Promise, *, today: date) -> bool:
    """Tell whether somebody may be called out: they will respond and their certificate counts."""
    return Role.RESPONDER in promise.roles and has_current_certificate(
        promise.certificate_lapses_on, today=today
    )


def roles_on(promise: Promise, *, today: date) -> frozenset[Role]:
    """Return what somebody counts as: who will respond but is not trained `today` fetches an AED instead."""
    if Role.RESPONDER not in promise.roles or is_responder(promise, today=today):
        return promise.roles
    return promise.roles - {Role.RESPONDER} | {Role.FETCHER}


ALWAYS: Final = "24/7"
WEEKDAYS: Final = "Mo-Fr"
WEEKEND: Final = "Sa-Su"

# Hours of one calendar day, so that no rule reaches past midnight into the next one's day. When day,
# evening and night begin is our choice.
HOURS: Final = {
    Shift.WEEKDAY_DAY: (WEEKDAYS, ((7, 18),)),
    Shift.WEEKDAY_EVENING: (WEEKDAYS, ((18, 23),)),
    Shift.WEEKDAY_NIGHT: (WEEKDAYS, ((0, 7), (23, 24))),
    Shift.WEEKEND_DAY: (WEEKEND, ((7, 18),)),
    Shift.WEEKEND_EVENING: (WEEKEND, ((18, 23),)),
    Shift.WEEKEND_NIGHT: (WEEKEND, ((0, 7), (23, 24))),
}


def hours_of(shifts: Collection[Shift]) -> str:
    """Return parts of the week as OpenStreetMap's `opening_hours`; all of them are `24/7`.

    Holidays are not mentioned, so that they count as the weekday they fall on.

    Raises:
        ValueError: there are none.
    """
    if not shifts:
        raise ValueError("hours need at least one part of the week")
    if set(shifts) == set(Shift):
        return ALWAYS
    rules = []
    for days in (WEEKDAYS, WEEKEND):
        spans = sorted(span for shift in shifts for span in HOURS[shift][1] if HOURS[shift][0] == days)
        if spans:
            rules.append(f"{days} {','.join(f'{start:02}:00-{end:02}:00' for start, end in _joined(spans))}")
    return "; ".join(rules)


def shifts_of(hours: str | None) -> frozenset[Shift] | None:
    """Return the parts of the week that `hours_of` wrote as `hours`, or None where others wrote them."""
    return SHIFTS_OF.get(hours or "")


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join spans, in order, that touch each other."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _every_choice() -> dict[str, frozenset[Shift]]:
    choices = (frozenset(some) for count in range(1, len(Shift) + 1) for some in combinations(Shift, count))
    return {hours_of(some): some for some in choices}


SHIFTS_OF: Final = _every_choice()


def may_become(now: Status, wanted: Status) -> bool:
    """Tell whether a status may follow: who left registers anew, and nobody becomes new again."""
    return now is wanted or (now is not Status.LEFT and wanted is not Status.NEW)
