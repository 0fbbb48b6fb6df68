"""Tables of what is done for a cabinet: what checks found, what follows a use, who read its code."""

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from aednet.base.database import Base, Day, Id, Instant, choice
from aednet.base.encryption import EncryptedBytes, EncryptedText
from aednet.cabinets.care.checklist import Answer, Item
from aednet.cabinets.care.code_reasons import CodeReason
from aednet.cabinets.care.recovery import Outcome, Step

OPEN_FINDING = text("remedied_at IS NULL")
OPEN_PATH = text("closed_at IS NULL")


class InspectionAnswer(Base):
    """What an inspection found of one thing; what was not looked at has no row."""

    __tablename__ = "inspection_answer"

    inspection_id: Mapped[int] = mapped_column(
        ForeignKey("inspection.id", ondelete="CASCADE"), primary_key=True
    )
    item: Mapped[Item] = mapped_column(choice(Item), primary_key=True)
    answer: Mapped[Answer] = mapped_column(choice(Answer))


class Finding(Base):
    """Something amiss with a cabinet, until somebody says it is remedied: of each thing one at a time."""

    __tablename__ = "finding"
    __table_args__ = (
        Index(
            "uq_finding_open_cabinet_id_item",
            "cabinet_id",
            "item",
            unique=True,
            sqlite_where=OPEN_FINDING,
            postgresql_where=OPEN_FINDING,
        ),
        Index(
            "ix_finding_open_found_on_id",
            "found_on",
            "id",
            sqlite_where=OPEN_FINDING,
            postgresql_where=OPEN_FINDING,
        ),
    )

    id: Mapped[Id]
    cabinet_id: Mapped[int] = mapped_column(ForeignKey("cabinet.id", ondelete="CASCADE"), index=True)
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id", ondelete="CASCADE"), index=True)
    item: Mapped[Item] = mapped_column(choice(Item))
    found_on: Mapped[Day]
    remedied_at: Mapped[Instant | None]
    remedied_by: Mapped[str | None]  # as the audit trail names them


class InspectionPhoto(Base):
    """What a cabinet looked like: a JPEG without any metadata. It may show people, so it is encrypted."""

    __tablename__ = "inspection_photo"

    inspection_id: Mapped[int] = mapped_column(
        ForeignKey("inspection.id", ondelete="CASCADE"), primary_key=True
    )
    image: Mapped[bytes] = mapped_column(EncryptedBytes("inspection_photo.image"))
    added_at: Mapped[Instant]


class AfterUse(Base):
    """That an AED was used, or taken out; `closed_at` is set when it is back, or was not used after all."""

    __tablename__ = "after_use"
    __table_args__ = (
        Index(
            "uq_after_use_open_cabinet_id",
            "cabinet_id",
            unique=True,
            sqlite_where=OPEN_PATH,
            postgresql_where=OPEN_PATH,
        ),
        Index(
            "ix_after_use_open_begun_at_id",
            "begun_at",
            "id",
            sqlite_where=OPEN_PATH,
            postgresql_where=OPEN_PATH,
        ),
    )

    id: Mapped[Id]
    cabinet_id: Mapped[int] = mapped_column(ForeignKey("cabinet.id", ondelete="CASCADE"), index=True)
    begun_at: Mapped[Instant]
    begun_by: Mapped[str]  # as the audit trail names them
    was_in_service: Mapped[bool]
    closed_at: Mapped[Instant | None]
    closed_by: Mapped[str | None]
    outcome: Mapped[Outcome | None] = mapped_column(choice(Outcome))


class AfterUseStep(Base):
    """A step that was done after a use."""

    __tablename__ = "after_use_step"

    after_use_id: Mapped[int] = mapped_column(
        ForeignKey("after_use.id", ondelete="CASCADE"), primary_key=True
    )
    step: Mapped[Step] = mapped_column(choice(Step), primary_key=True)
    done_at: Mapped[Instant]
    done_by: Mapped[str]


class CodeReading(Base):
    """That somebody was shown the code of a cabinet; what they say of it may name people.

    It is counted here, and not in the audit trail, which holds no words of people and is kept for good.
    """

    __tablename__ = "code_reading"
    __table_args__ = (Index(None, "actor", "at"), Index(None, "cabinet_id", "at"))

    id: Mapped[Id]
    cabinet_id: Mapped[int] = mapped_column(ForeignKey("cabinet.id", ondelete="CASCADE"))
    actor: Mapped[str]
    at: Mapped[Instant]
    reason: Mapped[CodeReason] = mapped_column(choice(CodeReason))
    note: Mapped[str | None] = mapped_column(EncryptedText("code_reading.note"))
