"""All that one training day's page shows, put together from the rooms that know it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from aednet.accounts.rules import Caller, Permission
from aednet.base.errors import NotFound
from aednet.volunteers.facts import VolunteerFacts
from aednet.volunteers.queries import Sought, find_volunteer, find_volunteers
from aednet.volunteers.roster import search_roster
from aednet.volunteers.training.queries import (
    Booking,
    TrainingFacts,
    find_training,
    list_bookings,
)
from aednet.volunteers.training.rules import HOLD_A_SEAT, BookingState

SHORTEST_PHONE = 8  # digits; fewer are somebody's number in the list
TOLD_OF = 500  # people on one page; no hall holds more


class NobodyFound(Exception):
    """A text names nobody, or more than one: `fault` is `nobody` or `several`."""

    def __init__(self, fault: str) -> None:
        super().__init__("The text does not name one person.")
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Participant:
    """A volunteer of the caller's areas, and where they stand with the training day."""

    volunteer: VolunteerFacts
    state: BookingState

    @property
    def has_seat(self) -> bool:
        """Tell whether they hold a seat."""
        return self.state in HOLD_A_SEAT


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class People:
    """Who has to do with a training day: in order of their states, those who wait in their order."""

    participants: Sequence[Participant]
    elsewhere: int  # how many live in areas that are not the caller's
    known: frozenset[int]

    def in_state(self, *states: str) -> list[Participant]:
        """Return those who stand there."""
        return [one for one in self.participants if one.state in states]


def get_training(session: Session, training_id: int, caller: Caller) -> TrainingFacts:
    """Return a training day of the caller's areas, or of none, which is everybody's.

    Raises:
        NotFound: there is no such training day.
    """
    training = find_training(session, training_id)
    if training is None or not (training.area_id is None or caller.may_see_area(training.area_id)):
        raise NotFound("There is no such training day.")
    return training


def view_people(session: Session, training_id: int, caller: Caller) -> People | None:
    """Return who has to do with a training day, or None for a caller who may not know who people are."""
    if not caller.may(Permission.SEE_PEOPLE):
        return None
    bookings: Sequence[Booking] = list_bookings(session, training_id)[:TOLD_OF]
    ids = [booking.volunteer_id for booking in bookings]
    facts = find_volunteers(session, ids, within=caller.area_ids)
    participants = [
        Participant(volunteer=facts[booking.volunteer_id], state=booking.state)
        for booking in bookings
        if booking.volunteer_id in facts
    ]
    return People(
        participants=participants, elsewhere=len(bookings) - len(participants), known=frozenset(ids)
    )


def find_one(session: Session, text: str, caller: Caller, *, country: str) -> VolunteerFacts:
    """Return the one volunteer of the caller's areas whom a text names: a number, address or name.

    Raises:
        NobodyFound: it names nobody, or more than one.
    """
    if text.isascii() and text.isdecimal() and len(text) < SHORTEST_PHONE:
        found = find_volunteer(session, int(text), within=caller.area_ids)
        if found is None:
            raise NobodyFound("nobody")
        return found
    page = search_roster(session, Sought.parse(text, country), area_ids=caller.area_ids, limit=2)
    if len(page.rows) != 1:
        raise NobodyFound("several" if page.rows else "nobody")
    return page.rows[0]
