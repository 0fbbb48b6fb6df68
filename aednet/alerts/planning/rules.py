"""What people are reminded of, and on which days. Pure; the day comes in as an argument.

A reminder is told on one day, at the opening of the hours for messages, and may come late as long as its
window is open: who was down for three days tells what is still worth telling. Windows end where the next
message on the same thing begins, so that a delay never brings two of them at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from aednet.base.clock import local_day, start_of_day


class Rule(StrEnum):
    """What people are told of."""

    CHECK = "check"
    PADS = "pads"
    CHILD_PADS = "child_pads"
    BATTERY = "battery"
    DEVICE = "device"
    CERTIFICATE = "certificate"
    TRAINING = "training"
    AFTER_USE = "after_use"
    DIGEST = "digest"


class Occasion(StrEnum):
    """What people are told of when it happens."""

    REPLY = "reply"
    BY_HAND = "by_hand"  # what a coordinator writes
    INVITATION = "invitation"
    SEAT = "seat"  # one came free, for who waited longest
    TRAINING_CHANGED = "training_changed"
    CALLED_OFF = "called_off"


class SubjectKind(StrEnum):
    """What a reminder is about."""

    CABINET = "cabinet"
    VOLUNTEER = "volunteer"
    TRAINING = "training"
    AFTER_USE = "after_use"
    ACCOUNT = "account"
    INBOUND = "inbound"


class Stage(StrEnum):
    """Who is told of a check that nobody made."""

    KEEPER = "keeper"
    DEPUTIES = "deputies"
    COORDINATORS = "coordinators"


def days(*numbers: int) -> tuple[timedelta, ...]:
    """Return numbers of days as spans of time."""
    return tuple(timedelta(days=number) for number in numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """When people are told, and for how long it may be made up for. All are days; reminders.md's table."""

    check_every: timedelta = timedelta(days=30)  # HartslagNu; field.md
    # An AED is made for 5 to 30 degrees (makers; field.md), and heating that failed is seen at the cabinet
    # alone. About twice as often is our choice, and so are the months: those in which it freezes most.
    check_in_frost_every: timedelta = timedelta(days=14)
    frost_months: frozenset[int] = frozenset({12, 1, 2})
    deputies_after: timedelta = timedelta(days=7)
    coordinators_after: timedelta = timedelta(days=14)
    check_window: timedelta = timedelta(days=14)  # of the coordinators; the others' end with the next stage
    check_repeated_for: timedelta = timedelta(days=180)  # then nobody is coming; the desk shows it still

    expiry_before: tuple[timedelta, ...] = days(60, 30, 7, 0)
    expiry_window: timedelta = timedelta(days=7)  # the shortest span between two of them

    device_life_years: int = 10  # makers; field.md
    device_before: timedelta = timedelta(days=180)  # a grant or a collection takes a season
    device_window: timedelta = timedelta(days=30)

    certificate_before: tuple[timedelta, ...] = days(60, 30, 7, 0)
    certificate_window: timedelta = timedelta(days=7)

    training_before: timedelta = timedelta(days=1)  # made up for until it begins
    after_use_window: timedelta = timedelta(days=3)  # by then a coordinator has called

    digest_window: timedelta = timedelta(days=1)  # then there is a newer one

    @property
    def check_stages(self) -> tuple[tuple[Stage, timedelta, timedelta], ...]:
        """Who is told of a check, how long after it fell due, and how long that may be made up for."""
        return (
            (Stage.KEEPER, timedelta(0), self.deputies_after),
            (Stage.DEPUTIES, self.deputies_after, self.coordinators_after - self.deputies_after),
            (Stage.COORDINATORS, self.coordinators_after, self.check_window),
        )

    @property
    def check_repeats(self) -> int:
        """How often a check is asked for, each a whole interval after the other, while nobody makes it."""
        return self.check_repeated_for // self.check_every + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """From which local time of the network on reminders go out."""

    zone: ZoneInfo
    opens: time = time(9)

    def opening(self, day: date) -> datetime:
        """Return the aware UTC instant at which messages begin to go out on `day`."""
        return datetime.combine(day, self.opens, tzinfo=self.zone).astimezone(UTC)

    def start_of(self, day: date) -> datetime:
        """Return the aware UTC instant at which `day` begins."""
        return start_of_day(day, self.zone)

    def day_of(self, instant: datetime) -> date:
        """Return the network's day on which an aware instant falls."""
        return local_day(instant, self.zone)

    def is_open(self, told_on: date, window: timedelta, *, now: datetime) -> bool:
        """Tell whether what is told on that day is due, and not too old: `now` the window has not closed."""
        return told_on <= self.day_of(now) and now < self.opening(told_on + window)

    def open_days(self, window: timedelta, *, now: datetime) -> Iterator[date]:
        """Yield the days on which something was told, or is today, whose window is open `now`."""
        day = self.day_of(now)
        while self.is_open(day, window, now=now):
            yield day
            day -= timedelta(days=1)


def first_check_on(checked_on: date, *, indoors: bool, intervals: Intervals) -> date:
    """Return the day on which the next check is due.

    Out of doors it is the sooner one if that falls in a month of frost. So the first check of a winter comes
    when it would have, and only the ones after it come more often: no day brings everybody's at once.
    """
    sooner = checked_on + intervals.check_in_frost_every
    if not indoors and sooner.month in intervals.frost_months:
        return sooner
    return checked_on + intervals.check_every


def check_days(checked_on: date, *, indoors: bool, intervals: Intervals) -> Iterator[date]:
    """Yield the days on which a check falls due, and again while nobody makes it."""
    first = first_check_on(checked_on, indoors=indoors, intervals=intervals)
    for repeat in range(intervals.check_repeats):
        yield first + repeat * intervals.check_every


def device_ends_on(in_use_since_on: date, intervals: Intervals) -> date:
    """Return the day on which a device has served its years; of one of 29 February it is the 28th."""
    year = in_use_since_on.year + intervals.device_life_years
    try:
        return in_use_since_on.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
