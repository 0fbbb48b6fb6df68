"""What is said to volunteers about training days: an invitation, a seat, a change, that it is off."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.alerts.planning.rules import Occasion, SubjectKind
from aednet.alerts.wording.texts import Setting, TrainingSession, about_training
from aednet.base.clock import local_day
from aednet.base.context import current
from aednet.base.errors import NotFound
from aednet.messaging.rules import MessageClass, RecipientKind
from aednet.messaging.services import NewReminder, enqueue_anew
from aednet.messaging.wiring import current_terms
from aednet.volunteers.models import Volunteer
from aednet.volunteers.training.bookings import Booker, accept, decline, invite
from aednet.volunteers.training.models import Training, TrainingBooking
from aednet.volunteers.training.rules import BookingState

ANSWERED_UNTIL: Final = timedelta(hours=1)  # before it begins; later an invitation only hurries people
# Nearer than this, news of a training day cannot wait for its turn, which comes every twenty hours.
URGENT_WITHIN: Final = timedelta(days=1)
WHO_HEARS_OF_CHANGE: Final = {
    Occasion.TRAINING_CHANGED: {BookingState.BOOKED, BookingState.WAITING},
    Occasion.INVITATION: {BookingState.INVITED},
}
CAN_BE_URGENT: Final = frozenset({Occasion.SEAT, Occasion.TRAINING_CHANGED, Occasion.CALLED_OFF})


def answer(
    session: Session, booking_id: int, *, is_yes: bool, actor: str, setting: Setting, now: datetime
) -> str:
    """Take the answer to an invitation. Returns what is said to who answered.

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
        decline(session, training_id, volunteer_id, by=by, now=now)
        kind = "declined"
    training = session.get_one(Training, training_id)
    return about_training(kind, TrainingSession(place=training.place, begins_at=training.begins_at), setting)


def ask(
    session: Session, training_id: int, volunteer_ids: Collection[int], *, by: Booker, now: datetime
) -> None:
    """Invite volunteers to a training day, and tell those who are newly asked.

    Raises:
        NotFound: there is no such training day, or one of them does not live in the booker's areas.
        TrainingClosed: it was cancelled, or has begun.
    """
    asked = invite(session, training_id, volunteer_ids, by=by, now=now)
    tell(session, Occasion.INVITATION, training_id, asked, now=now)


def tell(
    session: Session,
    occasion: Occasion,
    training_id: int,
    volunteer_ids: Collection[int],
    *,
    now: datetime,
) -> int:
    """Tell volunteers something of a training day. Returns how many will hear it who would not otherwise.

    The words are found when it is sent, so that nobody is told what is no longer so. It waits for the hours
    of reminders and, unless the training day is near, for its turn among them.
    """
    if not volunteer_ids:
        return 0
    begins_at = session.get_one(Training, training_id).begins_at
    can_be_urgent = occasion in CAN_BE_URGENT
    is_urgent = can_be_urgent and begins_at - now < URGENT_WITHIN
    until = begins_at if can_be_urgent else begins_at - ANSWERED_UNTIL
    opening = current_terms().hours.next_opening(now)
    people = select(Volunteer.id, Volunteer.area_id, Volunteer.is_example)
    told = 0
    for person in session.execute(people.where(Volunteer.id.in_(volunteer_ids)).order_by(Volunteer.id)).all():
        added = enqueue_anew(
            session,
            NewReminder(
                rule=occasion,
                subject_kind=SubjectKind.TRAINING,
                subject_id=training_id,
                occurrence_on=local_day(now, current().settings.zone),
                recipient_kind=RecipientKind.VOLUNTEER,
                recipient_id=person.id,
                message_class=MessageClass.TRANSACTIONAL if is_urgent else MessageClass.REMINDER,
                due_at=opening if opening < until else now,
                expires_at=until,
                area_id=person.area_id,
                is_example=person.is_example,
            ),
            now=now,
        )
        told += added is not None
    return told


def tell_of_change(session: Session, training_id: int, *, but: Collection[int] = (), now: datetime) -> None:
    """Tell that a training day is at another time or place; who was invited is invited anew.

    Those in `but` hear of it otherwise.
    """
    rows = session.execute(
        select(TrainingBooking.volunteer_id, TrainingBooking.state).where(
            TrainingBooking.training_id == training_id, TrainingBooking.volunteer_id.not_in(but)
        )
    ).all()
    for occasion, states in WHO_HEARS_OF_CHANGE.items():
        who = [row.volunteer_id for row in rows if row.state in states]
        tell(session, occasion, training_id, who, now=now)


def tell_who_moved_up(
    session: Session, training_id: int, volunteer_ids: Collection[int], *, now: datetime
) -> None:
    """Tell those who waited that a seat came free for them."""
    tell(session, Occasion.SEAT, training_id, volunteer_ids, now=now)
