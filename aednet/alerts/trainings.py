"""What is said to volunteers about training days: an invitation, a seat, a place in the queue."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.alerts.rules import Occasion, SubjectKind
from aednet.alerts.texts import Setting, TrainingSession, about_training
from aednet.base.clock import local_day
from aednet.base.errors import NotFound
from aednet.messaging.rules import MessageClass, RecipientKind
from aednet.messaging.services import NewReminder, enqueue
from aednet.volunteers.bookings import Booker, accept, decline
from aednet.volunteers.models import Volunteer
from aednet.volunteers.training_models import Training, TrainingBooking
from aednet.volunteers.training_rules import BookingState

ANSWERED_UNTIL: Final = timedelta(hours=1)  # before it begins; later an invitation only hurries people


def answer(
    session: Session, booking_id: int, *, is_yes: bool, actor: str, setting: Setting, now: datetime
) -> str:
    """Take the answer to an invitation, and tell who moves up. Returns what is said to who answered.

    Raises:
        NotFound: the invitation is gone.
        TrainingClosed: the training day was cancelled, or it is too late.
    """
    booking = session.get(TrainingBooking, booking_id)
    if booking is None:
        raise NotFound("There is no such invitation.")
    training_id, volunteer_id = booking.training_id, booking.volunteer_id
    by = Booker(actor=actor, within=None)
    if is_yes:
        state = accept(session, training_id, volunteer_id, by=by, now=now)
        kind = "waiting" if state is BookingState.WAITING else "booked"
    else:
        moved_up = decline(session, training_id, volunteer_id, by=by, now=now)
        tell(session, Occasion.SEAT, training_id, moved_up, setting=setting, now=now)
        kind = "declined"
    return about_training(kind, _session_of(session.get_one(Training, training_id)), setting)


def tell(
    session: Session,
    occasion: Occasion,
    training_id: int,
    volunteer_ids: Collection[int],
    *,
    setting: Setting,
    now: datetime,
) -> int:
    """Tell volunteers that they are invited to a training day, or have a seat in it. Returns how many.

    It waits for the hours of reminders and, said again on the same day, it is said once.
    """
    if not volunteer_ids:
        return 0
    training = session.get_one(Training, training_id)
    told = 0
    people = select(Volunteer.id, Volunteer.language, Volunteer.area_id, Volunteer.is_example)
    for person in session.execute(people.where(Volunteer.id.in_(volunteer_ids)).order_by(Volunteer.id)).all():
        kind = "invitation" if occasion is Occasion.INVITATION else "booked"
        text = about_training(kind, _session_of(training), setting.in_language(person.language))
        added = enqueue(
            session,
            NewReminder(
                rule=occasion,
                subject_kind=SubjectKind.TRAINING,
                subject_id=training_id,
                occurrence_on=local_day(now, setting.zone),
                recipient_kind=RecipientKind.VOLUNTEER,
                recipient_id=person.id,
                message_class=MessageClass.REMINDER,
                due_at=now,
                expires_at=training.begins_at - ANSWERED_UNTIL,
                area_id=person.area_id,
                text=text,
                is_example=person.is_example,
            ),
            now=now,
        )
        told += added is not None
    return told


def _session_of(training: Training) -> TrainingSession:
    return TrainingSession(place=training.place, begins_at=training.begins_at)
