"""Areas."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=13), nullable=False),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("name_source", sa.String(), nullable=False),
        sa.Column("boundary_source", sa.String(), nullable=False),
        sa.Column("shape", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("population >= 0", name="ck_area_population_not_negative"),
        sa.PrimaryKeyConstraint("id", name="pk_area"),
        sa.UniqueConstraint("slug", name="uq_area_slug"),
    )
