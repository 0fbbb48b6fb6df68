"""What is known of the courses that volunteers took: said by somebody, or seen on a training day."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from aednet.volunteers.models import Volunteer
from aednet.volunteers.training.models import Course


def keep_first_courses(session: Session, volunteers: Sequence[Volunteer], *, by: str) -> None:
    """Keep what new volunteers said of their last course when they were registered."""
    said = [
        {
            "volunteer_id": volunteer.id,
            "course_on": volunteer.course_on,
            "recorded_at": volunteer.created_at,
            "recorded_by": by,
        }
        for volunteer in volunteers
        if volunteer.course_on is not None
    ]
    if said:
        session.execute(insert(Course), said)


def keep_course(
    session: Session,
    volunteer_id: int,
    course_on: date,
    *,
    by: str,
    now: datetime,
    training_id: int | None = None,
) -> None:
    """Keep that somebody took a course, which is what counts from now on."""
    session.add(
        Course(
            volunteer_id=volunteer_id,
            course_on=course_on,
            training_id=training_id,
            recorded_at=now,
            recorded_by=by,
        )
    )
    session.flush()
