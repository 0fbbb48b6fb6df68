"""Lists that are merged into one by urgency: what each of them has to understand of the whole.

A thing's place in the list of its own kind is an instant and its number. A day counts as the instant at
which it begins in UTC, which is enough to put things in order; what has no day comes last, as `NEVER`.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from aednet.base.database import LARGEST_ID

NEVER = datetime.max.replace(tzinfo=UTC)
BEFORE_ALL_IDS = -1


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Spot:
    """A place in the list of one kind: things go by `at`, and those of one instant by `id`."""

    at: datetime
    id: int

    def on_day(self, *, lag: timedelta = timedelta()) -> tuple[date, int]:
        """Return this spot among things that go by a day which lies `lag` before `at`, and by id.

        What comes behind the result among those comes behind this spot, and nothing else does.
        """
        if self.at.date() < date.min + lag:
            return date.min, BEFORE_ALL_IDS
        begins_day = self.at.timetz() == time.min.replace(tzinfo=UTC)
        return self.at.date() - lag, self.id if begins_day else LARGEST_ID


def begin_of(day: date) -> datetime:
    """Return the instant by which a day is put in order."""
    return datetime.combine(day, time.min, tzinfo=UTC)
