"""Cabinets, devices, consumables, inspections and problem reports."""

import sqlalchemy as sa
from alembic import op

from aednet.base.migrations.steps import belongs_to

revision = "0003"
down_revision = "0002"

CURRENT = sa.text("removed_on IS NULL")


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "cabinet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("matching_name", sa.String(), nullable=False),
        sa.Column("status", sa.String(length=14), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("location", sa.String(), nullable=True),
        sa.Column("access", sa.String(length=10), nullable=True),
        sa.Column("locked", sa.Boolean(), nullable=True),
        sa.Column("indoor", sa.Boolean(), nullable=True),
        sa.Column("opening_hours", sa.String(), nullable=True),
        sa.Column("access_code", sa.LargeBinary(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("source_key", sa.String(), nullable=True),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("lat BETWEEN -90 AND 90", name="ck_cabinet_lat_in_range"),
        sa.CheckConstraint("lon BETWEEN -180 AND 180", name="ck_cabinet_lon_in_range"),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name="fk_cabinet_area_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_cabinet"),
        sa.UniqueConstraint("ref", name="uq_cabinet_ref"),
        sa.UniqueConstraint("source", "source_key", name="uq_cabinet_source_source_key"),
    )
    op.create_index("ix_cabinet_area_id", "cabinet", ["area_id"])
    op.create_index("ix_cabinet_lat_lon", "cabinet", ["lat", "lon"])
    op.create_index("ix_cabinet_matching_name_lat_lon", "cabinet", ["matching_name", "lat", "lon"])
    op.create_table(
        "device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cabinet_id", sa.Integer(), nullable=False),
        sa.Column("manufacturer", sa.String(), nullable=True),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("serial_number", sa.String(), nullable=True),
        sa.Column("in_use_since_on", sa.Date(), nullable=True),
        sa.Column("removed_on", sa.Date(), nullable=True),
        belongs_to("device", "cabinet"),
        sa.PrimaryKeyConstraint("id", name="pk_device"),
    )
    one_current("uq_device_current_cabinet_id", "device", ["cabinet_id"])
    op.create_table(
        "consumable",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("installed_on", sa.Date(), nullable=True),
        sa.Column("removed_on", sa.Date(), nullable=True),
        belongs_to("consumable", "device"),
        sa.PrimaryKeyConstraint("id", name="pk_consumable"),
    )
    one_current("uq_consumable_current_device_id_kind", "consumable", ["device_id", "kind"])
    op.create_table(
        "inspection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cabinet_id", sa.Integer(), nullable=False),
        sa.Column("inspected_on", sa.Date(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        belongs_to("inspection", "cabinet"),
        sa.PrimaryKeyConstraint("id", name="pk_inspection"),
    )
    op.create_index(
        "ix_inspection_cabinet_id_inspected_on_id", "inspection", ["cabinet_id", "inspected_on", "id"]
    )
    op.create_table(
        "problem_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cabinet_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        belongs_to("problem_report", "cabinet"),
        sa.PrimaryKeyConstraint("id", name="pk_problem_report"),
    )
    op.create_index(
        "ix_problem_report_cabinet_id_reported_at", "problem_report", ["cabinet_id", "reported_at"]
    )


def one_current(name: str, table: str, columns: list[str]) -> None:
    """Allow one row without `removed_on` for each value of `columns`."""
    op.create_index(name, table, columns, unique=True, sqlite_where=CURRENT, postgresql_where=CURRENT)
