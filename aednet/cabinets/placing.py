"""Which cabinets come into another area when borders change: only those on the ground that changes hands."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from aednet.base import revisions
from aednet.cabinets.models import Cabinet
from aednet.geography.extent import Extent
from aednet.geography.locator import AreaLocator
from aednet.geography.points import LatLon


def count_moves(
    session: Session, locator: AreaLocator[str], box: Extent, slugs: Mapping[int, str]
) -> Counter[tuple[str | None, str | None]]:
    """Return how many cabinets in `box` would come from which area to which; None is no area.

    `slugs` tell the areas of now by their numbers, `locator` knows those that will be.
    """
    moves: Counter[tuple[str | None, str | None]] = Counter()
    for row in session.execute(_within(box)):
        before = None if row.area_id is None else slugs.get(row.area_id)
        after = locator.locate(LatLon(lat=row.lat, lon=row.lon))
        moves[before, after] += before != after
    return +moves


def place_within(session: Session, locator: AreaLocator[int], box: Extent) -> int:
    """Work out anew which area every cabinet in `box` lies in. Returns how many moved."""
    moved = []
    for row in session.execute(_within(box)):
        area_id = locator.locate(LatLon(lat=row.lat, lon=row.lon))
        if area_id != row.area_id:
            moved.append({"id": row.id, "area_id": area_id})
    if moved:
        session.execute(update(Cabinet), moved)
        revisions.touch(session, revisions.Counter.NETWORK)
    return len(moved)


def _within(box: Extent) -> Select[int, float, float, int | None]:
    return select(Cabinet.id, Cabinet.lat, Cabinet.lon, Cabinet.area_id).where(
        Cabinet.lat.between(box.south, box.north), Cabinet.lon.between(box.west, box.east)
    )
