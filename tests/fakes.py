"""Stand-ins that a test moves by hand."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tests.factories import NOW


@dataclass(slots=True)
class MovableClock:
    """A clock that stands still until a test moves it; its days are those of UTC."""

    instant: datetime = NOW

    def now(self) -> datetime:
        return self.instant

    def today(self) -> date:
        return self.instant.date()

    def move(self, by: timedelta) -> None:
        self.instant += by
