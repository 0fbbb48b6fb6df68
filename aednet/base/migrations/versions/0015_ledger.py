"""What has yet to be entered at HartslagNu, figures by day and month, prices and orders, numbers in use."""

import sqlalchemy as sa
from alembic import op

from aednet.base.migrations.steps import belongs_to

revision = "0015"
down_revision = "0014"

INSTANT = sa.DateTime(timezone=True)
MOST_DIGITS = 18  # of a number that either database keeps
OF_AN_AREA = sa.text("area_id IS NOT NULL")
OF_ALL = sa.text("area_id IS NULL")
TO_ORDER = """UPDATE consumable SET to_order_on = expires_on
    WHERE removed_on IS NULL AND device_id IN (
        SELECT device.id FROM device JOIN cabinet ON cabinet.id = device.cabinet_id
        WHERE device.removed_on IS NULL AND cabinet.status IN ('in_service', 'out_of_service'))"""


def upgrade() -> None:
    """Take the step."""
    _add_ledger()
    _add_figures()
    _add_costs()
    _number_references()


def _add_ledger() -> None:
    op.create_table(
        "registry_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cabinet_id", sa.Integer(), nullable=False),
        sa.Column("fact", sa.String(length=13), nullable=False),
        sa.Column("old_value", sa.String(), nullable=True),
        sa.Column("new_value", sa.String(), nullable=True),
        sa.Column("pressing_on", sa.Date(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("entered_at", INSTANT, nullable=True),
        sa.Column("entered_by", sa.String(), nullable=True),
        belongs_to("registry_change", "cabinet"),
        sa.PrimaryKeyConstraint("id", name="pk_registry_change"),
    )
    to_enter = sa.text("registry_change.entered_at IS NULL")
    entered = sa.text("registry_change.entered_at IS NOT NULL")
    _index_of_some(
        "uq_registry_change_open_cabinet_id_fact", "cabinet_id", "fact", where=to_enter, unique=True
    )
    _index_of_some("ix_registry_change_open_pressing_on_id", "pressing_on", "id", where=to_enter)
    _index_of_some("ix_registry_change_entered_entered_at_id", "entered_at", "id", where=entered)
    op.create_index(
        "ix_registry_change_cabinet_id_entered_at_id", "registry_change", ["cabinet_id", "entered_at", "id"]
    )


def _add_figures() -> None:
    op.create_table(
        "readiness_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("ready", "due", "overdue", "out_of_service", "unknown")
        ),
        belongs_to("readiness_day", "area"),
        sa.PrimaryKeyConstraint("id", name="pk_readiness_day"),
    )
    _index_of_some("uq_readiness_day_area_id_day", "area_id", "day", where=OF_AN_AREA, unique=True)
    _index_of_some("uq_readiness_day_all_day", "day", where=OF_ALL, unique=True)
    op.create_table(
        "month_tally",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=11), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        belongs_to("month_tally", "area"),
        sa.PrimaryKeyConstraint("id", name="pk_month_tally"),
    )
    _index_of_some(
        "uq_month_tally_area_id_kind_month", "area_id", "kind", "month", where=OF_AN_AREA, unique=True
    )
    _index_of_some("uq_month_tally_all_kind_month", "kind", "month", where=OF_ALL, unique=True)


def _add_costs() -> None:
    op.create_table(
        "price",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint("cents >= 0", name="ck_price_cents_not_negative"),
        sa.PrimaryKeyConstraint("id", name="pk_price"),
    )
    op.create_index("uq_price_kind_model", "price", ["kind", "model"], unique=True)
    _index_of_some("uq_price_any_model_kind", "kind", where=sa.text("model IS NULL"), unique=True)
    op.create_table(
        "consumable_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consumable_id", sa.Integer(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("ordered_at", INSTANT, nullable=False),
        sa.Column("ordered_by", sa.String(), nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        belongs_to("consumable_order", "consumable"),
        sa.PrimaryKeyConstraint("id", name="pk_consumable_order"),
    )
    _index_of_some(
        "uq_consumable_order_standing_consumable_id_expires_on",
        "consumable_id",
        "expires_on",
        where=sa.text("consumable_order.state <> 'cancelled'"),
        unique=True,
    )
    _index_of_some(
        "ix_consumable_order_under_way_ordered_at_id",
        "ordered_at",
        "id",
        where=sa.text("consumable_order.state = 'ordered'"),
    )
    op.create_index("ix_consumable_order_consumable_id_id", "consumable_order", ["consumable_id", "id"])

    op.create_index("ix_device_cabinet_id", "device", ["cabinet_id"])
    op.create_index("ix_consumable_device_id", "consumable", ["device_id"])
    op.add_column("consumable", sa.Column("to_order_on", sa.Date(), nullable=True))
    op.execute(TO_ORDER)
    _index_of_some(
        "ix_consumable_to_order_kind_to_order_on_id",
        "kind",
        "to_order_on",
        "id",
        where=sa.text("to_order_on IS NOT NULL"),
    )


def _number_references() -> None:
    op.add_column("cabinet", sa.Column("ref_prefix", sa.String(), nullable=True))
    op.add_column("cabinet", sa.Column("ref_number", sa.BigInteger(), nullable=True))
    connection = op.get_bind()
    numbered = [
        {"id": row.id, "prefix": prefix, "number": int(tail)}
        for row in connection.execute(sa.text("SELECT id, ref FROM cabinet"))
        for prefix, dash, tail in [row.ref.rpartition("-")]
        if dash and tail.isdecimal() and len(tail) <= MOST_DIGITS
    ]
    if numbered:
        connection.execute(
            sa.text("UPDATE cabinet SET ref_prefix = :prefix, ref_number = :number WHERE id = :id"), numbered
        )
    op.create_index("ix_cabinet_ref_prefix_ref_number", "cabinet", ["ref_prefix", "ref_number"])


TABLES = ("registry_change", "readiness_day", "month_tally", "consumable_order", "consumable", "price")


def _index_of_some(name: str, *columns: str, where: sa.TextClause, unique: bool = False) -> None:
    table = next(table for table in TABLES if name[3:].startswith(table))
    op.create_index(name, table, list(columns), unique=unique, sqlite_where=where, postgresql_where=where)
