"""Reads of the areas."""

from collections.abc import Iterable
from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.areas.models import Area, AreaKind, PopulationCell
from aednet.config import Settings
from aednet.geography.extent import Extent
from aednet.geography.locator import AreaLocator
from aednet.geography.projection import Projection

MARGIN_M = 25_000  # how far outside its areas a network may still have a cabinet or a volunteer


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaFacts:
    """All that is known of an area. `shape` is in WGS84 longitude and latitude."""

    id: int
    slug: str
    name: str
    kind: AreaKind
    population: int | None
    name_source: str
    boundary_source: str
    shape: BaseGeometry


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFacts:
    """A patch of ground and its inhabitants; `area` is the slug of the area it counts for."""

    area: str | None
    population: int
    shape: BaseGeometry


def list_cells(session: Session) -> list[CellFacts]:
    """Return every population cell, by code."""
    rows = session.execute(
        select(Area.slug, PopulationCell.population, PopulationCell.shape)
        .outerjoin(Area, Area.id == PopulationCell.area_id)
        .order_by(PopulationCell.code)
    )
    return [CellFacts(area=area, population=population, shape=shape) for area, population, shape in rows]


def list_areas(session: Session) -> list[AreaFacts]:
    """Return every area, by slug."""
    return [_facts(area) for area in session.scalars(select(Area).order_by(Area.slug))]


def find_area(session: Session, slug: str) -> AreaFacts | None:
    """Return the area known as `slug`, if there is one."""
    area = session.scalar(select(Area).where(Area.slug == slug))
    return None if area is None else _facts(area)


def area_locator(areas: Iterable[AreaFacts]) -> AreaLocator[int]:
    """Return what finds the id of the area at a point; on a shared edge the first in the given order."""
    return AreaLocator((area.id, area.shape) for area in areas)


def network_extent(settings: Settings, areas: Iterable[AreaFacts], projection: Projection) -> Extent:
    """Return where cabinets and people of this network may lie.

    The setting decides; without it, the box round the areas with 25 km to spare; without areas,
    wherever the projection is valid.
    """
    if settings.extent is not None:
        west, south, east, north = settings.extent
        return Extent(west=west, south=south, east=east, north=north)
    shapes = [area.shape for area in areas]
    return Extent.around(shapes).grown_by(MARGIN_M) if shapes else projection.extent


def _facts(area: Area) -> AreaFacts:
    return AreaFacts(
        id=area.id,
        slug=area.slug,
        name=area.name,
        kind=area.kind,
        population=area.population,
        name_source=area.name_source,
        boundary_source=area.boundary_source,
        shape=area.shape,
    )
