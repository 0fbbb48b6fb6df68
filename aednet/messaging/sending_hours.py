"""When reminders may be sent: between two local hours, none of which a change of the clocks can touch."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final, Self
from zoneinfo import ZoneInfo

EARLIEST: Final = time(3)  # clocks change between 02:00 and 03:00
LAST_CALL: Final = timedelta(minutes=1)  # a message sent in the last minute might arrive after closing
LONGEST_VALIDITY: Final = timedelta(seconds=36_000)  # what Twilio takes at most


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingHours:
    """From `opens` until `closes`, each day, local to `zone`."""

    opens: time
    closes: time
    zone: ZoneInfo

    @classmethod
    def parse(cls, text: str, zone: ZoneInfo) -> Self:
        """Read `09:00-20:00`.

        Raises:
            ValueError: the text is no such span, or it begins before 03:00 or does not end after it begins.
        """
        begin, dash, end = text.strip().partition("-")
        if not dash:
            raise ValueError("wants two hours, such as 09:00-20:00")
        opens, closes = time.fromisoformat(begin.strip()), time.fromisoformat(end.strip())
        if opens.tzinfo or closes.tzinfo or not EARLIEST <= opens < closes:
            raise ValueError("wants two local hours from 03:00 on, the earlier first, such as 09:00-20:00")
        return cls(opens=opens, closes=closes, zone=zone)

    def are_open(self, now: datetime) -> bool:
        """Tell whether a message may leave now, so that it arrives before closing."""
        return self._opening(now) <= now < self.closing(now) - LAST_CALL

    def next_opening(self, now: datetime) -> datetime:
        """Return `now` if messages may leave, else the next instant at which they may. Aware UTC."""
        if self.are_open(now):
            return now
        opening = self._opening(now)
        return opening if now < opening else self.opening_next_day(now)

    def opening_next_day(self, now: datetime) -> datetime:
        """Return when they open on the local day after that of `now`. Aware UTC."""
        tomorrow = now.astimezone(self.zone).date() + timedelta(days=1)
        return datetime.combine(tomorrow, self.opens, tzinfo=self.zone).astimezone(UTC)

    def closing(self, now: datetime) -> datetime:
        """Return when they close on the local day of `now`. Aware UTC."""
        return datetime.combine(now.astimezone(self.zone).date(), self.closes, self.zone).astimezone(UTC)

    def _opening(self, now: datetime) -> datetime:
        return datetime.combine(now.astimezone(self.zone).date(), self.opens, self.zone).astimezone(UTC)


def validity(deliver_by: datetime, now: datetime) -> timedelta:
    """Return how long the provider may go on trying: until `deliver_by`, at most ten hours."""
    return min(deliver_by - now, LONGEST_VALIDITY)
