"""When a problem report was closed, and by whom."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Take the step."""
    op.add_column("problem_report", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("problem_report", sa.Column("closed_by", sa.String(), nullable=True))
