"""The outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("occurrence_on", sa.Date(), nullable=False),
        sa.Column("recipient_kind", sa.String(9), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("message_class", sa.String(13), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("carrier_id", sa.Integer(), nullable=True),
        sa.Column("consent_version", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("segments", sa.Integer(), nullable=True),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name="fk_reminder_area_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["reminder.id"], name="fk_reminder_carrier_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reminder"),
        sa.UniqueConstraint(
            "rule",
            "subject_kind",
            "subject_id",
            "occurrence_on",
            "recipient_kind",
            "recipient_id",
            name="uq_reminder_occurrence",
        ),
    )
    for columns in (
        ["state", "due_at", "id"],
        ["recipient_kind", "recipient_id"],
        ["area_id", "state"],
        ["carrier_id"],
    ):
        op.create_index(f"ix_reminder_{'_'.join(columns)}", "reminder", columns)
