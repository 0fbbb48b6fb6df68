"""Handing on what one volunteer looks after to another who turns out to be the same person."""

from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from aednet.cabinets.guarding.models import Absence
from aednet.cabinets.models import Guardianship
from aednet.cabinets.rules import GuardianRole
from aednet.cabinets.upkeep import settle


def move_guardianships(session: Session, other_id: int, keep_id: int, *, today: date) -> int:
    """Give `keep_id` all that `other_id` looks after, looked after, and is away from. Returns how many.

    Where both look after one cabinet, the guardian's part stays and the deputy's ends `today`.
    """
    own = {one.cabinet_id: one for one in _guardianships(session, keep_id) if one.until_on is None}
    moved = _guardianships(session, other_id)
    for one in moved:
        known = own.get(one.cabinet_id)
        if one.until_on is None and known is not None:
            lesser, other = (known, one) if one.role is GuardianRole.GUARDIAN else (one, known)
            lesser.until_on = max(today, other.since_on)  # a hand-over may still be to come
    session.flush()  # before the numbers change, or one person would hold a cabinet twice for a moment
    for one in moved:
        one.volunteer_id = keep_id
    session.flush()
    _move_absences(session, other_id, keep_id)
    settle(session, {one.cabinet_id for one in moved})
    return len(moved)


def _move_absences(session: Session, other_id: int, keep_id: int) -> None:
    known = set(session.scalars(select(Absence.from_on).where(Absence.volunteer_id == keep_id)))
    for absence in session.scalars(select(Absence).where(Absence.volunteer_id == other_id)):
        if absence.from_on not in known:
            absence.volunteer_id = keep_id
    session.flush()
    session.execute(update(Absence).where(Absence.cover_id == other_id).values(cover_id=keep_id))
    # Nobody stands in for themselves.
    session.execute(
        update(Absence)
        .where(Absence.volunteer_id == keep_id, Absence.cover_id == keep_id)
        .values(cover_id=None)
    )


def _guardianships(session: Session, volunteer_id: int) -> list[Guardianship]:
    return list(
        session.scalars(
            select(Guardianship).where(Guardianship.volunteer_id == volunteer_id).order_by(Guardianship.id)
        )
    )
