"""Tables of the accounts."""

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from aednet.accounts.rules import Role
from aednet.base.database import Base, Id, Instant, choice
from aednet.base.encryption import EncryptedText

HOLDS = text("ended_at IS NULL")


class Account(Base):
    """Somebody who may sign in. Found by the keyed hash of the address, which itself is encrypted."""

    __tablename__ = "account"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(EncryptedText("account.email"))
    email_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    role: Mapped[Role] = mapped_column(choice(Role))
    password_hash: Mapped[str | None]
    is_active: Mapped[bool]
    created_at: Mapped[Instant]
    phone: Mapped[str | None] = mapped_column(EncryptedText("account.phone"))  # E.164
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)


class AccountArea(Base):
    """One area that a coordinator or viewer looks after."""

    __tablename__ = "account_area"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    area_id: Mapped[int] = mapped_column(
        ForeignKey("area.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class AccountSession(Base):
    """A browser that is signed in, known by the hash of the token in its cookie."""

    __tablename__ = "account_session"

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[Instant]
    seen_at: Mapped[Instant]  # to ten minutes
    expires_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]


class ApiToken(Base):
    """What a program shows instead of signing in, known by its hash."""

    __tablename__ = "api_token"

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    created_at: Mapped[Instant]
    last_used_at: Mapped[Instant | None]  # to an hour
    ended_at: Mapped[Instant | None]


class SecondFactor(Base):
    """What codes an account is asked for after its password; they count once one confirmed the secret."""

    __tablename__ = "second_factor"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str] = mapped_column(EncryptedText("second_factor.secret"))
    created_at: Mapped[Instant]
    confirmed_at: Mapped[Instant | None]
    last_step: Mapped[int | None]  # of the last code that was used: it and those before count no more


class RecoveryCode(Base):
    """A code to sign in with once in place of one from the phone, known by its keyed hash."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("account_id", "code_hash"),)

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    used_at: Mapped[Instant | None]


class OneTimeLink(Base):
    """A link by which the holder of an account sets a password once, known by the hash of its token."""

    __tablename__ = "one_time_link"

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]  # used, or replaced by another


class CalendarAddress(Base):
    """A secret address of an account's calendar, known by the hash of its token."""

    __tablename__ = "calendar_address"
    __table_args__ = (
        Index(
            "uq_calendar_address_current_account_id",
            "account_id",
            unique=True,
            sqlite_where=HOLDS,
            postgresql_where=HOLDS,
        ),
    )

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    created_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]


class SignInAttempt(Base):
    """Failed attempts for one e-mail address or from one client address, known by its keyed hash."""

    __tablename__ = "sign_in_attempt"

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    started_at: Mapped[Instant] = mapped_column(index=True)
    count: Mapped[int]
