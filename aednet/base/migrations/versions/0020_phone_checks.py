"""Codes by which mobile numbers are verified."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "phone_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_phone_check"),
        sa.UniqueConstraint("token", name="uq_phone_check_token"),
        sqlite_autoincrement=True,
    )
    for columns in (("phone_hash", "sent_at"), ("address_hash", "sent_at"), ("sent_at",)):
        op.create_index(f"ix_phone_check_{'_'.join(columns)}", "phone_check", list(columns))
