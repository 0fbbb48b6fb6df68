"""Decisions about training days: who has a seat, who waits, who is asked. Pure; time is an argument."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

LAPSES_WITHIN: Final = timedelta(days=60)  # the first reminder goes out then; our choice
LAPSED_SINCE: Final = timedelta(days=365)  # longer ago, somebody has most likely stopped; our choice
IN_REACH_M: Final = 10_000.0  # a quarter of an hour by car in the country; our choice
MOST_SEATS: Final = 500  # a hall; more is a slip of the keyboard


class TrainingState(StrEnum):
    """Where a training day stands."""

    PLANNED = "planned"
    CANCELLED = "cancelled"
    HELD = "held"


class BookingState(StrEnum):
    """Where a volunteer stands with a training day; freed are those of one that was cancelled."""

    INVITED = "invited"
    BOOKED = "booked"
    WAITING = "waiting"
    DECLINED = "declined"
    ATTENDED = "attended"
    ABSENT = "absent"
    FREED = "freed"


HOLD_A_SEAT: Final = frozenset({BookingState.BOOKED, BookingState.ATTENDED, BookingState.ABSENT})
NOTED: Final = frozenset({BookingState.ATTENDED, BookingState.ABSENT})
EXPECTED: Final = frozenset({BookingState.INVITED, BookingState.BOOKED, BookingState.WAITING})


def free_seats(states: Collection[BookingState], *, seats: int) -> int:
    """Return how many seats nobody holds; an invitation holds none."""
    return max(0, seats - sum(state in HOLD_A_SEAT for state in states))


def state_of_who_comes(now: BookingState | None, *, free: int, waiting: int) -> BookingState:
    """Return where somebody stands who says that they will come.

    Who has a seat keeps it and who waits goes on waiting. A free seat is for whoever waits longest, so
    that nobody new gets one while others wait.
    """
    if now is not None and (now in HOLD_A_SEAT or now is BookingState.WAITING):
        return now
    return BookingState.BOOKED if free > waiting else BookingState.WAITING


def may_be_invited(now: BookingState | None) -> bool:
    """Tell whether an invitation says anything new: not to who answered yes or was there."""
    return now in {None, BookingState.DECLINED}


def has_begun(begins_at: datetime, *, now: datetime) -> bool:
    """Tell whether a training day has begun, from when on it can be said who was there."""
    return begins_at <= now
