"""Making one of two volunteers who turn out to be the same person."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from aednet.areas.ground import Ground
from aednet.base import audit
from aednet.base.errors import Conflict, InvalidValue, NotFound
from aednet.base.phone import PhoneNumber
from aednet.volunteers.arrivals import Registrar
from aednet.volunteers.drafts import VolunteerChange
from aednet.volunteers.models import Volunteer
from aednet.volunteers.queries import lives_within, roles_of
from aednet.volunteers.rules import Status
from aednet.volunteers.services import change_volunteer, erase_volunteer
from aednet.volunteers.training.bookings import Booker, free_seat, hold_training
from aednet.volunteers.training.models import Course, TrainingBooking
from aednet.volunteers.training.rules import BookingState

BOTH_NOTES: Final = "both_notes"
LONGEST_NOTE: Final = 1_000  # characters, as of any note
FIELDS: Final = (
    "name",
    "phone",
    "email",
    "home",
    "roles",
    "course_on",
    "available",
    "travel_mode",
    "language",
    "note",
    BOTH_NOTES,
)
STRONGEST: Final = (  # of two bookings for one training day, the one that counts
    BookingState.ATTENDED,
    BookingState.ABSENT,
    BookingState.BOOKED,
    BookingState.WAITING,
    BookingState.INVITED,
    BookingState.DECLINED,
    BookingState.FREED,
)


class CannotMerge(Conflict):
    """Who stays has left, so that nothing can be added to them."""

    code = "cannot_merge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two volunteers who are one: who stays and who goes, and the state of each that was looked at."""

    keep_id: int
    other_id: int
    keep_version: str
    other_version: str


def hold_both(session: Session, pair: Pair, *, by: Registrar) -> None:
    """Let nobody else change either of them until this transaction ends.

    Raises:
        NotFound: one of them is not there for the registrar.
        InvalidValue: they are the same row.
        Conflict: somebody changed one of them since they were looked at.
        CannotMerge: who stays has left, and the other has not.
    """
    if pair.keep_id == pair.other_id:
        raise InvalidValue("Nobody is merged with themselves.")
    trainings = (
        select(TrainingBooking.training_id)
        .where(TrainingBooking.volunteer_id.in_([pair.keep_id, pair.other_id]))
        .distinct()
    )
    for training_id in sorted(session.scalars(trainings)):  # before the people, as bookings do
        hold_training(session, training_id, by=Booker(actor=by.actor, within=None))
    both = (Volunteer.id.in_([pair.keep_id, pair.other_id]), lives_within(by.within))
    found = {
        one.id: one
        for one in session.scalars(select(Volunteer).where(*both).order_by(Volunteer.id).with_for_update())
    }
    if len(found) != len({pair.keep_id, pair.other_id}):
        raise NotFound("There is no such volunteer.")
    keep, other = found[pair.keep_id], found[pair.other_id]
    seen = (pair.keep_version, pair.other_version)
    if (keep.updated_at.isoformat(), other.updated_at.isoformat()) != seen:
        raise Conflict("One of the two was changed meanwhile: look again, and then merge.")
    if keep.status is Status.LEFT and other.status is not Status.LEFT:
        raise CannotMerge("Who stays has left.")


def merge_volunteers(
    session: Session,
    pair: Pair,
    *,
    from_other: Collection[str],
    by: Registrar,
    ground: Ground,
    now: datetime,
    today: date,
) -> None:
    """Give who stays the fields named of the other, who is then erased; courses and bookings go along.

    What other rooms keep by the other's number is to be moved before. What the other consented to remains
    on record, withdrawn.

    Raises:
        NotFound, Conflict, CannotMerge, InvalidValue: as `hold_both`.
    """
    hold_both(session, pair, by=by)
    keep, other = (session.get_one(Volunteer, own) for own in (pair.keep_id, pair.other_id))
    _move_bookings(session, pair, by=by, now=now)
    session.execute(
        update(Course).where(Course.volunteer_id == pair.other_id).values(volunteer_id=pair.keep_id)
    )
    values = _values(keep, other, from_other)
    if values:
        change_volunteer(
            session,
            pair.keep_id,
            VolunteerChange.model_validate(values),
            by=by,
            ground=ground,
            now=now,
            today=today,
        )
    erase_volunteer(session, pair.other_id, by=by, now=now)
    audit.record(
        session,
        at=now,
        actor=by.actor,
        action="volunteers_merged",
        subject=f"volunteer {pair.keep_id}",
        detail={"other": str(pair.other_id), "fields": ", ".join(sorted(from_other))},
    )


def _values(keep: Volunteer, other: Volunteer, names: Collection[str]) -> dict[str, Any]:
    """Return the named fields of the other as a change of who stays names them.

    Raises:
        InvalidValue: both notes together are too long.
    """
    notes = "\n".join(note for note in (keep.note, other.note) if note) or None
    if BOTH_NOTES in names and len(notes or "") > LONGEST_NOTE:
        raise InvalidValue("The notes are too long together.", fields={"note": "choose one"})
    known: dict[str, dict[str, Any]] = {
        "name": {"name": other.name},
        "phone": {"phone": PhoneNumber(e164=other.phone)},
        "email": {"email": other.email},
        "home": {"lat": other.home.lat, "lon": other.home.lon},
        "roles": {"roles": roles_of(responds=other.responds, fetches=other.fetches, guards=other.guards)},
        "course_on": {"course_on": other.course_on},
        "available": {"available": other.available},
        "travel_mode": {"travel_mode": other.travel_mode},
        "language": {"language": other.language},
        "note": {"note": other.note},
        BOTH_NOTES: {"note": notes},
    }
    return {field: value for name in FIELDS if name in names for field, value in known[name].items()}


def _move_bookings(session: Session, pair: Pair, *, by: Registrar, now: datetime) -> None:
    """Give who stays the other's bookings; of two for one training day the stronger one is left."""
    theirs = {one.training_id: one for one in _bookings(session, pair.other_id)}
    own = {one.training_id: one for one in _bookings(session, pair.keep_id)}
    doubled = sorted(theirs.keys() & own.keys())
    for training_id in doubled:
        strong, weak = sorted(
            (theirs.pop(training_id), own[training_id]), key=lambda one: STRONGEST.index(one.state)
        )
        session.delete(weak)
        session.flush()
        strong.volunteer_id = pair.keep_id
    for one in theirs.values():
        one.volunteer_id = pair.keep_id
    session.flush()
    for training_id in doubled:
        free_seat(session, training_id, by=Booker(actor=by.actor, within=None), now=now)


def _bookings(session: Session, volunteer_id: int) -> list[TrainingBooking]:
    return list(session.scalars(select(TrainingBooking).where(TrainingBooking.volunteer_id == volunteer_id)))
