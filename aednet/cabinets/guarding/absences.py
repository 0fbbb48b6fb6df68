"""Writes of who is away: holidays of those who look after cabinets."""

from datetime import date, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from aednet.base import audit
from aednet.base.errors import InvalidValue
from aednet.cabinets.care.drafts import AbsenceDraft
from aednet.cabinets.guarding.models import Absence

LONGEST_ABSENCE_DAYS = 366  # who is away for longer had better hand over


def note_absence(
    session: Session, volunteer_id: int, draft: AbsenceDraft, *, actor: str, now: datetime, today: date
) -> bool:
    """Note when a volunteer is away and who stands in. Returns False where that was noted before.

    Raises:
        InvalidValue: the days are out of order, past or too many, somebody is to stand in for themselves,
            or the volunteer is away on one of these days already.
    """
    if draft.until_on < draft.from_on:
        raise InvalidValue("The last day lies before the first.", fields={"until_on": "before from_on"})
    if draft.until_on < today:
        raise InvalidValue("The days have passed.", fields={"until_on": "has passed"})
    if (draft.until_on - draft.from_on).days > LONGEST_ABSENCE_DAYS:
        raise InvalidValue("That is longer than a year.", fields={"until_on": "too long"})
    if draft.cover_id == volunteer_id:
        raise InvalidValue("Nobody stands in for themselves.", fields={"cover_id": "is the same person"})
    for other in session.scalars(select(Absence).where(Absence.volunteer_id == volunteer_id)):
        if (other.from_on, other.until_on, other.cover_id) == (draft.from_on, draft.until_on, draft.cover_id):
            return False
        if draft.overlaps(other.from_on, other.until_on):
            raise InvalidValue("They are away then already.", fields={"from_on": "away then already"})
    session.add(Absence(volunteer_id=volunteer_id, **draft.model_dump()))
    try:
        session.flush()
    except IntegrityError as error:  # noted this instant, from another cabinet's page
        raise InvalidValue("They are away then already.", fields={"from_on": "away then already"}) from error
    _record(session, volunteer_id, "absence_noted", actor=actor, now=now)
    return True


def cancel_absence(
    session: Session, volunteer_id: int, absence_id: int, *, actor: str, now: datetime
) -> bool:
    """Forget that a volunteer is away. Returns False where nothing is known of it."""
    absence = session.get(Absence, absence_id)
    if absence is None or absence.volunteer_id != volunteer_id:
        return False
    session.delete(absence)
    session.flush()
    _record(session, volunteer_id, "absence_cancelled", actor=actor, now=now)
    return True


def forget_absences(session: Session, volunteer_id: int) -> None:
    """Forget when a volunteer is away, and for whom they stand in."""
    session.execute(delete(Absence).where(Absence.volunteer_id == volunteer_id))
    session.execute(update(Absence).where(Absence.cover_id == volunteer_id).values(cover_id=None))


def _record(session: Session, volunteer_id: int, action: str, *, actor: str, now: datetime) -> None:
    audit.record(session, at=now, actor=actor, action=action, subject=f"volunteer {volunteer_id}")
