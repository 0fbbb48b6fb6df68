"""The second step of signing in, the mobile numbers of accounts, and what finds things in the audit trail."""

import sqlalchemy as sa
from alembic import op

from aednet.base.migrations.steps import belongs_to

revision = "0011"
down_revision = "0010"

TRAIL_INDEXES = (("actor", "at", "id"), ("action", "at", "id"), ("actor", "action", "at", "id"))


def upgrade() -> None:
    """Take the step."""
    op.add_column("account", sa.Column("phone", sa.LargeBinary(), nullable=True))
    op.add_column("account", sa.Column("phone_hash", sa.LargeBinary(), nullable=True))
    op.create_index("ix_account_phone_hash", "account", ["phone_hash"])
    op.create_table(
        "second_factor",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=True),
        belongs_to("second_factor", "account"),
        sa.PrimaryKeyConstraint("account_id", name="pk_second_factor"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        belongs_to("recovery_code", "account"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_code"),
        sa.UniqueConstraint("account_id", "code_hash", name="uq_recovery_code_account_id_code_hash"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # Only in the order of its characters does an index find what begins with a text.
        op.execute('ALTER TABLE audit_event ALTER COLUMN subject TYPE VARCHAR COLLATE "C"')
    op.drop_index("ix_audit_event_at", "audit_event")
    op.drop_index("ix_audit_event_subject", "audit_event")
    op.create_index("ix_audit_event_at_id", "audit_event", ["at", "id"])
    op.create_index("ix_audit_event_subject_at_id", "audit_event", ["subject", "at", "id"])
    for columns in TRAIL_INDEXES:
        op.create_index(f"ix_audit_event_{'_'.join(columns)}", "audit_event", list(columns))
