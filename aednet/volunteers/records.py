"""What is kept of a volunteer beside their row: courses and consent, the newest first; all frozen values."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.volunteers.models import ConsentEvent
from aednet.volunteers.rules import ConsentKind, ConsentWay
from aednet.volunteers.training.models import Course, Training

NEWEST = 50  # of either; nobody has more, unless by a program gone wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseFacts:
    """One statement that a volunteer took a course; `place` where it was a training day of ours."""

    course_on: date
    training_id: int | None
    place: str | None
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentFacts:
    """What a volunteer once said about the keeping of their data."""

    version: str
    kind: ConsentKind
    way: ConsentWay
    at: datetime


def list_courses(session: Session, volunteer_id: int) -> list[CourseFacts]:
    """Return what was said of a volunteer's courses."""
    rows = session.execute(
        select(Course.course_on, Course.training_id, Training.place, Course.recorded_at, Course.recorded_by)
        .outerjoin(Training, Training.id == Course.training_id)
        .where(Course.volunteer_id == volunteer_id)
        .order_by(Course.id.desc())
        .limit(NEWEST)
    )
    return [CourseFacts(**row) for row in rows.mappings()]


def list_consents(session: Session, volunteer_id: int) -> list[ConsentFacts]:
    """Return what a volunteer said about the keeping of their data."""
    rows = session.execute(
        select(ConsentEvent.version, ConsentEvent.kind, ConsentEvent.way, ConsentEvent.at)
        .where(ConsentEvent.volunteer_id == volunteer_id)
        .order_by(ConsentEvent.at.desc(), ConsentEvent.id.desc())
        .limit(NEWEST)
    )
    return [ConsentFacts(**row) for row in rows.mappings()]
