"""Reads of the accounts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Integer, String, column, func, select, table
from sqlalchemy.orm import Session

from aednet.accounts.models import Account, AccountArea, AccountSession, ApiToken, OneTimeLink
from aednet.accounts.passwords import hash_token
from aednet.accounts.rules import (
    SESSION_NOTED_EVERY,
    TOKEN_NOTED_EVERY,
    Caller,
    Role,
    is_link_alive,
    is_session_alive,
    normalised_email,
)
from aednet.base.context import current

# The room above; known by name.
AREA = table("area", column("id", Integer), column("slug", String), column("name", String))


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """An account as administrators see it. `areas` are slugs with their names, by name."""

    id: int
    email: str
    role: Role
    is_active: bool
    has_password: bool
    areas: tuple[tuple[str, str], ...]
    seen_at: datetime | None
    link_until: datetime | None  # while a one-time link holds

    @property
    def slugs(self) -> frozenset[str]:
        """The slugs of the areas that were given to the account."""
        return frozenset(slug for slug, _ in self.areas)

    @property
    def rights(self) -> str:
        """Role and areas as one text, by which a form knows whether they changed since it was shown."""
        return rights_text(self.role, self.slugs)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFacts:
    """A browser in which somebody is signed in."""

    id: int
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkHolder:
    """Whose a one-time link is."""

    account_id: int
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAccount:
    """The address of whoever asks, and what is kept of their password."""

    email: str
    known: KnownPassword


def rights_text(role: Role, slugs: Collection[str]) -> str:
    """Return role and areas as one text that is the same only for the same rights."""
    return f"{role}:{','.join(sorted(slugs))}"


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
        caller=caller_of(session, row.account_id, row.role),
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
        caller=caller_of(session, row.account_id, row.role),
        is_note_due=row.last_used_at is None or now >= row.last_used_at + TOKEN_NOTED_EVERY,
    )


def find_link(session: Session, token: str, *, now: datetime) -> LinkHolder | None:
    """Return whose a one-time link is, if it still holds."""
    row = session.execute(
        select(OneTimeLink.account_id, OneTimeLink.expires_at, OneTimeLink.ended_at, Account.email)
        .join(Account, Account.id == OneTimeLink.account_id)
        .where(OneTimeLink.token_hash == hash_token(token), Account.is_active)
    ).first()
    if row is None or not is_link_alive(expires_at=row.expires_at, ended_at=row.ended_at, now=now):
        return None
    return LinkHolder(account_id=row.account_id, email=row.email)


def list_accounts(session: Session, *, now: datetime) -> list[AccountFacts]:
    """Return every account, the active ones first, by address."""
    given: dict[int, list[tuple[str, str]]] = {}
    for account_id, slug, name in session.execute(
        select(AccountArea.account_id, AREA.c.slug, AREA.c.name)
        .join(AREA, AREA.c.id == AccountArea.area_id)
        .order_by(AREA.c.name, AREA.c.slug)
    ):
        given.setdefault(account_id, []).append((slug, name))
    last = select(AccountSession.account_id, func.max(AccountSession.seen_at))
    seen = dict(session.execute(last.group_by(AccountSession.account_id)).all())
    links = select(OneTimeLink.account_id, OneTimeLink.expires_at).where(
        OneTimeLink.ended_at.is_(None), OneTimeLink.expires_at > now
    )
    until = dict(session.execute(links).all())
    rows = session.execute(
        select(
            Account.id,
            Account.email,
            Account.role,
            Account.is_active,
            Account.password_hash.is_not(None).label("has_password"),
        )
    )
    accounts = [
        AccountFacts(
            **row._asdict(),
            areas=tuple(given.get(row.id, ())),
            seen_at=seen.get(row.id),
            link_until=until.get(row.id) if row.is_active else None,
        )
        for row in rows
    ]
    return sorted(accounts, key=lambda account: (not account.is_active, account.email.casefold()))


def get_own_account(session: Session, account_id: int) -> OwnAccount:
    """Return the account of whoever asks, which is there as long as they are signed in."""
    row = session.execute(select(Account.email, Account.password_hash).where(Account.id == account_id)).one()
    known = KnownPassword(account_id=account_id, password_hash=row.password_hash)
    return OwnAccount(email=row.email, known=known)


def emails_of(session: Session, account_ids: Collection[int]) -> Mapping[int, str]:
    """Return the addresses of some accounts by their ids."""
    rows = session.execute(select(Account.id, Account.email).where(Account.id.in_(account_ids)))
    return {row.id: row.email for row in rows}


def list_sessions(session: Session, account_id: int, *, now: datetime) -> list[SessionFacts]:
    """Return the sessions of an account that still hold, the last used first."""
    rows = session.scalars(
        select(AccountSession)
        .where(AccountSession.account_id == account_id, AccountSession.ended_at.is_(None))
        .order_by(AccountSession.seen_at.desc(), AccountSession.id.desc())
    )
    return [
        SessionFacts(id=row.id, created_at=row.created_at, seen_at=row.seen_at)
        for row in rows
        if is_session_alive(seen_at=row.seen_at, expires_at=row.expires_at, ended_at=row.ended_at, now=now)
    ]


def list_area_names(session: Session) -> Mapping[str, str]:
    """Return the name of every area by its slug, by name."""
    rows = session.execute(select(AREA.c.slug, AREA.c.name).order_by(AREA.c.name, AREA.c.slug))
    return {row.slug: row.name for row in rows}


def find_area_ids(session: Session, slugs: Collection[str]) -> Mapping[str, int]:
    """Return the ids of those slugs that are known."""
    # All are read, and compared here: there are few areas, and a form may name anything, however often.
    wanted, rows = frozenset(slugs), session.execute(select(AREA.c.slug, AREA.c.id))
    return {row.slug: row.id for row in rows if row.slug in wanted}


def caller_of(session: Session, account_id: int, role: Role) -> Caller:
    """Return what an account may do, with the areas that it looks after now."""
    mine = select(AccountArea.area_id).where(AccountArea.account_id == account_id)
    area_ids = None if role is Role.ADMINISTRATOR else frozenset(session.scalars(mine))
    return Caller(account_id=account_id, role=role, area_ids=area_ids)
