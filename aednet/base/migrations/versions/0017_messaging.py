"""The outbox: reminders, the tries at telling them, and what came back."""

import sqlalchemy as sa
from alembic import op

from aednet.base.migrations.steps import make_append_only

revision = "0017"
down_revision = "0016"

INSTANT = sa.DateTime(timezone=True)
IS_WAITING = sa.text("state IN ('planned', 'due')")
IS_UNSENT = sa.text("state IN ('planned', 'due', 'held')")
IS_LIVE = sa.text("state IN ('claimed', 'unknown', 'accepted', 'sent')")
IS_IN_FLIGHT = sa.text("state IN ('claimed', 'unknown')")
IS_POLLED = sa.text("state IN ('accepted', 'sent')")
IS_CARRIED = sa.text("carrier_id IS NOT NULL")
IS_UNREAD = sa.text("read_at IS NULL")


def upgrade() -> None:
    """Take the step."""
    _create_reminder()
    _create_attempt()
    _create_received()
    _create_standing()


def _create_reminder() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("occurrence_on", sa.Date(), nullable=False),
        sa.Column("recipient_kind", sa.String(9), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("message_class", sa.String(13), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(14), nullable=True),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("carrier_id", sa.Integer(), nullable=True),
        sa.Column("consent_version", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("given_text", sa.LargeBinary(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("segments", sa.Integer(), nullable=True),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name="fk_reminder_area_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["reminder.id"], name="fk_reminder_carrier_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reminder"),
        sa.UniqueConstraint(
            "subject_kind",
            "subject_id",
            "rule",
            "occurrence_on",
            "recipient_kind",
            "recipient_id",
            name="uq_reminder_occurrence",
        ),
    )
    _index("reminder", "waiting", ["message_class", "due_at", "id"], where=IS_WAITING)
    _index("reminder", "unsent", ["expires_at"], where=IS_UNSENT)
    _index("reminder", "carrier_id", ["carrier_id"], where=IS_CARRIED)
    for columns in (
        ["state", "id"],
        ["area_id", "state", "id"],
        ["area_id", "id"],
        ["recipient_kind", "recipient_id", "state"],
    ):
        _index("reminder", "_".join(columns), columns)


def _create_attempt() -> None:
    op.create_table(
        "sms_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("reminder_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("message_class", sa.String(13), nullable=False),
        sa.Column("gateway", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("lease_until", INSTANT, nullable=False),
        sa.Column("state", sa.String(9), nullable=False),
        sa.Column("check_at", INSTANT, nullable=True),
        sa.Column("absences", sa.Integer(), nullable=False),
        sa.Column("polls", sa.Integer(), nullable=False),
        sa.Column("sid", sa.String(), nullable=True),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=True),
        sa.Column("cost_cents", sa.Integer(), nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["reminder_id"], ["reminder.id"], name="fk_sms_attempt_reminder_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sms_attempt"),
        sa.UniqueConstraint("uuid", name="uq_sms_attempt_uuid"),
        sa.UniqueConstraint("sid", name="uq_sms_attempt_sid"),
        sa.UniqueConstraint("reminder_id", "number", name="uq_sms_attempt_reminder_id_number"),
    )
    op.create_index(
        "uq_sms_attempt_live_reminder_id",
        "sms_attempt",
        ["reminder_id"],
        unique=True,
        sqlite_where=IS_LIVE,
        postgresql_where=IS_LIVE,
    )
    _index("sms_attempt", "in_flight", ["state", "check_at"], where=IS_IN_FLIGHT)
    _index("sms_attempt", "polled", ["check_at"], where=IS_POLLED)
    _index("sms_attempt", "phone_hash_created_at", ["phone_hash", "created_at"])
    _index("sms_attempt", "message_class_created_at", ["message_class", "created_at"])


def _create_received() -> None:
    op.create_table(
        "sms_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sid", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("attempt_uuid", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sms_event"),
        sa.UniqueConstraint("sid", "status", name="uq_sms_event_sid_status"),
    )
    _index("sms_event", "attempt_uuid", ["attempt_uuid"])
    make_append_only("sms_event")
    op.create_table(
        "inbound_sms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("sender", sa.LargeBinary(), nullable=False),
        sa.Column("sender_hash", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("sender_kind", sa.String(9), nullable=True),
        sa.Column("sender_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("read_at", INSTANT, nullable=True),
        sa.Column("read_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name="fk_inbound_sms_area_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_inbound_sms"),
        sa.UniqueConstraint("provider_id", name="uq_inbound_sms_provider_id"),
    )
    _index("inbound_sms", "sender_hash_id", ["sender_hash", "id"])
    _index("inbound_sms", "unread", ["area_id", "received_at", "id"], where=IS_UNREAD)
    _index("inbound_sms", "sender_kind_sender_id_id", ["sender_kind", "sender_id", "id"])


def _create_standing() -> None:
    op.create_table(
        "suppression",
        sa.Column("phone_hash", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("phone_hash", name="pk_suppression"),
    )
    op.create_table(
        "budget",
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("reserved_cents", sa.Integer(), nullable=False),
        sa.Column("spent_cents", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month_on", name="pk_budget"),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
    op.create_table(
        "circuit",
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("route", name="pk_circuit"),
    )
    op.create_table(
        "console_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sid", sa.String(), nullable=False),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_console_message"),
        sa.UniqueConstraint("sid", name="uq_console_message_sid"),
    )
    _index("console_message", "phone_hash_id", ["phone_hash", "id"])


def _index(table: str, name: str, columns: list[str], *, where: sa.TextClause | None = None) -> None:
    op.create_index(f"ix_{table}_{name}", table, columns, sqlite_where=where, postgresql_where=where)
