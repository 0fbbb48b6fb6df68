"""What is done about those who look after a cabinet, on record; the trail knows people by number.

Each function that takes a cabinet wants it held, so that nobody else changes it meanwhile.
"""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.base import audit
from aednet.base.clock import local_day
from aednet.base.context import current
from aednet.cabinets.guarding.absences import forget_absences
from aednet.cabinets.guarding.services import (
    appoint_guardian,
    end_all_of,
    end_guardianship,
    hand_over,
    take_back_hand_over,
)
from aednet.cabinets.models import Cabinet
from aednet.cabinets.rules import GuardianRole


def appoint(
    session: Session,
    cabinet: Cabinet,
    volunteer_id: int,
    *,
    role: GuardianRole,
    actor: str,
    now: datetime,
    today: date,
) -> bool:
    """Let a volunteer look after a cabinet, as `guardians.appoint_guardian` does."""
    is_new = appoint_guardian(session, cabinet.id, volunteer_id, role=role, today=today)
    if is_new:
        detail = {"volunteer": str(volunteer_id), "role": str(role)}
        _record(session, cabinet.ref, "guardian_appointed", actor=actor, now=now, **detail)
    return is_new


def end(
    session: Session, cabinet: Cabinet, volunteer_id: int, *, actor: str, now: datetime, today: date
) -> bool:
    """Let a volunteer look after a cabinet no longer, as `guardians.end_guardianship` does."""
    did = end_guardianship(session, cabinet.id, volunteer_id, today=today)
    if did:
        _record(session, cabinet.ref, "guardian_ended", actor=actor, now=now, volunteer=str(volunteer_id))
    return did


def agree_hand_over(
    session: Session,
    cabinet: Cabinet,
    volunteer_id: int,
    *,
    on: date,
    actor: str,
    now: datetime,
    today: date,
) -> bool:
    """Let another volunteer be the guardian from a day on, as `guardians.hand_over` does."""
    is_new = hand_over(session, cabinet.id, volunteer_id, on=on, today=today)
    if is_new:
        detail = {"volunteer": str(volunteer_id), "on": on.isoformat()}
        _record(session, cabinet.ref, "hand_over_agreed", actor=actor, now=now, **detail)
    return is_new


def take_back(session: Session, cabinet: Cabinet, *, actor: str, now: datetime, today: date) -> bool:
    """Undo a hand-over that is still to come, as `guardians.take_back_hand_over` does."""
    did = take_back_hand_over(session, cabinet.id, today=today)
    if did:
        _record(session, cabinet.ref, "hand_over_taken_back", actor=actor, now=now)
    return did


def see_off(session: Session, volunteer_id: int, *, actor: str, now: datetime) -> None:
    """Let somebody who leaves look after nothing any longer, and stand in for nobody."""
    today = local_day(now, current().settings.zone)
    ended = end_all_of(session, volunteer_id, today=today)
    forget_absences(session, volunteer_id)
    for ref in session.scalars(select(Cabinet.ref).where(Cabinet.id.in_(ended)).order_by(Cabinet.ref)):
        _record(session, ref, "guardian_ended", actor=actor, now=now, volunteer=str(volunteer_id))


def _record(session: Session, ref: str, action: str, *, actor: str, now: datetime, **detail: str) -> None:
    audit.record(session, at=now, actor=actor, action=action, subject=f"cabinet {ref}", detail=detail)
