"""Tables of the areas."""

from enum import StrEnum
from typing import ClassVar

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import CheckConstraint, Dialect, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from aednet.base.database import Base, Id, choice
from aednet.base.revisions import Counter


class Shape(TypeDecorator[BaseGeometry]):
    """A geometry in WGS84 longitude and latitude, kept as well-known binary so that no digit is lost."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: BaseGeometry | None, dialect: Dialect) -> bytes | None:
        """Write the geometry."""
        return None if value is None else shapely.to_wkb(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> BaseGeometry | None:
        """Read the geometry."""
        return None if value is None else shapely.from_wkb(value)


class AreaKind(StrEnum):
    """What an area is: the municipality of Hoogeveen knows the first two."""

    NEIGHBOURHOOD = "wijksmederij"
    VILLAGE = "dorpssmederij"
    OTHER = "other"


class Area(Base):
    """One smederij, or whatever a network elsewhere divides itself into."""

    __tablename__ = "area"
    __table_args__ = (CheckConstraint("population >= 0", name="population_not_negative"),)
    __revision__: ClassVar[Counter] = Counter.NETWORK

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[AreaKind] = mapped_column(choice(AreaKind))
    population: Mapped[int | None]
    name_source: Mapped[str]  # `proposal` until a coordinator confirms it
    boundary_source: Mapped[str]
    shape: Mapped[BaseGeometry] = mapped_column(Shape)


class PopulationCell(Base):
    """A patch of ground whose inhabitants are counted: a buurt, or a square of the statistics office."""

    __tablename__ = "population_cell"
    __table_args__ = (CheckConstraint("population >= 0", name="population_not_negative"),)
    __revision__: ClassVar[Counter] = Counter.NETWORK

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id", ondelete="SET NULL"), index=True)
    population: Mapped[int]
    source: Mapped[str]
    shape: Mapped[BaseGeometry] = mapped_column(Shape)
