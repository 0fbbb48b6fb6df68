"""Who is away; and whoever looks after one cabinet is found without reading the others'."""

import sqlalchemy as sa
from alembic import op

from aednet.base.migrations.steps import belongs_to

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Take the step."""
    op.create_index("ix_guardianship_cabinet_id_since_on", "guardianship", ["cabinet_id", "since_on"])
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("volunteer_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("cover_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("from_on <= until_on", name="ck_absence_days_in_order"),
        belongs_to("absence", "volunteer"),
        sa.ForeignKeyConstraint(
            ["cover_id"], ["volunteer.id"], name="fk_absence_cover_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_absence"),
        sa.UniqueConstraint("volunteer_id", "from_on", name="uq_absence_volunteer_id_from_on"),
    )
    op.create_index("ix_absence_cover_id", "absence", ["cover_id"])
