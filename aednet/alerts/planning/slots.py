"""The days of the rules, looked at from `today`: which dates, found in the database, are told of now. Pure.

`rules.py` counts forward from a cabinet's date to the days on which it is told. A database answers sooner the
other way round: the few days whose window is open are a small table, and what falls on one of them is joined
to it by equality, over an index. The table covers every day of the window, so that nothing is lost by a
missed run; and since the days are counted here, SQL needs no arithmetic with dates.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from aednet.alerts.planning.rules import Hours, Intervals, Stage, device_ends_on, first_check_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A date that may stand in the database, and when it is told of."""

    watched_on: date
    told_on: date
    due_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSlot:
    """A day on which checks fell due, and when and to whom they are told of."""

    occurrence_on: date
    stage: Stage
    told_on: date
    due_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LastCheck:
    """A day of a last check, and one on which the next fell due, or due again, after it.

    `indoors` and `outdoors` say of which cabinets that holds.
    """

    checked_on: date
    check_due_on: date  # as cabinets keep it, without regard to frost
    indoors: bool
    outdoors: bool
    occurrence_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySlot:
    """A local day as a span of instants, and when what happens within it is told of."""

    begins_at: datetime
    ends_at: datetime
    told_on: date
    due_at: datetime
    expires_at: datetime


def before_expiry(
    before: tuple[timedelta, ...], window: timedelta, *, now: datetime, hours: Hours
) -> Iterator[Slot]:
    """Yield the dates of which somebody is told that many days before."""
    for told_on in hours.open_days(window, now=now):
        for span in before:
            yield _slot(told_on + span, told_on, window, hours)


def before_device_ends(intervals: Intervals, *, now: datetime, hours: Hours) -> Iterator[Slot]:
    """Yield the days since which a device of which a coordinator is told may be in use."""
    for told_on in hours.open_days(intervals.device_window, now=now):
        for since_on in _in_use_since(told_on + intervals.device_before, intervals):
            yield _slot(since_on, told_on, intervals.device_window, hours)


def of_checks(intervals: Intervals, *, now: datetime, hours: Hours) -> Iterator[CheckSlot]:
    """Yield the days on which checks fell due that are told of now."""
    for stage, after, window in intervals.check_stages:
        for told_on in hours.open_days(window, now=now):
            yield CheckSlot(
                occurrence_on=told_on - after,
                stage=stage,
                told_on=told_on,
                due_at=hours.opening(told_on),
                expires_at=hours.opening(told_on + window),
            )


def last_checks(occurrences: Iterable[date], intervals: Intervals) -> Iterator[LastCheck]:
    """Yield the days of last checks after which a check falls due on one of the days given."""
    for occurrence_on in sorted(set(occurrences)):
        for repeat in range(intervals.check_repeats):
            first_on = occurrence_on - repeat * intervals.check_every
            for checked_on in (first_on - intervals.check_every, first_on - intervals.check_in_frost_every):
                indoors, outdoors = (
                    first_check_on(checked_on, indoors=indoors, intervals=intervals) == first_on
                    for indoors in (True, False)
                )
                if indoors or outdoors:
                    yield LastCheck(
                        checked_on=checked_on,
                        check_due_on=checked_on + intervals.check_every,
                        indoors=indoors,
                        outdoors=outdoors,
                        occurrence_on=occurrence_on,
                    )


def before_day(span: timedelta, *, now: datetime, hours: Hours) -> Iterator[DaySlot]:
    """Yield the days before whose events somebody is told: from the one that `now` is on, up to today's."""
    today = hours.day_of(now)
    day = today
    while day - span <= today:
        yield _day_slot(day, told_on=day - span, expires_on=day + timedelta(days=1), hours=hours)
        day += timedelta(days=1)


def since_day(window: timedelta, *, now: datetime, hours: Hours) -> Iterator[DaySlot]:
    """Yield the days of whose events somebody is told at once, as long as that is not too late."""
    for day in hours.open_days(window, now=now):
        yield _day_slot(day, told_on=day, expires_on=day + window, hours=hours)


def _slot(watched_on: date, told_on: date, window: timedelta, hours: Hours) -> Slot:
    return Slot(
        watched_on=watched_on,
        told_on=told_on,
        due_at=hours.opening(told_on),
        expires_at=hours.opening(told_on + window),
    )


def _day_slot(day: date, *, told_on: date, expires_on: date, hours: Hours) -> DaySlot:
    return DaySlot(
        begins_at=hours.start_of(day),
        ends_at=hours.start_of(day + timedelta(days=1)),
        told_on=told_on,
        due_at=hours.opening(told_on),
        expires_at=hours.opening(expires_on),
    )


def _in_use_since(ends_on: date, intervals: Intervals) -> Iterator[date]:
    """Yield the days on which a device was put in use that has served its years on `ends_on`."""
    year = ends_on.year - intervals.device_life_years
    for day in (ends_on.day, ends_on.day + 1):  # the next one where it is the 29th of February
        try:
            since_on = date(year, ends_on.month, day)
        except ValueError:
            continue
        if device_ends_on(since_on, intervals) == ends_on:
            yield since_on
