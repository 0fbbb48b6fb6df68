"""Everybody at once, as arrays: what matching and coverage need of people, and nothing of who they are.

Somebody costs some ten microseconds, four of them for opening the home's position.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import LargeBinary, Row, select, type_coerce
from sqlalchemy.orm import Session

from aednet.base.context import current
from aednet.volunteers.models import Volunteer
from aednet.volunteers.rules import Status, TravelMode

BATCH = 10_000  # rows that stream from the database at once
TAKES_PART = (Status.NEW, Status.ACTIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Some volunteers, one in each place of every array. `lat` and `lon` are WGS84 degrees.

    `responds`, `fetches` and `guards` say what they are willing to do; a certificate counts up to and
    including the day on which it lapses (`datetime64[D]`, NaT where there is none).
    """

    ids: NDArray[np.int64]
    area_ids: tuple[int | None, ...]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    responds: NDArray[np.bool_]
    fetches: NDArray[np.bool_]
    guards: NDArray[np.bool_]
    certificate_lapses_on: NDArray[np.datetime64]
    available: tuple[str | None, ...]
    travel_modes: tuple[TravelMode, ...]
    statuses: tuple[Status, ...]

    def __len__(self) -> int:
        return len(self.ids)


def people_for_matching(session: Session) -> Iterator[People]:
    """Yield those who take part or have just registered, by number, some thousands at a time."""
    return read_people(session, TAKES_PART)


def read_people(session: Session, statuses: Sequence[Status] = tuple(Status)) -> Iterator[People]:
    """Yield the volunteers of these statuses, by number, some thousands at a time."""
    columns = Volunteer.__table__.c  # the table, since mapped columns cost twice the time
    statement = (
        select(
            columns.id,
            columns.area_id,
            type_coerce(columns.home, LargeBinary).label("home"),
            columns.responds,
            columns.fetches,
            columns.guards,
            columns.certificate_lapses_on,
            columns.available,
            columns.travel_mode,
            columns.status,
        )
        .where(columns.status.in_(statuses))
        .order_by(columns.id)
    )
    result = session.execute(statement, execution_options={"yield_per": BATCH})
    for rows in result.partitions():
        yield _people(rows)


def _people(rows: Sequence[Row[*tuple[Any, ...]]]) -> People:
    (
        ids,
        area_ids,
        homes,
        responds,
        fetches,
        guards,
        lapses_on,
        available,
        travel_modes,
        statuses,
    ) = zip(*rows, strict=True)
    unseal = current().keyring.unseal
    opened = b"".join([unseal(home, column="volunteer.home") for home in homes])
    lat, lon = np.frombuffer(opened, dtype="<f8").reshape(-1, 2).T
    return People(
        ids=np.array(ids, dtype=np.int64),
        area_ids=area_ids,
        lat=lat,
        lon=lon,
        responds=np.array(responds, dtype=np.bool_),
        fetches=np.array(fetches, dtype=np.bool_),
        guards=np.array(guards, dtype=np.bool_),
        certificate_lapses_on=np.array(lapses_on, dtype="datetime64[D]"),
        available=available,
        travel_modes=travel_modes,
        statuses=statuses,
    )
