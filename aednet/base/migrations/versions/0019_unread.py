"""Unread messages of all areas in the order in which they came."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

IS_UNREAD = sa.text("read_at IS NULL")


def upgrade() -> None:
    """Take the step."""
    op.create_index(
        "ix_inbound_sms_unread_anywhere",
        "inbound_sms",
        ["received_at", "id"],
        sqlite_where=IS_UNREAD,
        postgresql_where=IS_UNREAD,
    )
