"""The clock: the only place where the service reads the time.

Rules take `now` or `today` as an argument; whoever stands at an entry point asks the clock.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1900, 2199
OFFSET_LENGTH = len("+01:00")


class Clock(Protocol):
    """Tells the instant, and the local day of the network."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""

    def today(self) -> date:
        """Return the present day in the network's time zone."""


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's own clock, counting days in `zone`."""

    zone: ZoneInfo

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """Return the present day in the network's time zone."""
        return local_day(self.now(), self.zone)


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """Return the day on which an aware `instant` falls in `zone`."""
    return instant.astimezone(zone).date()


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the aware UTC instant at which `day` begins in `zone`."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def parse_instant(text: str, zone: ZoneInfo) -> datetime:
    """Read an ISO 8601 instant; without an offset it is local to `zone`. Returns aware UTC.

    A local time that the autumn change repeats means its first occurrence; one that the spring
    change skips is read with the offset in force before the change (PEP 495, fold=0).

    Raises:
        ValueError: the text is no such instant, or lies outside the years 1900 to 2199.
    """
    # An unescaped "+" in a query string arrives as a space.
    instant = datetime.fromisoformat(text.strip().replace(" ", "+", 1) if _lost_plus(text) else text.strip())
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=zone)
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError(f"instants lie between {FIRST_YEAR} and {LAST_YEAR}")
    return instant.astimezone(UTC)


def _lost_plus(text: str) -> bool:
    stripped = text.strip()
    return "T" in stripped and len(stripped) > OFFSET_LENGTH and stripped[-OFFSET_LENGTH] == " "
