"""Areas by their names alone, a page of them at a time: there may be thousands."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.areas.models import Area
from aednet.base.paging import Page, page_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaName:
    """What an area is called: `slug` in addresses, `name` among people."""

    id: int
    slug: str
    name: str


def find_area_name(session: Session, slug: str) -> AreaName | None:
    """Return the name of the area known as `slug`, if there is one."""
    row = session.execute(select(Area.id, Area.slug, Area.name).where(Area.slug == slug)).one_or_none()
    return None if row is None else AreaName(id=row.id, slug=row.slug, name=row.name)


def names_of(session: Session, area_ids: Collection[int]) -> Mapping[int, AreaName]:
    """Return the names of some areas by their ids."""
    rows = session.execute(select(Area.id, Area.slug, Area.name).where(Area.id.in_(area_ids)))
    return {row.id: AreaName(id=row.id, slug=row.slug, name=row.name) for row in rows}


def list_area_names(
    session: Session, *, within: Collection[int] | None, after: str | None, limit: int
) -> Page[AreaName, str]:
    """Return at most `limit` areas, by slug from `after` on; of these alone, or of all for None."""
    wanted = select(Area.id, Area.slug, Area.name).order_by(Area.slug).limit(limit + 1)
    if within is not None:
        wanted = wanted.where(Area.id.in_(within))
    if after is not None:
        wanted = wanted.where(Area.slug > after)
    found = [AreaName(id=row.id, slug=row.slug, name=row.name) for row in session.execute(wanted)]
    return page_of(found, limit=limit, place_of=lambda area: area.slug)
