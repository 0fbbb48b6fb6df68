"""Tables of the outbox. Texts and numbers, the database sees only encrypted."""

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from aednet.base.database import Base, Day, Id, Instant, choice
from aednet.base.encryption import EncryptedText
from aednet.messaging.rules import AttemptState, MessageClass, Reason, RecipientKind, State

# Written out, so that both databases see that a query asks for no more than the index holds.
IS_WAITING = text("state IN ('planned', 'due')")
IS_UNSENT = text("state IN ('planned', 'due', 'held')")
IS_LIVE = text("state IN ('claimed', 'unknown', 'accepted', 'sent')")
IS_IN_FLIGHT = text("state IN ('claimed', 'unknown')")
IS_POLLED = text("state IN ('accepted', 'sent')")
IS_CARRIED = text("carrier_id IS NOT NULL")
IS_UNREAD = text("read_at IS NULL")


class Reminder(Base):
    """The intent to tell somebody something, once an occurrence.

    `rule` and `subject_kind` are words of whoever plans. One that shares a message with others of the same
    recipient names in `carrier_id` the one that carries it, and goes where that one goes.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        # It begins with the subject, so that it finds what was said of one as well.
        UniqueConstraint(
            "subject_kind",
            "subject_id",
            "rule",
            "occurrence_on",
            "recipient_kind",
            "recipient_id",
            name="uq_reminder_occurrence",
        ),
        Index(
            "ix_reminder_waiting",
            "message_class",
            "due_at",
            "id",
            sqlite_where=IS_WAITING,
            postgresql_where=IS_WAITING,
        ),
        Index("ix_reminder_unsent", "expires_at", sqlite_where=IS_UNSENT, postgresql_where=IS_UNSENT),
        Index(None, "state", "id"),
        Index(None, "area_id", "state", "id"),
        Index(None, "area_id", "id"),
        Index(None, "recipient_kind", "recipient_id", "state"),
        Index("ix_reminder_carrier_id", "carrier_id", sqlite_where=IS_CARRIED, postgresql_where=IS_CARRIED),
    )

    id: Mapped[Id]
    rule: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[int]
    occurrence_on: Mapped[Day]
    recipient_kind: Mapped[RecipientKind] = mapped_column(choice(RecipientKind))
    recipient_id: Mapped[int]
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id", ondelete="SET NULL"))
    message_class: Mapped[MessageClass] = mapped_column(choice(MessageClass))
    due_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    state: Mapped[State] = mapped_column(choice(State))
    reason: Mapped[Reason | None] = mapped_column(choice(Reason))
    error_code: Mapped[int | None]  # the provider's, of the last attempt
    carrier_id: Mapped[int | None] = mapped_column(ForeignKey("reminder.id", ondelete="SET NULL"))
    consent_version: Mapped[str | None]
    language: Mapped[str | None]
    given_text: Mapped[str | None] = mapped_column(EncryptedText("reminder.given_text"))
    text: Mapped[str | None] = mapped_column(EncryptedText("reminder.text"))  # as it was sent
    segments: Mapped[int | None]
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Instant]
    changed_at: Mapped[Instant]  # of its state


class SmsAttempt(Base):
    """One try at the provider. The number is kept only while somebody may have to ask after it."""

    __tablename__ = "sms_attempt"
    __table_args__ = (
        UniqueConstraint("reminder_id", "number"),
        Index(
            "uq_sms_attempt_live_reminder_id",
            "reminder_id",
            unique=True,
            sqlite_where=IS_LIVE,
            postgresql_where=IS_LIVE,
        ),
        Index(
            "ix_sms_attempt_in_flight",
            "state",
            "check_at",
            sqlite_where=IS_IN_FLIGHT,
            postgresql_where=IS_IN_FLIGHT,
        ),
        Index("ix_sms_attempt_polled", "check_at", sqlite_where=IS_POLLED, postgresql_where=IS_POLLED),
        Index(None, "phone_hash", "created_at"),
        Index(None, "message_class", "created_at"),
    )

    id: Mapped[Id]
    uuid: Mapped[str] = mapped_column(unique=True)
    reminder_id: Mapped[int] = mapped_column(ForeignKey("reminder.id", ondelete="CASCADE"))
    number: Mapped[int]
    message_class: Mapped[MessageClass] = mapped_column(choice(MessageClass))
    gateway: Mapped[str]
    country: Mapped[str]
    owner: Mapped[str]
    lease_until: Mapped[Instant]
    state: Mapped[AttemptState] = mapped_column(choice(AttemptState))
    check_at: Mapped[Instant | None]  # before which nobody asks the provider about it
    absences: Mapped[int] = mapped_column(default=0)  # how often the provider did not know it
    polls: Mapped[int] = mapped_column(default=0)
    sid: Mapped[str | None] = mapped_column(unique=True)
    error_code: Mapped[int | None]
    code: Mapped[str]  # the short one in the text
    phone: Mapped[str | None] = mapped_column(EncryptedText("sms_attempt.phone"))  # E.164
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    cost_cents: Mapped[int]
    month_on: Mapped[Day]  # whose budget pays
    created_at: Mapped[Instant]
    changed_at: Mapped[Instant]


class SmsEvent(Base):
    """What the provider said of a message, once each; append-only, the database itself refuses changes."""

    __tablename__ = "sms_event"
    __table_args__ = (UniqueConstraint("sid", "status"),)

    id: Mapped[Id]
    sid: Mapped[str]
    status: Mapped[str]
    error_code: Mapped[int | None]
    attempt_uuid: Mapped[str] = mapped_column(index=True)
    at: Mapped[Instant]


class InboundSms(Base):
    """What somebody wrote to us, who that may be, and what came of it."""

    __tablename__ = "inbound_sms"
    __table_args__ = (
        Index(None, "sender_hash", "id"),
        Index(
            "ix_inbound_sms_unread",
            "area_id",
            "received_at",
            "id",
            sqlite_where=IS_UNREAD,
            postgresql_where=IS_UNREAD,
        ),
        Index(
            "ix_inbound_sms_unread_anywhere",
            "received_at",
            "id",
            sqlite_where=IS_UNREAD,
            postgresql_where=IS_UNREAD,
        ),
        Index(None, "sender_kind", "sender_id", "id"),
    )

    id: Mapped[Id]
    provider_id: Mapped[str] = mapped_column(unique=True)
    sender: Mapped[str] = mapped_column(EncryptedText("inbound_sms.sender"))
    sender_hash: Mapped[bytes] = mapped_column(LargeBinary)
    text: Mapped[str] = mapped_column(EncryptedText("inbound_sms.text"))
    received_at: Mapped[Instant]
    sender_kind: Mapped[RecipientKind | None] = mapped_column(choice(RecipientKind))
    sender_id: Mapped[int | None]
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id", ondelete="SET NULL"))
    outcome: Mapped[str]
    read_at: Mapped[Instant | None]
    read_by: Mapped[str | None]


class Suppression(Base):
    """A number, known by its keyed hash, that wants no messages."""

    __tablename__ = "suppression"

    phone_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    reason: Mapped[str]
    at: Mapped[Instant]


class Budget(Base):
    """What a month's messages may still come to cost, and have cost, in euro cents."""

    __tablename__ = "budget"

    month_on: Mapped[Day] = mapped_column(primary_key=True)
    reserved_cents: Mapped[int]
    spent_cents: Mapped[int]


class Lease(Base):
    """Who does a thing that one process does at a time, and until when."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[Instant]


class Circuit(Base):
    """A route on which nothing is sent: a gateway, or a gateway and a country; for good without `until`."""

    __tablename__ = "circuit"

    route: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    opened_at: Mapped[Instant]
    until: Mapped[Instant | None]


class ConsoleMessage(Base):
    """A message that went nowhere but here: what the demo's telephones show."""

    __tablename__ = "console_message"
    __table_args__ = (Index(None, "phone_hash", "id"),)

    id: Mapped[Id]
    sid: Mapped[str] = mapped_column(unique=True)
    phone_hash: Mapped[bytes] = mapped_column(LargeBinary)
    text: Mapped[str] = mapped_column(EncryptedText("console_message.text"))
    sent_at: Mapped[Instant]
