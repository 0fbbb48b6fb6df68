"""Writes of the areas."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass

from shapely.geometry.base import BaseGeometry
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from aednet.areas.models import Area, AreaKind, PopulationCell
from aednet.base.database import set_values
from aednet.geography.locator import AreaLocator
from aednet.geography.shapes import inner_point


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaDraft:
    """What an area shall become; known by its slug."""

    slug: str
    name: str
    kind: AreaKind
    population: int | None
    name_source: str
    boundary_source: str
    shape: BaseGeometry


def put_areas(session: Session, drafts: Iterable[AreaDraft]) -> int:
    """Create each area, or change the one with its slug. Returns how many rows are new or differ."""
    stored = {area.slug: area for area in session.scalars(select(Area))}
    changed = 0
    for draft in drafts:
        area = stored.get(draft.slug)
        if area is None:
            area = stored[draft.slug] = Area(slug=draft.slug)
            session.add(area)
        changed += set_values(area, asdict(draft))
    session.flush()
    return changed


@dataclass(frozen=True, slots=True, kw_only=True)
class CellDraft:
    """What a population cell shall become; known by its code."""

    code: str
    name: str
    population: int
    source: str
    shape: BaseGeometry


def place_cells(session: Session, locator: AreaLocator[int], *, among: Collection[int] | None = None) -> None:
    """Work out anew which area population cells count for, after borders changed.

    With `among`, only those that counted for one of these areas or for none can have moved.
    """
    wanted = select(PopulationCell)
    if among is not None:
        wanted = wanted.where(or_(PopulationCell.area_id.in_(among), PopulationCell.area_id.is_(None)))
    for cell in session.scalars(wanted):
        set_values(cell, {"area_id": locator.locate(inner_point(cell.shape))})
    session.flush()


def put_cells(session: Session, drafts: Iterable[CellDraft], locator: AreaLocator[int]) -> int:
    """Create or change population cells; each counts for the area that holds its inner point.

    Returns how many rows are new or differ.
    """
    stored = {cell.code: cell for cell in session.scalars(select(PopulationCell))}
    changed = 0
    for draft in drafts:
        cell = stored.get(draft.code)
        if cell is None:
            cell = stored[draft.code] = PopulationCell(code=draft.code)
            session.add(cell)
        area_id = locator.locate(inner_point(draft.shape))
        changed += set_values(cell, asdict(draft) | {"area_id": area_id})
    session.flush()
    return changed
