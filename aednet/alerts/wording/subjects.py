"""What messages are about, read anew when they are made: so that nobody is told what is no longer so."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from aednet.alerts.planning.recipients import NO_AREA, coordinators
from aednet.alerts.reading.parts import split_ref
from aednet.alerts.wording.texts import Place, TrainingSession, Waiting
from aednet.cabinets.care.models import AfterUse
from aednet.cabinets.models import Cabinet, CabinetWord, Guardianship
from aednet.cabinets.rules import Status
from aednet.geography.geodesic import distances_m
from aednet.messaging.models import InboundSms, Reminder
from aednet.messaging.rules import State
from aednet.volunteers.models import Volunteer
from aednet.volunteers.training.models import Training, TrainingBooking
from aednet.volunteers.training.rules import IN_REACH_M, BookingState, TrainingState

MOST_TRAININGS = 50  # the next ones, among which one in reach is looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class CabinetSubject:
    """A cabinet as far as a message needs to know it."""

    id: int
    ref: str
    name: str
    status: Status
    indoor: bool | None
    inspected_on: date | None
    pads_expire_on: date | None
    child_pads_expire_on: date | None
    battery_expires_on: date | None
    device_since_on: date | None


COLUMNS = [getattr(Cabinet, name) for name in CabinetSubject.__slots__]


def read_cabinets(session: Session, cabinet_ids: Collection[int]) -> Mapping[int, CabinetSubject]:
    """Return these cabinets by their ids."""
    rows = session.execute(select(*COLUMNS).where(Cabinet.id.in_(cabinet_ids)))
    return {row.id: CabinetSubject(**row._asdict()) for row in rows}


def looked_after_by(session: Session, volunteer_id: int, *, today: date) -> frozenset[int]:
    """Return the cabinets that a volunteer looks after, as guardian or deputy."""
    holds = and_(Guardianship.since_on <= today, Guardianship.until_on.is_(None))
    return frozenset(
        session.scalars(
            select(Guardianship.cabinet_id).where(Guardianship.volunteer_id == volunteer_id, holds)
        )
    )


def places_of(session: Session, cabinets: Iterable[CabinetSubject]) -> dict[int, Place]:
    """Return how messages name these cabinets, by their ids."""
    return {one.id: Place(number=number_of(session, one.id, one.ref), name=one.name) for one in cabinets}


def number_of(session: Session, cabinet_id: int, ref: str) -> str:
    """Return by which number a cabinet is named: the one at the end of its reference if no other has it."""
    _, number = split_ref(ref)
    if number is None:
        return ref
    others = session.scalars(
        select(Cabinet.ref)
        .join(CabinetWord, CabinetWord.cabinet_id == Cabinet.id)
        .where(CabinetWord.word == str(number), Cabinet.id != cabinet_id, Cabinet.status != Status.RETIRED)
    )
    is_shared = any(split_ref(other)[1] == number for other in others)
    return ref if is_shared else str(number)


def cabinets_in_use(session: Session, after_use_ids: Collection[int]) -> tuple[int, ...]:
    """Return the cabinets whose AED, by these cases, is not back yet."""
    open_ones = select(AfterUse.cabinet_id).where(
        AfterUse.id.in_(after_use_ids), AfterUse.closed_at.is_(None)
    )
    return tuple(session.scalars(open_ones.order_by(AfterUse.id)))


def certificate_of(session: Session, volunteer_id: int) -> date | None:
    """Return when the certificate of a volunteer lapses, if they have one."""
    return session.scalar(select(Volunteer.certificate_lapses_on).where(Volunteer.id == volunteer_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSubject:
    """A training day, and where a volunteer stands with it."""

    session: TrainingSession
    state: TrainingState
    booking: BookingState


def trainings_of(
    session: Session, volunteer_id: int, training_ids: Collection[int], *, now: datetime
) -> Mapping[int, TrainingSubject]:
    """Return those of these trainings that are yet to begin and that a volunteer has to do with, by ids."""
    rows = session.execute(
        select(
            Training.id,
            Training.place,
            Training.begins_at,
            Training.state,
            TrainingBooking.state.label("own"),
        )
        .join(TrainingBooking, TrainingBooking.training_id == Training.id)
        .where(
            Training.id.in_(training_ids),
            Training.begins_at > now,
            TrainingBooking.volunteer_id == volunteer_id,
        )
        .order_by(Training.begins_at, Training.id)
    )
    return {
        row.id: TrainingSubject(
            session=TrainingSession(place=row.place, begins_at=row.begins_at),
            state=row.state,
            booking=row.own,
        )
        for row in rows
    }


def next_training_in_reach(session: Session, volunteer_id: int, *, now: datetime) -> TrainingSession | None:
    """Return the next training within ten kilometres of a home, in a straight line, if there is one."""
    rows = session.execute(
        select(Training.place, Training.begins_at, Training.lat, Training.lon)
        .where(Training.begins_at > now, Training.state == TrainingState.PLANNED)
        .order_by(Training.begins_at, Training.id)
        .limit(MOST_TRAININGS)
    ).all()
    home = session.scalar(select(Volunteer.home).where(Volunteer.id == volunteer_id)) if rows else None
    if home is None:
        return None
    lat, lon = np.array([row.lat for row in rows]), np.array([row.lon for row in rows])
    near = np.flatnonzero(distances_m(home, lat=lat, lon=lon) <= IN_REACH_M)
    row = rows[near[0]] if near.size else None
    return None if row is None else TrainingSession(place=row.place, begins_at=row.begins_at)


def waiting_for(session: Session, account_id: int) -> Waiting | None:
    """Return how much waits for a person in the areas for which an account is turned to, if anything."""
    reached = coordinators()
    keys = select(reached.c.area_key).where(reached.c.account_id == account_id)

    def count(table: type[Any], *conditions: Any) -> int:
        key = func.coalesce(table.area_id, NO_AREA)
        return session.scalar(select(func.count()).select_from(table).where(key.in_(keys), *conditions)) or 0

    waiting = Waiting(
        unguarded=count(
            Cabinet, Cabinet.guardian_id.is_(None), Cabinet.status.not_in([Status.PLANNED, Status.RETIRED])
        ),
        unread=count(InboundSms, InboundSms.read_at.is_(None)),
        in_doubt=count(Reminder, Reminder.state == State.NEEDS_REVIEW),
        held=count(Reminder, Reminder.state == State.HELD),
    )
    return None if waiting == Waiting() else waiting
