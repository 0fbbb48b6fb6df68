"""Courses and training days, and the indexes by which lists of many volunteers are read a page at a time."""

import sqlalchemy as sa
from alembic import op

from aednet.base.migrations.steps import belongs_to

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "training",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("trainer", sa.String(), nullable=True),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("lat BETWEEN -90 AND 90", name="ck_training_lat_in_range"),
        sa.CheckConstraint("lon BETWEEN -180 AND 180", name="ck_training_lon_in_range"),
        sa.CheckConstraint("seats > 0", name="ck_training_has_seats"),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name="fk_training_area_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_training"),
    )
    op.create_index("ix_training_begins_at_id", "training", ["begins_at", "id"])
    op.create_index("ix_training_area_id_begins_at_id", "training", ["area_id", "begins_at", "id"])
    op.create_table(
        "training_booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("training_id", sa.Integer(), nullable=False),
        sa.Column("volunteer_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        belongs_to("training_booking", "training"),
        belongs_to("training_booking", "volunteer"),
        sa.PrimaryKeyConstraint("id", name="pk_training_booking"),
        sa.UniqueConstraint(
            "training_id", "volunteer_id", name="uq_training_booking_training_id_volunteer_id"
        ),
    )
    op.create_index("ix_training_booking_volunteer_id", "training_booking", ["volunteer_id"])
    op.create_table(
        "course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("volunteer_id", sa.Integer(), nullable=False),
        sa.Column("course_on", sa.Date(), nullable=False),
        sa.Column("training_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        belongs_to("course", "volunteer"),
        sa.ForeignKeyConstraint(
            ["training_id"], ["training.id"], name="fk_course_training_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_course"),
    )
    op.create_index("ix_course_volunteer_id_id", "course", ["volunteer_id", "id"])
    op.create_index("ix_course_training_id", "course", ["training_id"])
    op.execute(
        "INSERT INTO course (volunteer_id, course_on, recorded_at, recorded_by) "
        "SELECT id, course_on, created_at, 'system' FROM volunteer WHERE course_on IS NOT NULL ORDER BY id"
    )
    _index_lists()


def _index_lists() -> None:
    """Replace the indexes that find volunteers by ones that also keep them in the order of a list."""
    for old in ("area_id", "certificate_lapses_on"):
        op.drop_index(f"ix_volunteer_{old}", "volunteer")
    roles = ["responds", "fetches", "guards"]
    for name, columns in {
        "of_area": ["area_id", "id", "status"],
        "of_area_by_lapse": ["area_id", "certificate_lapses_on", "id", "status"],
        "of_status": ["status", "id"],
        "of_status_by_lapse": ["status", "certificate_lapses_on", "id"],
        "by_lapse": ["certificate_lapses_on", "id", "status"],
    }.items():
        op.create_index(f"ix_volunteer_{name}", "volunteer", columns + roles)
    op.drop_index("ix_volunteer_name_word_word_hash", "volunteer_name_word")
    op.create_index(
        "ix_volunteer_name_word_word_hash_volunteer_id", "volunteer_name_word", ["word_hash", "volunteer_id"]
    )
