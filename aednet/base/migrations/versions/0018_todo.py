"""Secret addresses of calendar feeds, and indexes by which what is to be done is found."""

import sqlalchemy as sa
from alembic import op

from aednet.base.migrations.steps import belongs_to

revision = "0018"
down_revision = "0017"

HOLDS = sa.text("ended_at IS NULL")
INDEXES_OF_SOME = (
    (
        "ix_cabinet_hours_unknown_id",
        "cabinet",
        ("id",),
        "cabinet.status NOT IN ('planned', 'retired') AND cabinet.hours_unknown",
    ),
    (
        "ix_problem_report_open_reported_at_id",
        "problem_report",
        ("reported_at", "id"),
        "problem_report.closed_at IS NULL",
    ),
    ("ix_problem_report_open_id", "problem_report", ("id",), "problem_report.closed_at IS NULL"),
    ("ix_problem_report_closed_id", "problem_report", ("id",), "problem_report.closed_at IS NOT NULL"),
    (
        "ix_problem_report_open_cabinet_id",
        "problem_report",
        ("cabinet_id",),
        "problem_report.closed_at IS NULL",
    ),
    (
        "ix_volunteer_called_area_id_certificate_lapses_on",
        "volunteer",
        ("area_id", "certificate_lapses_on"),
        "volunteer.responds AND volunteer.status IN ('new', 'active')",
    ),
)


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "calendar_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        belongs_to("calendar_address", "account"),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_address"),
        sa.UniqueConstraint("token_hash", name="uq_calendar_address_token_hash"),
    )
    op.create_index(
        "uq_calendar_address_current_account_id",
        "calendar_address",
        ["account_id"],
        unique=True,
        sqlite_where=HOLDS,
        postgresql_where=HOLDS,
    )
    # Whether they can be read is worked out when they are next written.
    op.add_column(
        "cabinet", sa.Column("hours_unknown", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.execute("UPDATE cabinet SET hours_unknown = (opening_hours IS NULL)")
    for name, table, columns, where in INDEXES_OF_SOME:
        op.create_index(
            name, table, list(columns), sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )
