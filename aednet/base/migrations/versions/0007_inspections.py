"""Who logged an inspection, and what they noted."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Take the step."""
    op.add_column("inspection", sa.Column("note", sa.LargeBinary(), nullable=True))
    op.add_column("inspection", sa.Column("recorded_by", sa.String(), nullable=True))
