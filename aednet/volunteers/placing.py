"""Which volunteers, and training days, come into another area when borders change.

Homes are encrypted, so that no index finds those on the ground that changes hands: everybody is looked at who
lives in an area that gives up or gets some, or in none.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

import numpy as np
from sqlalchemy import LargeBinary, or_, select, type_coerce, update
from sqlalchemy.orm import Session

from aednet.base import revisions
from aednet.base.context import current
from aednet.base.database import set_values
from aednet.geography.extent import Extent
from aednet.geography.locator import AreaLocator, Key
from aednet.geography.points import LatLon
from aednet.volunteers.models import Volunteer
from aednet.volunteers.rules import Status
from aednet.volunteers.training.models import Training

BATCH = 10_000  # rows that stream from the database at once


def count_moves(
    session: Session, locator: AreaLocator[str], area_ids: Collection[int], slugs: Mapping[int, str]
) -> Counter[tuple[str | None, str | None]]:
    """Return how many volunteers would come from which area to which; None is no area.

    Counted are those who have not left, and live in the areas of these numbers or in none. `slugs` tell
    the areas of now by their numbers, `locator` knows those that will be.
    """
    moves: Counter[tuple[str | None, str | None]] = Counter()
    for _, area_id, status, after in _located(session, locator, area_ids):
        before = None if area_id is None else slugs.get(area_id)
        moves[before, after] += before != after and status is not Status.LEFT
    return +moves


def place_among(session: Session, locator: AreaLocator[int], area_ids: Collection[int]) -> int:
    """Work out anew which area everybody lives in who lived in these areas or in none.

    Returns how many moved.
    """
    moved = [
        {"id": volunteer_id, "area_id": after}
        for volunteer_id, before, _, after in _located(session, locator, area_ids)
        if after != before
    ]
    if moved:
        session.execute(update(Volunteer), moved)
        revisions.touch(session, revisions.Counter.VOLUNTEERS)
    return len(moved)


def place_trainings(session: Session, locator: AreaLocator[int], box: Extent) -> None:
    """Work out anew which area the training days in `box` are held in."""
    held = select(Training).where(
        Training.lat.between(box.south, box.north), Training.lon.between(box.west, box.east)
    )
    for training in session.scalars(held):
        set_values(training, {"area_id": locator.locate(LatLon(lat=training.lat, lon=training.lon))})
    session.flush()


def _located(
    session: Session, locator: AreaLocator[Key], area_ids: Collection[int]
) -> Iterator[tuple[int, int | None, Status, Key | None]]:
    columns = Volunteer.__table__.c
    statement = (
        select(
            columns.id, columns.area_id, columns.status, type_coerce(columns.home, LargeBinary).label("home")
        )
        .where(or_(columns.area_id.in_(area_ids), columns.area_id.is_(None)))
        .order_by(columns.id)
    )
    unseal = current().keyring.unseal
    result = session.execute(statement, execution_options={"yield_per": BATCH})
    for rows in result.partitions():
        opened = b"".join([unseal(row.home, column="volunteer.home") for row in rows])
        lat, lon = np.frombuffer(opened, dtype="<f8").reshape(-1, 2).T
        for row, area in zip(rows, locator.locate_all(lat=lat, lon=lon), strict=True):
            yield row.id, row.area_id, row.status, area
