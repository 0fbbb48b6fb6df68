"""Reads of the training days and who comes to them; all return frozen values."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, tuple_
from sqlalchemy.orm import Session

from aednet.base.branches import first_rows
from aednet.base.context import current
from aednet.base.paging import Page, page_of
from aednet.geography.points import LatLon
from aednet.volunteers.training.models import Training, TrainingBooking
from aednet.volunteers.training.rules import HOLD_A_SEAT, BookingState, TrainingState

LATEST = 50  # training days of one volunteer; nobody has more


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPlace:
    """Where a training day stands in the list."""

    begins_at: datetime
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFacts:
    """A training day. `taken` seats are held, `waiting` and `invited` hold none."""

    id: int
    place: str
    position: LatLon
    area_id: int | None
    begins_at: datetime
    ends_at: datetime
    seats: int
    trainer: str | None
    state: TrainingState
    updated_at: datetime
    taken: int
    waiting: int
    invited: int

    @property
    def free(self) -> int:
        """How many seats nobody holds."""
        return max(0, self.seats - self.taken)

    @property
    def version(self) -> str:
        """What tells one state of this training day from another."""
        return self.updated_at.isoformat()

    @property
    def list_place(self) -> TrainingPlace:
        """Where it stands in the list."""
        return TrainingPlace(begins_at=self.begins_at, id=self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """Where a volunteer stands with a training day."""

    volunteer_id: int
    state: BookingState
    waiting_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnBooking:
    """A training day from the side of a volunteer."""

    training_id: int
    place: str
    begins_at: datetime
    state: BookingState


def find_training(session: Session, training_id: int) -> TrainingFacts | None:
    """Return a training day, if there is one."""
    row = session.execute(_facts().where(Training.id == training_id)).one_or_none()
    return None if row is None else _to_facts(row)


def list_trainings(
    session: Session,
    *,
    area_ids: frozenset[int] | None,
    since: datetime,
    limit: int,
    after: TrainingPlace | None = None,
) -> Page[TrainingFacts, TrainingPlace]:
    """Return at most `limit` training days that begin at `since` or later, the soonest first.

    Those of these areas, None for all, and those that are held in no area, which are everybody's.
    """
    order = tuple_(Training.begins_at, Training.id)
    wanted = select(Training.id, Training.begins_at).where(Training.begins_at >= since)
    if after is not None:
        wanted = wanted.where(order > (after.begins_at, after.id))
    branches = [wanted.where(*part).order_by(Training.begins_at, Training.id) for part in _parts(area_ids)]
    return _page(session, branches, limit=limit, is_backwards=False)


def list_past_trainings(
    session: Session,
    *,
    area_ids: frozenset[int] | None,
    until: datetime,
    limit: int,
    after: TrainingPlace | None = None,
) -> Page[TrainingFacts, TrainingPlace]:
    """Return at most `limit` training days that began before `until`, the last first, of the same areas."""
    order = tuple_(Training.begins_at, Training.id)
    wanted = select(Training.id, Training.begins_at).where(Training.begins_at < until)
    if after is not None:
        wanted = wanted.where(order < (after.begins_at, after.id))
    branches = [
        wanted.where(*part).order_by(Training.begins_at.desc(), Training.id.desc())
        for part in _parts(area_ids)
    ]
    return _page(session, branches, limit=limit, is_backwards=True)


def next_sessions(session: Session, today: date, limit: int) -> tuple[TrainingFacts, ...]:
    """Return at most `limit` planned training days from `today` on, the soonest first, full ones too."""
    wanted = (
        _facts()
        .where(Training.begins_at >= beginning_of(today), Training.state == TrainingState.PLANNED)
        .order_by(Training.begins_at, Training.id)
        .limit(limit)
    )
    return tuple(map(_to_facts, session.execute(wanted)))


def list_bookings(session: Session, training_id: int) -> tuple[Booking, ...]:
    """Return where everybody stands with a training day: those who wait in their order, else by number."""
    rows = session.execute(
        select(TrainingBooking.volunteer_id, TrainingBooking.state, TrainingBooking.waiting_since)
        .where(TrainingBooking.training_id == training_id)
        .order_by(TrainingBooking.waiting_since, TrainingBooking.id)
    )
    return tuple(Booking(**row) for row in rows.mappings())


def list_own_bookings(session: Session, volunteer_id: int) -> list[OwnBooking]:
    """Return the training days that a volunteer has to do with, the last first."""
    rows = session.execute(
        select(TrainingBooking.training_id, Training.place, Training.begins_at, TrainingBooking.state)
        .join(Training, Training.id == TrainingBooking.training_id)
        .where(TrainingBooking.volunteer_id == volunteer_id)
        .order_by(Training.begins_at.desc(), Training.id.desc())
        .limit(LATEST)
    )
    return [OwnBooking(**row) for row in rows.mappings()]


def beginning_of(day: date) -> datetime:
    """Return the instant at which a local day of the network begins."""
    return datetime.combine(day, time.min, current().settings.zone)


def _parts(area_ids: frozenset[int] | None) -> list[list[ColumnElement[bool]]]:
    if area_ids is None:
        return [[]]
    return [[Training.area_id.is_(None)], *([Training.area_id == area_id] for area_id in sorted(area_ids))]


def _page(
    session: Session, branches: list[Select[*tuple[Any, ...]]], *, limit: int, is_backwards: bool
) -> Page[TrainingFacts, TrainingPlace]:
    rows = first_rows(
        session,
        branches,
        limit=limit + 1,
        key=lambda row: (row.begins_at, row.id),
        is_backwards=is_backwards,
    )
    ids = [row.id for row in rows]
    facts = {row.id: _to_facts(row) for row in session.execute(_facts().where(Training.id.in_(ids)))}
    found = [facts[own] for own in ids if own in facts]
    return page_of(found, limit=limit, place_of=lambda training: training.list_place)


def _facts() -> Select[*tuple[Any, ...]]:
    return select(
        *Training.__table__.columns,
        _count(*HOLD_A_SEAT).label("taken"),
        _count(BookingState.WAITING).label("waiting"),
        _count(BookingState.INVITED).label("invited"),
    )


def _count(*states: BookingState) -> ColumnElement[int]:
    return (
        select(func.count(TrainingBooking.id))
        .where(TrainingBooking.training_id == Training.id, TrainingBooking.state.in_(sorted(states)))
        .scalar_subquery()
    )


def _to_facts(row: Row[*tuple[Any, ...]]) -> TrainingFacts:
    return TrainingFacts(
        id=row.id,
        place=row.place,
        position=LatLon(lat=row.lat, lon=row.lon),
        area_id=row.area_id,
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        seats=row.seats,
        trainer=row.trainer,
        state=row.state,
        updated_at=row.updated_at,
        taken=row.taken,
        waiting=row.waiting,
        invited=row.invited,
    )
