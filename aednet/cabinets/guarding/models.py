"""The table of who is away, and who then stands in."""

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aednet.base.database import Base, Day, Id


class Absence(Base):
    """That somebody who looks after cabinets is away, the first and the last day included.

    Whoever stands in does so at the cabinets of which they are a deputy.
    """

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("from_on <= until_on", name="days_in_order"),
        UniqueConstraint("volunteer_id", "from_on"),
    )

    id: Mapped[Id]
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id", ondelete="CASCADE"))
    from_on: Mapped[Day]
    until_on: Mapped[Day]
    cover_id: Mapped[int | None] = mapped_column(ForeignKey("volunteer.id", ondelete="SET NULL"), index=True)
