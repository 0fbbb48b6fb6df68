"""The hours of the week, at which maps and charts look at the network. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo


class Weekday(StrEnum):
    """A day of the week, in order."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


WEEK = tuple(Weekday)


@dataclass(frozen=True, slots=True, kw_only=True)
class HourOfWeek:
    """A full hour as clocks on the wall show it; `hour` is 0 to 23."""

    weekday: Weekday
    hour: int

    @classmethod
    def during(cls, instant: datetime, zone: ZoneInfo) -> Self:
        """Return the hour in which an aware instant falls in `zone`."""
        local = instant.astimezone(zone)
        return cls(weekday=WEEK[local.weekday()], hour=local.hour)

    def from_day(self, day: date, zone: ZoneInfo) -> datetime:
        """Return the instant (UTC) of this hour on the first such weekday from `day` on.

        Of an hour that autumn repeats it is the first run; for one that spring skips, the hour after it.
        """
        ahead = timedelta(days=(WEEK.index(self.weekday) - day.weekday()) % len(WEEK))
        return datetime.combine(day + ahead, time(self.hour), tzinfo=zone).astimezone(UTC)
