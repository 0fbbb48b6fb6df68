"""Reads of the accounts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Integer, String, column, select, table
from sqlalchemy.orm import Session

from aednet.accounts.models import Account, AccountArea, AccountSession, ApiToken
from aednet.accounts.passwords import hash_token
from aednet.accounts.rules import (
    SESSION_NOTED_EVERY,
    TOKEN_NOTED_EVERY,
    Caller,
    Role,
    is_session_alive,
    normalised_email,
)
from aednet.base.context import current

AREA = table("area", column("id", Integer), column("slug", String))  # the room above; known by name


class Kind(StrEnum):
    """What somebody shows to be known."""

    SESSION = "session"
    TOKEN = "token"  # noqa: S105 a word, not a secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A session or token that holds, whose it is, and whether its use should be noted again."""

    id: int
    kind: Kind
    caller: Caller
    is_note_due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPassword:
    """What is kept of an account's password."""

    account_id: int
    password_hash: str | None


def hashes_of_email(email: str) -> tuple[bytes, ...]:
    """Return the keyed hashes under which an account may be filed, the one to file it under first."""
    return current().keyring.keyed_hashes(normalised_email(email), column="account.email")


def find_account_id(session: Session, email: str) -> int | None:
    """Return the account of an address, if there is one, active or not."""
    return session.scalar(select(Account.id).where(Account.email_hash.in_(hashes_of_email(email))))


def find_password(session: Session, email: str) -> KnownPassword | None:
    """Return what is kept of the password of an address, if it has an account."""
    row = session.execute(
        select(Account.id, Account.password_hash).where(Account.email_hash.in_(hashes_of_email(email)))
    ).first()
    return None if row is None else KnownPassword(account_id=row.id, password_hash=row.password_hash)


def find_session(session: Session, token: str, *, now: datetime) -> Credential | None:
    """Return the session that a cookie's token belongs to, if it still holds."""
    row = session.execute(
        select(
            AccountSession.id,
            AccountSession.account_id,
            AccountSession.seen_at,
            AccountSession.expires_at,
            AccountSession.ended_at,
            Account.role,
        )
        .join(Account, Account.id == AccountSession.account_id)
        .where(AccountSession.token_hash == hash_token(token), Account.is_active)
    ).first()
    if row is None or not is_session_alive(
        seen_at=row.seen_at, expires_at=row.expires_at, ended_at=row.ended_at, now=now
    ):
        return None
    return Credential(
        id=row.id,
        kind=Kind.SESSION,
        caller=_caller(session, row.account_id, row.role),
        is_note_due=now >= row.seen_at + SESSION_NOTED_EVERY,
    )


def find_token(session: Session, token: str, *, now: datetime) -> Credential | None:
    """Return the API token that a program shows, if it still holds."""
    row = session.execute(
        select(ApiToken.id, ApiToken.account_id, ApiToken.last_used_at, Account.role)
        .join(Account, Account.id == ApiToken.account_id)
        .where(ApiToken.token_hash == hash_token(token), ApiToken.ended_at.is_(None), Account.is_active)
    ).first()
    if row is None:
        return None
    return Credential(
        id=row.id,
        kind=Kind.TOKEN,
        caller=_caller(session, row.account_id, row.role),
        is_note_due=row.last_used_at is None or now >= row.last_used_at + TOKEN_NOTED_EVERY,
    )


def find_area_ids(session: Session, slugs: Collection[str]) -> Mapping[str, int]:
    """Return the ids of those slugs that are known."""
    rows = session.execute(select(AREA.c.slug, AREA.c.id).where(AREA.c.slug.in_(slugs)))
    return {row.slug: row.id for row in rows}


def _caller(session: Session, account_id: int, role: Role) -> Caller:
    mine = select(AccountArea.area_id).where(AccountArea.account_id == account_id)
    area_ids = None if role is Role.ADMINISTRATOR else frozenset(session.scalars(mine))
    return Caller(account_id=account_id, role=role, area_ids=area_ids)
