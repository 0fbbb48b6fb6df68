"""Tables of the outbox. Texts and numbers, the database sees only encrypted."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aednet.base.database import Base, Day, Id, Instant, choice
from aednet.base.encryption import EncryptedText
from aednet.messaging.rules import MessageClass, RecipientKind, State


class Reminder(Base):
    """The intent to tell somebody something, once an occurrence.

    `rule` and `subject_kind` are words of whoever plans. One that shares a message with others of the same
    recipient names in `carrier_id` the one that carries it.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint(
            "rule",
            "subject_kind",
            "subject_id",
            "occurrence_on",
            "recipient_kind",
            "recipient_id",
            name="uq_reminder_occurrence",
        ),
        Index(None, "state", "due_at", "id"),
        Index(None, "recipient_kind", "recipient_id"),
        Index(None, "area_id", "state"),
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
    carrier_id: Mapped[int | None] = mapped_column(ForeignKey("reminder.id", ondelete="SET NULL"), index=True)
    consent_version: Mapped[str | None]
    language: Mapped[str | None]
    text: Mapped[str | None] = mapped_column(EncryptedText("reminder.text"))
    segments: Mapped[int | None]
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Instant]
    changed_at: Mapped[Instant]  # of its state
