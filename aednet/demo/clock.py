"""The demo's clock: the machine's own, moved on by as much as its visitors asked for.

How far lies in a file of the instance, so that the pages and the worker, which are processes of their own,
agree at once.
"""

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
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

    def move_on(self, by: timedelta) -> timedelta:
        """Move the clock on, never back, and to ten years at most. Returns by how much it was moved."""
        before = self.moved()
        after = min(max(before, before + by), FURTHEST)
        complete = self.file.with_suffix(f".{os.getpid()}")
        complete.write_text(str(int(after.total_seconds())))
        complete.replace(self.file)
        return after - before
