"""Borders that somebody proposes, and those that were there before."""

import sqlalchemy as sa
from alembic import op

from aednet.base.migrations.steps import belongs_to

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "border_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        *_facts_of_an_area(),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("is_confirmed", sa.Boolean(), nullable=True),
        belongs_to("border_proposal", "area"),
        sa.PrimaryKeyConstraint("id", name="pk_border_proposal"),
    )
    op.create_index("ix_border_proposal_decided_at_id", "border_proposal", ["decided_at", "id"])
    op.create_index(
        "ix_border_proposal_area_id_decided_at_id", "border_proposal", ["area_id", "decided_at", "id"]
    )
    op.create_table(
        "kept_border",
        sa.Column("id", sa.Integer(), nullable=False),
        *_facts_of_an_area(),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kept_border"),
    )
    op.create_index("ix_kept_border_slug_id", "kept_border", ["slug", "id"])


def _facts_of_an_area() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=13), nullable=False),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("name_source", sa.String(), nullable=False),
        sa.Column("boundary_source", sa.String(), nullable=False),
        sa.Column("shape", sa.LargeBinary(), nullable=False),
    )
