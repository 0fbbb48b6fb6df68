"""What the list of cabinets is asked for, and what it answers line by line."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from aednet.cabinets.rules import Readiness, Status, Upkeep, readiness


class Order(StrEnum):
    """By what the list goes."""

    REF = "ref"
    CHECK = "check"  # never checked first, then the longest waiting
    LAPSE = "lapse"  # out of service already, then what lapses first


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which cabinets are asked for. Without status or words: those that are neither planned nor retired.

    `area_ids` is None for all areas and what lies in none. `words` are folded, and each has to begin a word
    of the cabinet; None asks for no words, and an empty list for something that no cabinet is called.
    """

    area_ids: Collection[int] | None
    order: Order = Order.REF
    words: Sequence[str] | None = None
    status: Status | None = None
    readiness: Readiness | None = None
    without_guardian: bool = False
    lapsing_until: date | None = None  # the last day on which what lapses may still be used


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a cabinet stands: by its reference, or by a day, None for never, and its id."""

    ref: str = ""
    day: date | None = None
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCabinet:
    """A cabinet as a line of the list."""

    id: int
    ref: str
    name: str
    address: str | None
    area_name: str | None
    check_due_on: date | None
    fails_on: date
    has_guardian: bool
    upkeep: Upkeep

    @property
    def lapses_on(self) -> date | None:
        """The last day of the pads or the battery, whichever is the earlier."""
        days = (self.upkeep.pads_expire_on, self.upkeep.battery_expires_on)
        return min((day for day in days if day is not None), default=None)

    def readiness(self, today: date) -> Readiness:
        """Work out whether the cabinet can be relied upon `today`."""
        return readiness(self.upkeep, today=today)
