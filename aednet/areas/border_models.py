"""Tables of how borders change: what somebody proposes, and what was there before."""

from shapely.geometry.base import BaseGeometry
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from aednet.areas.models import AreaKind, Shape
from aednet.base.database import Base, Id, Instant, choice


class BorderProposal(Base):
    """A border that waits for an administrator: of an area that is there, or of one that is to be."""

    __tablename__ = "border_proposal"
    __table_args__ = (Index(None, "decided_at", "id"), Index(None, "area_id", "decided_at", "id"))

    id: Mapped[Id]
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id", ondelete="CASCADE"))
    slug: Mapped[str]
    name: Mapped[str]
    kind: Mapped[AreaKind] = mapped_column(choice(AreaKind))
    population: Mapped[int | None]
    name_source: Mapped[str]
    boundary_source: Mapped[str]
    shape: Mapped[BaseGeometry] = mapped_column(Shape)
    proposed_at: Mapped[Instant]
    proposed_by: Mapped[str]
    decided_at: Mapped[Instant | None]
    decided_by: Mapped[str | None]
    is_confirmed: Mapped[bool | None]


class KeptBorder(Base):
    """An area as it was before its border changed or it was removed, so that a mistake can be undone."""

    __tablename__ = "kept_border"
    __table_args__ = (Index(None, "slug", "id"),)

    id: Mapped[Id]
    slug: Mapped[str]
    name: Mapped[str]
    kind: Mapped[AreaKind] = mapped_column(choice(AreaKind))
    population: Mapped[int | None]
    name_source: Mapped[str]
    boundary_source: Mapped[str]
    shape: Mapped[BaseGeometry] = mapped_column(Shape)
    replaced_at: Mapped[Instant]
    replaced_by: Mapped[str]
