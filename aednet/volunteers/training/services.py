"""Training days as coordinators plan them: within their areas, and on record."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.accounts.models import Account
from aednet.accounts.rules import Caller
from aednet.areas.ground import Ground
from aednet.base import audit
from aednet.base.database import set_values
from aednet.base.errors import Conflict, InvalidValue, NotFound
from aednet.volunteers.training.bookings import (
    Booker,
    TrainingClosed,
    free_seat,
    hold_training,
    list_held_bookings,
    put_booking,
)
from aednet.volunteers.training.drafts import TrainingDraft
from aednet.volunteers.training.models import Training
from aednet.volunteers.training.rules import EXPECTED, HOLD_A_SEAT, NOTED, BookingState, TrainingState


def plan_training(
    session: Session, draft: TrainingDraft, *, by: Caller, ground: Ground, now: datetime
) -> int:
    """Add a training day in an area of the caller's, once. Returns its number.

    One of that name, place and time that is planned already is that training day.

    Raises:
        OutsideExtent: it lies outside the network.
        InvalidValue: it lies outside the caller's areas.
    """
    columns = _columns(draft, by=by, ground=ground)
    # Or a form that is sent twice at once would be two training days.
    session.execute(select(Account.id).where(Account.id == by.account_id).with_for_update())
    there_and_then = select(Training.id).where(
        Training.begins_at == draft.begins_at,
        Training.area_id.is_not_distinct_from(columns["area_id"]),
        Training.place == draft.place,
        Training.state == TrainingState.PLANNED,
    )
    known = session.scalar(there_and_then.limit(1))
    if known is not None:
        return known
    training = Training(**columns, state=TrainingState.PLANNED, created_at=now, updated_at=now)
    session.add(training)
    session.flush()
    _record(session, training.id, "training_planned", by=by, now=now)
    return training.id


def change_training(
    session: Session,
    training_id: int,
    draft: TrainingDraft,
    *,
    by: Caller,
    ground: Ground,
    now: datetime,
    known_version: str,
) -> list[int]:
    """Set what a training day shall be. Returns who moved up from the waiting list by there being more seats.

    Raises:
        NotFound: there is none that the caller may change.
        Conflict: somebody else changed it since `known_version`.
        TrainingClosed: it was cancelled.
        OutsideExtent: it shall lie outside the network.
        InvalidValue: it shall lie outside the caller's areas, or have fewer seats than are held, or be
            on another day than the courses that were noted of it.
    """
    training = _hold(session, training_id, by=by)
    if training.updated_at.isoformat() != known_version:
        raise Conflict("The training day was changed meanwhile: read again, and then change.")
    if training.state is TrainingState.CANCELLED:
        raise TrainingClosed("The training day was cancelled.")
    bookings = list_held_bookings(session, training.id)
    taken = sum(one.state in HOLD_A_SEAT for one in bookings)
    if draft.seats < taken:
        raise InvalidValue("More seats are taken.", fields={"seats": f"wants at least {taken}"})
    if draft.begins_at != training.begins_at and any(one.state in NOTED for one in bookings):
        raise InvalidValue("It has been held.", fields={"day": "cannot change any more"})
    if set_values(training, _columns(draft, by=by, ground=ground)):
        training.updated_at = now
        session.flush()
        _record(session, training.id, "training_changed", by=by, now=now)
    return free_seat(session, training.id, by=Booker.of(by), now=now)


def cancel_training(session: Session, training_id: int, *, by: Caller, now: datetime) -> list[int]:
    """Cancel a training day and free everybody who was to come. Returns who had a seat or waited for one.

    Cancelled again it changes nothing.

    Raises:
        NotFound: there is none that the caller may change.
        TrainingClosed: it has been held.
    """
    training = _hold(session, training_id, by=by)
    if training.state is TrainingState.CANCELLED:
        return []
    if training.state is TrainingState.HELD:
        raise TrainingClosed("The training day has been held.")
    freed = [one for one in list_held_bookings(session, training.id) if one.state in EXPECTED]
    counting_on_it = [one.volunteer_id for one in freed if one.state is not BookingState.INVITED]
    training.state, training.updated_at = TrainingState.CANCELLED, now
    for one in freed:
        put_booking(session, one, training.id, one.volunteer_id, BookingState.FREED, now=now)
    session.flush()
    _record(session, training.id, "training_cancelled", by=by, now=now)
    return counting_on_it


def _hold(session: Session, training_id: int, *, by: Caller) -> Training:
    training = hold_training(session, training_id, by=Booker.of(by))
    if not by.may_change_area(training.area_id):
        raise NotFound("There is no such training day.")
    return training


def _columns(draft: TrainingDraft, *, by: Caller, ground: Ground) -> dict[str, object]:
    area_id = ground.area_id_at(draft.position)
    if not by.may_change_area(area_id):
        advice = "lies outside your areas"
        raise InvalidValue(f"The place {advice}.", fields={"lat": advice, "lon": advice})
    return draft.model_dump() | {"area_id": area_id}


def _record(session: Session, training_id: int, action: str, *, by: Caller, now: datetime) -> None:
    audit.record(session, at=now, actor=by.actor, action=action, subject=f"training {training_id}")
