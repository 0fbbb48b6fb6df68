"""The areas a page at a time, without their borders, and changes to what they are called."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.areas.models import Area, AreaKind
from aednet.areas.queries import AreaFacts
from aednet.base.database import set_values
from aednet.base.errors import Conflict, NotFound
from aednet.base.paging import Page, page_of

MARK_LENGTH = 16


class AreaChanged(Conflict):
    """What an area is called is no longer what somebody saw."""

    code = "area_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRow:
    """An area in a list."""

    slug: str
    name: str
    kind: AreaKind
    population: int | None
    name_source: str
    boundary_source: str


def list_page(
    session: Session, *, area_ids: Collection[int] | None, limit: int, after: str | None = None
) -> Page[AreaRow, str]:
    """Return at most `limit` areas by slug, those of these numbers, or with None all."""
    wanted = (
        select(Area.slug, Area.name, Area.kind, Area.population, Area.name_source, Area.boundary_source)
        .order_by(Area.slug)
        .limit(limit + 1)
    )
    if area_ids is not None:
        wanted = wanted.where(Area.id.in_(area_ids))
    if after is not None:
        wanted = wanted.where(Area.slug > after)
    found = [AreaRow(**row._asdict()) for row in session.execute(wanted)]
    return page_of(found, limit=limit, place_of=lambda row: row.slug)


def mark_of_facts(area: AreaFacts) -> str:
    """Return a short text that is the same only while an area is called and counted the same."""
    facts = (area.name, area.kind, area.population, area.name_source, area.boundary_source)
    return sha256(repr(facts).encode()).hexdigest()[:MARK_LENGTH]


def change_facts(session: Session, area: AreaFacts, values: Mapping[str, Any], *, seen: str) -> bool:
    """Set name, kind, population or sources of an area. Returns whether any differed.

    Raises:
        NotFound: the area is there no more.
        AreaChanged: it is not what the caller saw; `seen` is its mark then.
    """
    row = session.get(Area, area.id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("There is no such area.")
    if all(getattr(row, name) == value for name, value in values.items()):
        return False
    if mark_of_facts(area) != seen:
        raise AreaChanged("The area was changed by somebody else.")
    set_values(row, values)
    session.flush()
    return True
