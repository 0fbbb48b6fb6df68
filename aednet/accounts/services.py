"""Writes of the accounts: one function a use case."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from aednet.accounts.models import Account, AccountArea, AccountSession, ApiToken
from aednet.accounts.passwords import hash_password, hash_token, is_right, new_password, new_token
from aednet.accounts.queries import (
    Credential,
    Kind,
    KnownPassword,
    find_account_id,
    find_area_ids,
    find_session,
    hashes_of_email,
)
from aednet.accounts.rules import SESSION_LASTS, Role, area_complaint, is_email, weakness
from aednet.accounts.throttle import take_back_attempt
from aednet.base import audit
from aednet.base.errors import Conflict, InvalidValue, NotFound

SYSTEM = "system"  # whoever sits at the command line


def add_account(
    session: Session, *, email: str, role: Role, areas: Collection[str], password: str, now: datetime
) -> int:
    """Add somebody who may sign in; `areas` are slugs. Returns the account's id.

    Raises:
        InvalidValue: address, areas or password cannot be used; all complaints at once.
        Conflict: the address has an account already.
    """
    email, slugs = email.strip(), sorted(set(areas))
    known = find_area_ids(session, slugs)
    unknown = [slug for slug in slugs if slug not in known]
    complaints = {
        "email": None if is_email(email) else "is no e-mail address",
        "area": f"there is no {', '.join(unknown)}" if unknown else area_complaint(role, areas=len(slugs)),
        "password": weakness(password, email=email),
    }
    if fields := {name: words for name, words in complaints.items() if words is not None}:
        raise InvalidValue("The account cannot be added.", fields=fields)
    account_id = _insert_account(session, email=email, role=role, password=password, now=now)
    session.add_all(AccountArea(account_id=account_id, area_id=known[slug]) for slug in slugs)
    audit.record(
        session,
        at=now,
        actor=SYSTEM,
        action="account_added",
        subject=f"account {account_id}",
        detail={"role": role, "areas": ",".join(slugs)},
    )
    return account_id


def change_password(session: Session, account_id: int, password: str, *, now: datetime) -> None:
    """Set another password, which ends every session and token of the account."""
    account = session.get_one(Account, account_id, with_for_update=True)
    account.password_hash = hash_password(password)
    _end_all(session, account_id, now=now)
    _record(session, "password_changed", account_id, now=now)


def deactivate_account(session: Session, account_id: int, *, now: datetime) -> None:
    """Let an account sign in no more, which ends every session and token of it."""
    account = session.get_one(Account, account_id, with_for_update=True)
    account.is_active = False
    _end_all(session, account_id, now=now)
    _record(session, "account_deactivated", account_id, now=now)


def create_token(session: Session, email: str, *, name: str, now: datetime) -> str:
    """Create a token for programs, with the rights of the account. It is returned once and never again.

    Raises:
        NotFound: no active account has that address.
    """
    account_id = find_account_id(session, email)
    account = None if account_id is None else session.get(Account, account_id, with_for_update=True)
    if account is None or not account.is_active:
        raise NotFound("No active account has that e-mail address: see `aednet user add`.")
    token = new_token()
    session.add(ApiToken(token_hash=hash_token(token), account_id=account.id, name=name, created_at=now))
    _record(session, "token_created", account.id, now=now)
    return token


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """A session just begun; `token` is known to the browser alone from here on."""

    token: str
    credential: Credential


def begin_session(
    session: Session, known: KnownPassword, *, email: str, address: str, now: datetime
) -> NewSession | None:
    """Begin a session for whoever gave the password that is `known`.

    Returns None where the account is not active, or its password was changed meanwhile.
    """
    account = session.get(Account, known.account_id, with_for_update=True)
    if account is None or not account.is_active or account.password_hash != known.password_hash:
        return None
    session.execute(
        delete(AccountSession).where(
            AccountSession.account_id == account.id, AccountSession.expires_at <= now
        )
    )
    token = new_token()
    session.add(
        AccountSession(
            token_hash=hash_token(token),
            account_id=account.id,
            created_at=now,
            seen_at=now,
            expires_at=now + SESSION_LASTS,
        )
    )
    session.flush()
    credential = find_session(session, token, now=now)
    if credential is None:
        raise RuntimeError("a session just begun does not hold")
    take_back_attempt(session, email=email, address=address)
    _record(session, "signed_in", account.id, now=now, actor=credential.caller.actor)
    return NewSession(token=token, credential=credential)


def record_failure(session: Session, known: KnownPassword | None, *, now: datetime) -> None:
    """Note that somebody failed to sign in; whoever it was, the trail keeps no address."""
    subject = "account unknown" if known is None else f"account {known.account_id}"
    audit.record(session, at=now, actor="public", action="sign_in_failed", subject=subject)


def end_session(session: Session, credential: Credential, *, now: datetime) -> None:
    """End a session: its cookie is worth nothing from here on."""
    ended = session.execute(
        update(AccountSession)
        .where(AccountSession.id == credential.id, AccountSession.ended_at.is_(None))
        .values(ended_at=now)
        .returning(AccountSession.id)
    ).first()
    if ended is not None:
        caller = credential.caller
        _record(session, "signed_out", caller.account_id, now=now, actor=caller.actor)


def note_use(session: Session, credential: Credential, *, now: datetime) -> None:
    """Keep when a session or token was last used."""
    if credential.kind is Kind.SESSION:
        session.execute(update(AccountSession).where(AccountSession.id == credential.id).values(seen_at=now))
    else:
        session.execute(update(ApiToken).where(ApiToken.id == credential.id).values(last_used_at=now))


def ensure_demo_account(session: Session, *, email: str, password: str | None, now: datetime) -> str | None:
    """Have an administrator to try the demo with; a `password` that differs from the kept one replaces it.

    The demo takes any password: what it guards is invented. Returns the password where it was newly set.
    """
    account_id = find_account_id(session, email)
    if account_id is None:
        chosen = password or new_password()
        account_id = _insert_account(session, email=email, role=Role.ADMINISTRATOR, password=chosen, now=now)
        _record(session, "account_added", account_id, now=now)
        return chosen
    kept = session.scalar(select(Account.password_hash).where(Account.id == account_id))
    if not password or is_right(password, kept):
        return None
    change_password(session, account_id, password, now=now)
    return password


def _insert_account(session: Session, *, email: str, role: Role, password: str, now: datetime) -> int:
    if find_account_id(session, email) is not None:
        raise Conflict("That e-mail address has an account already.")
    account = Account(
        email=email,
        email_hash=hashes_of_email(email)[0],
        role=role,
        password_hash=hash_password(password),
        is_active=True,
        created_at=now,
    )
    session.add(account)
    session.flush()
    return account.id


def _end_all(session: Session, account_id: int, *, now: datetime) -> None:
    for kind in (AccountSession, ApiToken):
        session.execute(
            update(kind).where(kind.account_id == account_id, kind.ended_at.is_(None)).values(ended_at=now)
        )


def _record(session: Session, action: str, account_id: int, *, now: datetime, actor: str = SYSTEM) -> None:
    audit.record(session, at=now, actor=actor, action=action, subject=f"account {account_id}")
