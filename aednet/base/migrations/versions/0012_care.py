"""What checks found, photos, what follows a use, and who read an access code."""

import sqlalchemy as sa
from alembic import op

from aednet.base.migrations.steps import belongs_to

revision = "0012"
down_revision = "0011"

INSTANT = sa.DateTime(timezone=True)
OPEN_FINDING = sa.text("remedied_at IS NULL")
OPEN_PATH = sa.text("closed_at IS NULL")


def upgrade() -> None:
    """Take the step."""
    _add_findings()
    _add_after_use()
    op.create_table(
        "code_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cabinet_id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("reason", sa.String(length=9), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        belongs_to("code_reading", "cabinet"),
        sa.PrimaryKeyConstraint("id", name="pk_code_reading"),
    )
    op.create_index("ix_code_reading_actor_at", "code_reading", ["actor", "at"])
    op.create_index("ix_code_reading_cabinet_id_at", "code_reading", ["cabinet_id", "at"])


def _add_findings() -> None:
    op.create_table(
        "inspection_answer",
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=9), nullable=False),
        sa.Column("answer", sa.String(length=6), nullable=False),
        belongs_to("inspection_answer", "inspection"),
        sa.PrimaryKeyConstraint("inspection_id", "item", name="pk_inspection_answer"),
    )
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cabinet_id", sa.Integer(), nullable=False),
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=9), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("remedied_at", INSTANT, nullable=True),
        sa.Column("remedied_by", sa.String(), nullable=True),
        belongs_to("finding", "cabinet"),
        belongs_to("finding", "inspection"),
        sa.PrimaryKeyConstraint("id", name="pk_finding"),
    )
    op.create_index("ix_finding_cabinet_id", "finding", ["cabinet_id"])
    op.create_index("ix_finding_inspection_id", "finding", ["inspection_id"])
    _of_open(
        "uq_finding_open_cabinet_id_item", "finding", ["cabinet_id", "item"], where=OPEN_FINDING, unique=True
    )
    _of_open("ix_finding_open_found_on_id", "finding", ["found_on", "id"], where=OPEN_FINDING, unique=False)
    op.create_table(
        "inspection_photo",
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column("image", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        belongs_to("inspection_photo", "inspection"),
        sa.PrimaryKeyConstraint("inspection_id", name="pk_inspection_photo"),
    )


def _add_after_use() -> None:
    op.create_table(
        "after_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cabinet_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("begun_by", sa.String(), nullable=False),
        sa.Column("was_in_service", sa.Boolean(), nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(length=8), nullable=True),
        belongs_to("after_use", "cabinet"),
        sa.PrimaryKeyConstraint("id", name="pk_after_use"),
    )
    op.create_index("ix_after_use_cabinet_id", "after_use", ["cabinet_id"])
    _of_open("uq_after_use_open_cabinet_id", "after_use", ["cabinet_id"], where=OPEN_PATH, unique=True)
    _of_open("ix_after_use_open_begun_at_id", "after_use", ["begun_at", "id"], where=OPEN_PATH, unique=False)
    op.create_table(
        "after_use_step",
        sa.Column("after_use_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=12), nullable=False),
        sa.Column("done_at", INSTANT, nullable=False),
        sa.Column("done_by", sa.String(), nullable=False),
        belongs_to("after_use_step", "after_use"),
        sa.PrimaryKeyConstraint("after_use_id", "step", name="pk_after_use_step"),
    )


def _of_open(name: str, table: str, columns: list[str], *, where: sa.TextClause, unique: bool) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)
