"""The table of what has yet to be entered at HartslagNu."""

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from aednet.base.database import Base, Day, Id, Instant, choice
from aednet.cabinets.ledger.rules import Fact

TO_ENTER = text("registry_change.entered_at IS NULL")
ENTERED = text("registry_change.entered_at IS NOT NULL")


class RegistryChange(Base):
    """A fact of a cabinet that HartslagNu does not have yet, or has since `entered_at`.

    Of each fact of a cabinet one at a time is open. Of an access code it says that it changed, and no more.
    """

    __tablename__ = "registry_change"
    __table_args__ = (
        Index(
            "uq_registry_change_open_cabinet_id_fact",
            "cabinet_id",
            "fact",
            unique=True,
            sqlite_where=TO_ENTER,
            postgresql_where=TO_ENTER,
        ),
        Index(
            "ix_registry_change_open_pressing_on_id",
            "pressing_on",
            "id",
            sqlite_where=TO_ENTER,
            postgresql_where=TO_ENTER,
        ),
        Index(
            "ix_registry_change_entered_entered_at_id",
            "entered_at",
            "id",
            sqlite_where=ENTERED,
            postgresql_where=ENTERED,
        ),
        Index(None, "cabinet_id", "entered_at", "id"),
    )

    id: Mapped[Id]
    cabinet_id: Mapped[int] = mapped_column(ForeignKey("cabinet.id", ondelete="CASCADE"))
    fact: Mapped[Fact] = mapped_column(choice(Fact))
    old_value: Mapped[str | None]
    new_value: Mapped[str | None]
    pressing_on: Mapped[Day]  # puts the open ones in order
    changed_at: Mapped[Instant]  # last; whoever ticks it off says which state of it they entered
    changed_by: Mapped[str]  # as the audit trail names them
    entered_at: Mapped[Instant | None]
    entered_by: Mapped[str | None]
