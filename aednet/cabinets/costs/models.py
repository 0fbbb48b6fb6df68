"""Tables of what things cost and of what was ordered."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from aednet.base.database import Base, Day, Id, Instant, choice
from aednet.cabinets.costs.rules import OrderState, PriceKind

OF_ANY_MODEL = text("model IS NULL")
STANDS = text("consumable_order.state <> 'cancelled'")
ON_ITS_WAY = text("consumable_order.state = 'ordered'")


class Price(Base):
    """What one of a kind costs, of a model where that differs from what others cost."""

    __tablename__ = "price"
    __table_args__ = (
        CheckConstraint("cents >= 0", name="cents_not_negative"),
        Index("uq_price_kind_model", "kind", "model", unique=True),
        Index(
            "uq_price_any_model_kind",
            "kind",
            unique=True,
            sqlite_where=OF_ANY_MODEL,
            postgresql_where=OF_ANY_MODEL,
        ),
    )

    id: Mapped[Id]
    kind: Mapped[PriceKind] = mapped_column(choice(PriceKind))
    model: Mapped[str | None]
    cents: Mapped[int]
    changed_at: Mapped[Instant]


class ConsumableOrder(Base):
    """That new pads or a new battery were ordered for what lapses on a day.

    Once that has another date, or another takes its place, the order is of no account any more.
    """

    __tablename__ = "consumable_order"
    __table_args__ = (
        Index(
            "uq_consumable_order_standing_consumable_id_expires_on",
            "consumable_id",
            "expires_on",
            unique=True,
            sqlite_where=STANDS,
            postgresql_where=STANDS,
        ),
        Index(
            "ix_consumable_order_under_way_ordered_at_id",
            "ordered_at",
            "id",
            sqlite_where=ON_ITS_WAY,
            postgresql_where=ON_ITS_WAY,
        ),
        Index(None, "consumable_id", "id"),
    )

    id: Mapped[Id]
    consumable_id: Mapped[int] = mapped_column(ForeignKey("consumable.id", ondelete="CASCADE"))
    expires_on: Mapped[Day]
    state: Mapped[OrderState] = mapped_column(choice(OrderState))
    ordered_at: Mapped[Instant]
    ordered_by: Mapped[str]  # as the audit trail names them
    closed_at: Mapped[Instant | None]
    closed_by: Mapped[str | None]
