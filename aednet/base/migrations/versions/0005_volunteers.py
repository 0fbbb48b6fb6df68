"""Volunteers, what they consented to, and who of them look after which cabinets."""

import sqlalchemy as sa
from alembic import op

from aednet.base.migrations.steps import belongs_to, make_append_only

revision = "0005"
down_revision = "0004"

CURRENT_GUARDIAN = sa.text("role = 'guardian' AND until_on IS NULL")
CURRENT = sa.text("until_on IS NULL")


def upgrade() -> None:
    """Take the step."""
    op.execute("INSERT INTO revision (name, value) VALUES ('volunteers', 1)")
    op.create_table(
        "volunteer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("email_hash", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("home", sa.LargeBinary(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("responds", sa.Boolean(), nullable=False),
        sa.Column("fetches", sa.Boolean(), nullable=False),
        sa.Column("guards", sa.Boolean(), nullable=False),
        sa.Column("course_on", sa.Date(), nullable=True),
        sa.Column("certificate_lapses_on", sa.Date(), nullable=True),
        sa.Column("available", sa.String(), nullable=True),
        sa.Column("travel_mode", sa.String(length=5), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("consent_version", sa.String(), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=6), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name="fk_volunteer_area_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_volunteer"),
        sqlite_autoincrement=True,
    )
    for column in ("phone_hash", "email_hash", "area_id", "certificate_lapses_on"):
        op.create_index(f"ix_volunteer_{column}", "volunteer", [column])
    op.create_table(
        "volunteer_name_word",
        sa.Column("volunteer_id", sa.Integer(), nullable=False),
        sa.Column("word_hash", sa.LargeBinary(), nullable=False),
        belongs_to("volunteer_name_word", "volunteer"),
        sa.PrimaryKeyConstraint("volunteer_id", "word_hash", name="pk_volunteer_name_word"),
    )
    op.create_index("ix_volunteer_name_word_word_hash", "volunteer_name_word", ["word_hash"])
    op.create_table(
        "consent_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("volunteer_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("way", sa.String(length=11), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consent_event"),
    )
    op.create_index("ix_consent_event_volunteer_id_at", "consent_event", ["volunteer_id", "at"])
    make_append_only("consent_event")
    op.create_table(
        "guardianship",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cabinet_id", sa.Integer(), nullable=False),
        sa.Column("volunteer_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        belongs_to("guardianship", "cabinet"),
        belongs_to("guardianship", "volunteer"),
        sa.PrimaryKeyConstraint("id", name="pk_guardianship"),
    )
    op.create_index("ix_guardianship_volunteer_id", "guardianship", ["volunteer_id"])
    op.create_index(
        "uq_guardianship_current_guardian_cabinet_id",
        "guardianship",
        ["cabinet_id"],
        unique=True,
        sqlite_where=CURRENT_GUARDIAN,
        postgresql_where=CURRENT_GUARDIAN,
    )
    op.create_index(
        "uq_guardianship_current_cabinet_id_volunteer_id",
        "guardianship",
        ["cabinet_id", "volunteer_id"],
        unique=True,
        sqlite_where=CURRENT,
        postgresql_where=CURRENT,
    )
