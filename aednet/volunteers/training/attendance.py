"""Who was at a training day, and the course that follows from it."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.base.clock import local_day
from aednet.base.context import current
from aednet.base.errors import NotFound
from aednet.volunteers.changes import columns_of, set_columns
from aednet.volunteers.models import Volunteer
from aednet.volunteers.training.bookings import (
    Booker,
    TrainingClosed,
    find_booking,
    get_volunteer,
    hold_training,
    put_booking,
    record_booking,
)
from aednet.volunteers.training.courses import keep_course
from aednet.volunteers.training.models import Course, Training
from aednet.volunteers.training.rules import HOLD_A_SEAT, NOTED, BookingState, TrainingState, has_begun


def record_attendance(
    session: Session, training_id: int, was_there: Mapping[int, bool], *, by: Booker, now: datetime
) -> int:
    """Note of those who had a seat whether they were there, and of who was the course.

    Returns of how many something new was noted. Noted again it changes nothing; what was noted otherwise
    before is taken back first.

    Raises:
        NotFound: there is no such training day for the booker, or one of them has no seat in it.
        TrainingClosed: it was cancelled, or has not begun.
    """
    training = hold_training(session, training_id, by=by)
    if training.state is TrainingState.CANCELLED or not has_begun(training.begins_at, now=now):
        raise TrainingClosed("Nobody can have been there yet.")
    changed = 0
    for volunteer_id, attended in sorted(was_there.items()):
        volunteer = get_volunteer(session, volunteer_id, by=by)
        own = find_booking(session, training.id, volunteer_id)
        if own is None or own.state not in HOLD_A_SEAT:
            raise NotFound("Somebody has no seat in this training day.")
        wanted = BookingState.ATTENDED if attended else BookingState.ABSENT
        if own.state is wanted:
            continue
        if own.state is BookingState.ATTENDED:
            _take_course_back(session, training, volunteer, now=now)
        put_booking(session, own, training.id, volunteer_id, wanted, now=now)
        if attended:
            _note_course(session, training, volunteer, by=by, now=now)
        record_booking(session, training.id, f"training_{wanted}", volunteer_id, by=by, now=now)
        changed += 1
    if changed:
        training.state = TrainingState.HELD
    session.flush()
    return changed


def undo_attendance(
    session: Session, training_id: int, volunteer_id: int, *, by: Booker, now: datetime
) -> bool:
    """Take back what was noted of somebody, and the course with it. Returns whether anything was noted.

    Raises:
        NotFound: there is no such training day, or no such volunteer for the booker.
    """
    training = hold_training(session, training_id, by=by)
    volunteer = get_volunteer(session, volunteer_id, by=by)
    own = find_booking(session, training.id, volunteer_id)
    if own is None or own.state not in NOTED:
        return False
    if own.state is BookingState.ATTENDED:
        _take_course_back(session, training, volunteer, now=now)
    put_booking(session, own, training.id, volunteer_id, BookingState.BOOKED, now=now)
    record_booking(session, training.id, "attendance_undone", volunteer_id, by=by, now=now)
    session.flush()
    return True


def day_of(training: Training) -> date:
    """Return the local day on which a training day begins, which is that of the course."""
    return local_day(training.begins_at, current().settings.zone)


def _note_course(
    session: Session, training: Training, volunteer: Volunteer, *, by: Booker, now: datetime
) -> None:
    """Have the certificate run from this day, unless a later course is known already."""
    course_on = day_of(training)
    if volunteer.course_on is not None and volunteer.course_on >= course_on:
        return
    if set_columns(volunteer, columns_of({"course_on": course_on})):
        volunteer.updated_at = now
    keep_course(session, volunteer.id, course_on, by=by.actor, now=now, training_id=training.id)


def _take_course_back(session: Session, training: Training, volunteer: Volunteer, *, now: datetime) -> None:
    """Return to what was known before this training day, where it is what counts now."""
    for noted in session.scalars(
        select(Course).where(Course.training_id == training.id, Course.volunteer_id == volunteer.id)
    ):
        session.delete(noted)
    session.flush()
    if volunteer.course_on != day_of(training):
        return
    before = session.scalar(
        select(Course.course_on)
        .where(Course.volunteer_id == volunteer.id)
        .order_by(Course.id.desc())
        .limit(1)
    )
    if set_columns(volunteer, columns_of({"course_on": before})):
        volunteer.updated_at = now
