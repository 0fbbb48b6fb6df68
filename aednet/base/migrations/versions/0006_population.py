"""Population cells, and the responder figures that the public sees."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "population_cell",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("shape", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("population >= 0", name="ck_population_cell_population_not_negative"),
        sa.ForeignKeyConstraint(
            ["area_id"], ["area.id"], name="fk_population_cell_area_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_population_cell"),
        sa.UniqueConstraint("code", name="uq_population_cell_code"),
    )
    op.create_index("ix_population_cell_area_id", "population_cell", ["area_id"])
    op.create_table(
        "published_responders",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("responders", sa.Integer(), nullable=False),
        sa.Column("refreshed_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name="pk_published_responders"),
    )
