"""The table of how many cabinets were ready on each day."""

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from aednet.base.database import Base, Day, Id

OF_AN_AREA = text("area_id IS NOT NULL")
OF_ALL = text("area_id IS NULL")


class ReadinessDay(Base):
    """How the cabinets of an area stood on a day; without an area, those of the whole network."""

    __tablename__ = "readiness_day"
    __table_args__ = (
        Index(
            "uq_readiness_day_area_id_day",
            "area_id",
            "day",
            unique=True,
            sqlite_where=OF_AN_AREA,
            postgresql_where=OF_AN_AREA,
        ),
        Index("uq_readiness_day_all_day", "day", unique=True, sqlite_where=OF_ALL, postgresql_where=OF_ALL),
    )

    id: Mapped[Id]
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id", ondelete="CASCADE"))
    day: Mapped[Day]
    ready: Mapped[int]
    due: Mapped[int]
    overdue: Mapped[int]
    out_of_service: Mapped[int]
    unknown: Mapped[int]
