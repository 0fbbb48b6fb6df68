"""Writes of the accounts: one function a use case."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from aednet.accounts.models import (
    Account,
    AccountArea,
    AccountSession,
    ApiToken,
    CalendarAddress,
    OneTimeLink,
)
from aednet.accounts.passwords import hash_password, hash_token, is_right, new_password, new_token
from aednet.accounts.queries import (
    Credential,
    Kind,
    KnownPassword,
    OwnAccount,
    find_account_id,
    find_area_ids,
    find_session,
    hashes_of_email,
)
from aednet.accounts.rules import SESSION_LASTS, Caller, Role, area_complaint, is_email, weakness
from aednet.accounts.throttle import take_back_attempt
from aednet.base import audit
from aednet.base.errors import Conflict, InvalidValue, NotFound

SYSTEM = "system"  # whoever sits at the command line


class EmailTaken(Conflict):
    """An address has one account, and this one has it already."""

    code: ClassVar[str] = "email_taken"


def add_account(
    session: Session,
    *,
    email: str,
    role: Role,
    areas: Collection[str],
    password: str | None,
    now: datetime,
    by: str = SYSTEM,
) -> int:
    """Add somebody who may sign in, once they have a password; `areas` are slugs. Returns the account's id.

    Raises:
        InvalidValue: address, areas or password cannot be used; all complaints at once.
        Conflict: the address has an account already.
    """
    email, known = email.strip(), find_area_ids(session, areas)
    complaints = {
        "email": None if is_email(email) else "is no e-mail address",
        "area": complaint_about_areas(role, areas, known=known),
        "password": None if password is None else weakness(password, email=email),
    }
    if fields := {name: words for name, words in complaints.items() if words is not None}:
        raise InvalidValue("The account cannot be added.", fields=fields)
    account_id = _insert_account(session, email=email, role=role, password=password, now=now)
    session.add_all(AccountArea(account_id=account_id, area_id=area_id) for area_id in known.values())
    audit.record(
        session,
        at=now,
        actor=by,
        action="account_added",
        subject=f"account {account_id}",
        detail={"role": role, "areas": ",".join(sorted(known))},
    )
    return account_id


def complaint_about_areas(role: Role, areas: Collection[str], *, known: Collection[str]) -> str | None:
    """Return what is wrong with giving an account of `role` the areas of these slugs, if anything."""
    unknown = sorted(set(areas) - set(known))
    return f"there is no {', '.join(unknown)}" if unknown else area_complaint(role, areas=len(known))


def change_password(
    session: Session, account_id: int, password: str, *, now: datetime, by: str = SYSTEM
) -> None:
    """Set another password, which ends every session, token and one-time link of the account."""
    account = session.get_one(Account, account_id, with_for_update=True)
    account.password_hash = hash_password(password)
    _end_all(session, account_id, now=now)
    _record(session, "password_changed", account_id, now=now, actor=by)


def deactivate_account(session: Session, account_id: int, *, now: datetime, by: str = SYSTEM) -> None:
    """Let an account sign in no more, which ends every session, token and one-time link of it."""
    account = session.get_one(Account, account_id, with_for_update=True)
    account.is_active = False
    _end_all(session, account_id, now=now)
    _record(session, "account_deactivated", account_id, now=now, actor=by)


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


def change_own_password(
    session: Session, caller: Caller, own: OwnAccount, password: str, *, address: str, now: datetime
) -> NewSession | None:
    """Set another password for whoever gave the one that is `own`, with a session in place of all others.

    Returns None where the account is not active, or its password was changed meanwhile.
    """
    account = session.get_one(Account, caller.account_id, with_for_update=True)
    if account.password_hash != own.known.password_hash or not account.is_active:
        return None
    change_password(session, account.id, password, now=now, by=caller.actor)
    known = KnownPassword(account_id=account.id, password_hash=account.password_hash)
    return begin_session(session, known, email=own.email, address=address, now=now)


def end_own_session(session: Session, caller: Caller, session_id: int, *, now: datetime) -> None:
    """End one of the caller's sessions; one that ended before stays as it is.

    Raises:
        NotFound: the caller has no such session.
    """
    kept = session.get(AccountSession, session_id, with_for_update=True)
    if kept is None or kept.account_id != caller.account_id:
        raise NotFound("You have no such session.")
    if kept.ended_at is None:
        kept.ended_at = now
        _record(session, "session_ended", caller.account_id, now=now, actor=caller.actor)


def end_other_sessions(session: Session, credential: Credential, *, now: datetime) -> None:
    """End every session of the caller but the one by which they ask."""
    caller = credential.caller
    ended = session.execute(
        update(AccountSession)
        .where(
            AccountSession.account_id == caller.account_id,
            AccountSession.id != credential.id,
            AccountSession.ended_at.is_(None),
        )
        .values(ended_at=now)
        .returning(AccountSession.id)
    ).all()
    if ended:
        _record(session, "other_sessions_ended", caller.account_id, now=now, actor=caller.actor)


def move_sessions(session: Session, *, by: timedelta) -> None:
    """Count the sessions from a clock that is moved on: those that hold go on to, and no other does."""
    for one in session.scalars(
        select(AccountSession).where(AccountSession.ended_at.is_(None)).with_for_update()
    ):
        one.seen_at += by
        one.expires_at += by
    session.flush()


def note_use(session: Session, credential: Credential, *, now: datetime) -> None:
    """Keep when a session or token was last used."""
    if credential.kind is Kind.SESSION:
        # Never back: a request may have begun before another noted a later use.
        of_this = (AccountSession.id == credential.id, AccountSession.seen_at < now)
        session.execute(update(AccountSession).where(*of_this).values(seen_at=now))
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


def _insert_account(session: Session, *, email: str, role: Role, password: str | None, now: datetime) -> int:
    if find_account_id(session, email) is not None:
        raise EmailTaken("That e-mail address has an account already.")
    account = Account(
        email=email,
        email_hash=hashes_of_email(email)[0],
        role=role,
        password_hash=None if password is None else hash_password(password),
        is_active=True,
        created_at=now,
    )
    session.add(account)
    try:
        session.flush()
    except IntegrityError as error:  # somebody else added it at the same moment
        raise EmailTaken("That e-mail address has an account already.") from error
    return account.id


def _end_all(session: Session, account_id: int, *, now: datetime) -> None:
    for kind in (AccountSession, ApiToken, CalendarAddress, OneTimeLink):
        session.execute(
            update(kind).where(kind.account_id == account_id, kind.ended_at.is_(None)).values(ended_at=now)
        )


def _record(session: Session, action: str, account_id: int, *, now: datetime, actor: str = SYSTEM) -> None:
    audit.record(session, at=now, actor=actor, action=action, subject=f"account {account_id}")
