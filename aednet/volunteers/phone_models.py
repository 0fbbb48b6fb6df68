"""The table of numbers that are being verified. Nobody is registered yet; nothing of it stays long."""

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from aednet.base.database import Base, Id, Instant, choice
from aednet.base.encryption import EncryptedText
from aednet.volunteers.rules import Language


class PhoneCheck(Base):
    """A code that was sent to a number. The code itself is nowhere: it follows from `token` and our keys."""

    __tablename__ = "phone_check"
    __table_args__ = (
        Index(None, "phone_hash", "sent_at"),
        Index(None, "address_hash", "sent_at"),
        {"sqlite_autoincrement": True},  # a message is known by its number, also once the row is gone
    )

    id: Mapped[Id]
    token: Mapped[str] = mapped_column(unique=True)  # how the page speaks of it
    phone: Mapped[str] = mapped_column(EncryptedText("phone_check.phone"))  # E.164
    phone_hash: Mapped[bytes] = mapped_column(LargeBinary)
    address_hash: Mapped[bytes] = mapped_column(LargeBinary)  # of the site it was asked from
    language: Mapped[Language] = mapped_column(choice(Language))
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[Instant] = mapped_column(index=True)
    expires_at: Mapped[Instant]
