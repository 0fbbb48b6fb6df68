"""The demo's clock: the machine's own, moved on by as much as its visitors asked for.

How far lies in a file of the instance, so that the pages and the worker, which are processes of their own,
agree at once.
"""

import os
import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil
from pathlib import Path
from zoneinfo import ZoneInfo

from aednet.base.clock import local_day
from aednet.config import Settings

FILE = "demo_clock"  # whole seconds, as text
FURTHEST = timedelta(days=3_650)  # ten years: past that the example network has nothing left to show


@dataclass(frozen=True, slots=True)
class MovedClock:
    """The machine's clock and what lies between it and the demo's, counting days in `zone`."""

    zone: ZoneInfo
    file: Path

    @classmethod
    def of(cls, settings: Settings) -> "MovedClock":
        """Return the clock of an instance."""
        return cls(settings.zone, settings.instance / FILE)

    def now(self) -> datetime:
        """Return the demo's instant, aware, in UTC."""
        return datetime.now(UTC) + self.moved()

    def today(self) -> date:
        """Return the demo's day in the network's time zone."""
        return local_day(self.now(), self.zone)

    def moved(self) -> timedelta:
        """Return how far the clock has been moved on."""
        try:
            return timedelta(seconds=int(self.file.read_text()))
        except (FileNotFoundError, ValueError):
            return timedelta(0)

    def way_to(self, instant: datetime) -> timedelta:
        """Return how far the clock is to be moved on to reach an instant: not back, and only so far."""
        return max(timedelta(0), min(instant, datetime.now(UTC) + FURTHEST) - self.now())

    def move_on(self, by: timedelta) -> None:
        """Move the clock on, to the whole second that follows."""
        complete = self.file.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        complete.write_text(str(ceil((self.moved() + by).total_seconds())))
        complete.replace(self.file)
