"""All that one volunteer's page shows, put together from the rooms that know it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from aednet.accounts.rules import Caller
from aednet.base.errors import NotFound
from aednet.base.history import Event, EventPlace, history_of
from aednet.base.paging import Page
from aednet.cabinets.guarding.guarded import GuardedCabinet, list_guarded
from aednet.volunteers.alike import Alike, find_alike
from aednet.volunteers.facts import VolunteerFacts
from aednet.volunteers.queries import find_volunteer
from aednet.volunteers.records import ConsentFacts, CourseFacts, list_consents, list_courses
from aednet.volunteers.training.queries import OwnBooking, list_own_bookings

EVENTS = 20  # of the history on one page


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PersonView:
    """A volunteer and what is kept of them elsewhere."""

    volunteer: VolunteerFacts
    guarded: Sequence[GuardedCabinet]
    courses: Sequence[CourseFacts]
    bookings: Sequence[OwnBooking]
    consents: Sequence[ConsentFacts]
    alike: Sequence[Alike]
    history: Page[Event, EventPlace]


def get_person(session: Session, volunteer_id: int, caller: Caller) -> VolunteerFacts:
    """Return a volunteer of the caller's areas.

    Raises:
        NotFound: there is no such volunteer.
    """
    volunteer = find_volunteer(session, volunteer_id, within=caller.area_ids)
    if volunteer is None:
        raise NotFound("There is no such volunteer.")
    return volunteer


def view_person(
    session: Session, volunteer_id: int, caller: Caller, *, today: date, before: EventPlace | None
) -> PersonView:
    """Put together the page of a volunteer of the caller's areas.

    Raises:
        NotFound: there is no such volunteer.
    """
    volunteer = get_person(session, volunteer_id, caller)
    return PersonView(
        volunteer=volunteer,
        guarded=list_guarded(session, volunteer_id, today=today),
        courses=list_courses(session, volunteer_id),
        bookings=list_own_bookings(session, volunteer_id),
        consents=list_consents(session, volunteer_id),
        alike=find_alike(session, volunteer, within=caller.area_ids),
        history=history_of(session, f"volunteer {volunteer_id}", limit=EVENTS, before=before),
    )
