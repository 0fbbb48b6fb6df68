"""Who comes to a training day: asking, seats and the waiting list.

Each use case holds the training day first, so that of two at once one waits for the other and no seat is
given twice.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.accounts.rules import Caller
from aednet.base import audit
from aednet.base.errors import Conflict, NotFound
from aednet.volunteers.models import Volunteer
from aednet.volunteers.moving_up import tell_moved_up
from aednet.volunteers.queries import is_number, lives_within
from aednet.volunteers.rules import Status
from aednet.volunteers.training.models import Training, TrainingBooking
from aednet.volunteers.training.rules import (
    EXPECTED,
    NOTED,
    BookingState,
    TrainingState,
    free_seats,
    has_begun,
    may_be_invited,
    state_of_who_comes,
)


class TrainingClosed(Conflict):
    """The training day was cancelled, or is too far along for this."""

    code = "training_closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Booker:
    """Who books: a coordinator within their areas, or with None whoever answers for themselves."""

    actor: str
    within: frozenset[int] | None

    @classmethod
    def of(cls, caller: Caller) -> Self:
        """Return whoever asks, as somebody who books."""
        return cls(actor=caller.actor, within=caller.area_ids)

    def may_see(self, area_id: int | None) -> bool:
        """Tell whether a training day of an area is there for them; one of no area is there for all."""
        return area_id is None or self.within is None or area_id in self.within


def invite(
    session: Session, training_id: int, volunteer_ids: Collection[int], *, by: Booker, now: datetime
) -> list[int]:
    """Note that these volunteers are asked to come. Returns who is newly so; an invitation holds no seat.

    Raises:
        NotFound: there is no such training day, or one of them does not live in the booker's areas.
        TrainingClosed: it was cancelled, or has begun.
    """
    training = hold_training(session, training_id, by=by)
    if training.state is not TrainingState.PLANNED or has_begun(training.begins_at, now=now):
        raise TrainingClosed("The training day takes no invitations any more.")
    known = {one.volunteer_id: one for one in list_held_bookings(session, training.id)}
    asked = []
    for own in sorted(set(volunteer_ids)):
        get_volunteer(session, own, by=by)
        if may_be_invited(known[own].state if own in known else None):
            asked.append(own)
    for own in asked:
        put_booking(session, known.get(own), training.id, own, BookingState.INVITED, now=now)
        record_booking(session, training.id, "training_invited", own, by=by, now=now)
    session.flush()
    return asked


def accept(
    session: Session, training_id: int, volunteer_id: int, *, by: Booker, now: datetime
) -> BookingState:
    """Give somebody who will come a seat, or a place on the waiting list. Returns which it is.

    Said again it changes nothing. Who comes in when it has begun is welcome.

    Raises:
        NotFound: there is no such training day, or no such volunteer for the booker.
        TrainingClosed: it was cancelled.
    """
    training = hold_training(session, training_id, by=by)
    if training.state is TrainingState.CANCELLED:
        raise TrainingClosed("The training day was cancelled.")
    get_volunteer(session, volunteer_id, by=by)
    bookings = list_held_bookings(session, training.id)
    own = next((one for one in bookings if one.volunteer_id == volunteer_id), None)
    states = [one.state for one in bookings]
    wanted = state_of_who_comes(
        None if own is None else own.state,
        free=free_seats(states, seats=training.seats),
        waiting=states.count(BookingState.WAITING),
    )
    if own is None or own.state is not wanted:
        put_booking(session, own, training.id, volunteer_id, wanted, now=now)
        record_booking(session, training.id, f"training_{wanted}", volunteer_id, by=by, now=now)
        session.flush()
    return wanted


def decline(session: Session, training_id: int, volunteer_id: int, *, by: Booker, now: datetime) -> list[int]:
    """Note that somebody will not come, and give their seat to whoever waits longest. Returns who moved up.

    Said again it changes nothing, as it does of somebody who was never asked.

    Raises:
        NotFound: there is no such training day, or no such volunteer for the booker.
        TrainingClosed: it was cancelled, or it is noted already whether they were there.
    """
    training = hold_training(session, training_id, by=by)
    get_volunteer(session, volunteer_id, by=by)
    own = find_booking(session, training.id, volunteer_id)
    if own is None or own.state is BookingState.DECLINED:
        return []
    if training.state is TrainingState.CANCELLED or own.state in NOTED:
        raise TrainingClosed("It is too late to decline.")
    put_booking(session, own, training.id, volunteer_id, BookingState.DECLINED, now=now)
    record_booking(session, training.id, "training_declined", volunteer_id, by=by, now=now)
    return free_seat(session, training.id, by=by, now=now)


def free_seat(session: Session, training_id: int, *, by: Booker, now: datetime) -> list[int]:
    """Give the seats that are free to those who wait longest, and have them told. Returns who, in order.

    Once it has begun nobody moves up any more.

    Raises:
        NotFound: there is no such training day for the booker.
    """
    training = hold_training(session, training_id, by=by)
    session.flush()
    if training.state is not TrainingState.PLANNED or has_begun(training.begins_at, now=now):
        return []
    bookings = list_held_bookings(session, training.id)
    free = free_seats([one.state for one in bookings], seats=training.seats)
    moved = [one for one in bookings if one.state is BookingState.WAITING][:free]
    for one in moved:
        put_booking(session, one, training.id, one.volunteer_id, BookingState.BOOKED, now=now)
        record_booking(session, training.id, "training_moved_up", one.volunteer_id, by=by, now=now)
    session.flush()
    moved_up = [one.volunteer_id for one in moved]
    tell_moved_up(session, training.id, moved_up, now=now)
    return moved_up


def give_up_seats(session: Session, volunteer_id: int, *, by: Booker, now: datetime) -> None:
    """Let somebody who leaves come to no training day any more, and others in their place."""
    expected = session.execute(
        select(TrainingBooking.training_id)
        .join(Volunteer, Volunteer.id == TrainingBooking.volunteer_id)
        .where(
            TrainingBooking.volunteer_id == volunteer_id,
            TrainingBooking.state.in_(sorted(EXPECTED)),
            lives_within(by.within),
        )
        .order_by(TrainingBooking.training_id)
    )
    everywhere = Booker(actor=by.actor, within=None)  # their seat may be in an area that is not the booker's
    for (training_id,) in expected.all():
        decline(session, training_id, volunteer_id, by=everywhere, now=now)


def hold_training(session: Session, training_id: int, *, by: Booker) -> Training:
    """Return a training day and let nobody else book in it meanwhile.

    Raises:
        NotFound: there is none for the booker.
    """
    training = session.scalar(
        select(Training).where(Training.id == training_id).with_for_update(),
        execution_options={"populate_existing": True},  # seats may have changed while this one waited
    )
    if training is None or not by.may_see(training.area_id):
        raise NotFound("There is no such training day.")
    return training


def get_volunteer(session: Session, volunteer_id: int, *, by: Booker) -> Volunteer:
    """Return somebody who may be booked, and let nobody else change them meanwhile.

    Raises:
        NotFound: there is nobody in the booker's areas, or they left.
    """
    volunteer = session.scalar(
        select(Volunteer)
        .where(is_number(volunteer_id), lives_within(by.within), Volunteer.status != Status.LEFT)
        .with_for_update()
    )
    if volunteer is None:
        raise NotFound("There is no such volunteer.")
    return volunteer


def list_held_bookings(session: Session, training_id: int) -> Sequence[TrainingBooking]:
    """Return all bookings of a training day that is held, those who wait in their order."""
    return session.scalars(
        select(TrainingBooking)
        .where(TrainingBooking.training_id == training_id)
        .order_by(TrainingBooking.waiting_since, TrainingBooking.id),
        execution_options={"populate_existing": True},
    ).all()


def find_booking(session: Session, training_id: int, volunteer_id: int) -> TrainingBooking | None:
    """Return what is noted of somebody and a training day, if anything is."""
    return session.scalar(
        select(TrainingBooking).where(
            TrainingBooking.training_id == training_id, TrainingBooking.volunteer_id == volunteer_id
        )
    )


def put_booking(
    session: Session,
    own: TrainingBooking | None,
    training_id: int,
    volunteer_id: int,
    state: BookingState,
    *,
    now: datetime,
) -> None:
    """Note where somebody stands with a training day; `own` is what was noted before, if anything was."""
    if own is None:
        own = TrainingBooking(training_id=training_id, volunteer_id=volunteer_id)
        session.add(own)
    own.state, own.changed_at = state, now
    own.waiting_since = now if state is BookingState.WAITING else None


def record_booking(
    session: Session, training_id: int, action: str, volunteer_id: int, *, by: Booker, now: datetime
) -> None:
    """Put on the audit trail what was done about somebody and a training day."""
    audit.record(
        session,
        at=now,
        actor=by.actor,
        action=action,
        subject=f"training {training_id}",
        detail={"volunteer": str(volunteer_id)},
    )
