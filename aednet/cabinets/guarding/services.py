"""Writes of who looks after a cabinet: guardian, deputies, and the hand-over from one to the next.

Days tell who is: somebody looks after a cabinet from `since_on` up to, and not on, the day `until_on`. So a
hand-over that is agreed today for next month needs nobody to carry it out. The open guardianship without
`until_on` is then the next guardian's, and until its day the one before still looks after the cabinet.
"""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from aednet.base.errors import Conflict, InvalidValue
from aednet.cabinets.models import Cabinet, Guardianship
from aednet.cabinets.rules import GuardianRole
from aednet.cabinets.upkeep import settle

FURTHEST_HAND_OVER_DAYS = 366  # an agreement for longer ahead is more likely a slip of the year


class HandOverAgreed(Conflict):
    """A hand-over is agreed, and has to be taken back first."""

    code: ClassVar[str] = "hand_over_agreed"


class HasGuardian(Conflict):
    """Somebody else is its guardian."""

    code: ClassVar[str] = "has_guardian"


class NoGuardian(Conflict):
    """There is no guardian who could hand over."""

    code: ClassVar[str] = "no_guardian"


def appoint_guardian(
    session: Session, cabinet_id: int, volunteer_id: int, *, role: GuardianRole, today: date
) -> bool:
    """Let a volunteer look after a cabinet from `today` on. Returns whether that is anything new.

    Who did so in the other role changes over; a cabinet has one guardian and any number of deputies.

    Raises:
        HasGuardian: another volunteer is its guardian.
        HandOverAgreed: the volunteer has a part in a hand-over that is still to come.
    """
    rows = _lasting(session, cabinet_id, today=today)
    if role is GuardianRole.GUARDIAN and any(
        other.role is role and other.volunteer_id != volunteer_id for other in rows
    ):
        raise HasGuardian("The cabinet has another guardian: hand it over, or end that guardianship first.")
    own = [one for one in rows if one.volunteer_id == volunteer_id]
    if any(one.since_on > today or one.until_on is not None for one in own):
        raise HandOverAgreed("The volunteer has a part in a hand-over: take that back first.")
    if any(one.role is role for one in own):
        return False
    _end(own, on=today)
    session.flush()
    session.add(Guardianship(cabinet_id=cabinet_id, volunteer_id=volunteer_id, role=role, since_on=today))
    settle(session, [cabinet_id])
    return True


def end_guardianship(session: Session, cabinet_id: int, volunteer_id: int, *, today: date) -> bool:
    """Let a volunteer look after a cabinet no longer. Returns whether they did, or were to.

    Whoever was to take over from them does so `today`; whoever was to hand over to them stays.
    """
    rows = _lasting(session, cabinet_id, today=today)
    own = [one for one in rows if one.volunteer_id == volunteer_id]
    if not own:
        return False
    coming = next((one for one in rows if one.since_on > today), None)
    if coming is not None and coming in own:
        _take_back(session, rows, coming)
    elif coming is not None and any(one.role is GuardianRole.GUARDIAN for one in own):
        _bring_forward(rows, coming, to=today)
    _end([one for one in own if one is not coming], on=today)
    settle(session, [cabinet_id])
    return True


def hand_over(session: Session, cabinet_id: int, volunteer_id: int, *, on: date, today: date) -> bool:
    """Let another volunteer be the guardian from a day on. Returns False where that is agreed already.

    Both stay on record: the guardian until that day, the next one from then on, who is no deputy any more.

    Raises:
        InvalidValue: the day has passed, or is more than a year ahead.
        NoGuardian: there is none.
        HasGuardian: the volunteer is the guardian already.
        HandOverAgreed: another hand-over is agreed.
    """
    if not today <= on or (on - today).days > FURTHEST_HAND_OVER_DAYS:
        raise InvalidValue("The day is not within a year.", fields={"on": "not within a year"})
    rows = _lasting(session, cabinet_id, today=today)
    coming = next((one for one in rows if one.since_on > today), None)
    if coming is not None:
        if (coming.volunteer_id, coming.since_on) == (volunteer_id, on):
            return False
        raise HandOverAgreed("Another hand-over is agreed: take that back first.")
    guardian = next((one for one in rows if one.role is GuardianRole.GUARDIAN), None)
    if guardian is None:
        raise NoGuardian("The cabinet has no guardian.")
    if guardian.volunteer_id == volunteer_id:
        raise HasGuardian("The volunteer is its guardian already.")
    _end([guardian, *(one for one in rows if one.volunteer_id == volunteer_id)], on=on)
    session.flush()
    session.add(
        Guardianship(
            cabinet_id=cabinet_id, volunteer_id=volunteer_id, role=GuardianRole.GUARDIAN, since_on=on
        )
    )
    settle(session, [cabinet_id])
    return True


def take_back_hand_over(session: Session, cabinet_id: int, *, today: date) -> bool:
    """Undo a hand-over that is still to come. Returns False where there is none."""
    rows = _lasting(session, cabinet_id, today=today)
    coming = next((one for one in rows if one.since_on > today), None)
    if coming is None:
        return False
    _take_back(session, rows, coming)
    settle(session, [cabinet_id])
    return True


def end_all_of(session: Session, volunteer_id: int, *, today: date) -> tuple[int, ...]:
    """Let a volunteer look after nothing any longer. Returns the ids of the cabinets concerned."""
    cabinet_ids = session.scalars(
        select(Guardianship.cabinet_id)
        .where(
            Guardianship.volunteer_id == volunteer_id,
            or_(Guardianship.until_on.is_(None), Guardianship.until_on > today),
        )
        .distinct()
        .order_by(Guardianship.cabinet_id)
    ).all()
    # Held first and in order, as whoever changes one cabinet's people holds it first.
    session.execute(
        select(Cabinet.id).where(Cabinet.id.in_(cabinet_ids)).order_by(Cabinet.id).with_for_update()
    )
    for cabinet_id in cabinet_ids:
        end_guardianship(session, cabinet_id, volunteer_id, today=today)
    return tuple(cabinet_ids)


def _lasting(session: Session, cabinet_id: int, *, today: date) -> list[Guardianship]:
    """Return who looks after a cabinet `today` or will."""
    return list(
        session.scalars(
            select(Guardianship)
            .where(
                Guardianship.cabinet_id == cabinet_id,
                or_(Guardianship.until_on.is_(None), Guardianship.until_on > today),
            )
            .order_by(Guardianship.id)
        )
    )


def _end(guardianships: Iterable[Guardianship], *, on: date) -> None:
    for one in guardianships:
        one.until_on = on


def _take_back(session: Session, rows: Iterable[Guardianship], coming: Guardianship) -> None:
    """Drop a guardianship that never began, and let those go on that were to end with its beginning."""
    session.delete(coming)
    session.flush()
    for one in rows:
        if one is not coming and one.until_on == coming.since_on:
            one.until_on = None
    session.flush()


def _bring_forward(rows: Iterable[Guardianship], coming: Guardianship, *, to: date) -> None:
    _end([one for one in rows if one is not coming and one.until_on == coming.since_on], on=to)
    coming.since_on = to
