"""The second step of signing in: set up, used, turned off.

A code counts once. That it does is one conditional UPDATE, so that of two requests with the same code at the
same moment one wins.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from aednet.accounts import services
from aednet.accounts.codes import matching_step, new_recovery_codes, new_secret, plain_recovery_code
from aednet.accounts.models import Account, AccountSession, RecoveryCode, SecondFactor
from aednet.accounts.queries import KnownPassword
from aednet.accounts.rules import Caller
from aednet.base import audit
from aednet.base.context import current
from aednet.base.errors import AednetError, Conflict, InvalidValue


class WrongCode(InvalidValue):
    """A code is not the one of now, or was used before."""

    code: ClassVar[str] = "wrong_code"


class AlreadyOn(Conflict):
    """The account asks for a code already."""

    code: ClassVar[str] = "second_factor_on"


class NotBegun(AednetError):
    """There is no secret that a code could confirm."""

    code: ClassVar[str] = "second_factor_not_begun"


def has_second_factor(session: Session, account_id: int) -> bool:
    """Tell whether an account that may sign in asks for a code after its password."""
    confirmed = (
        select(SecondFactor.account_id)
        .join(Account, Account.id == SecondFactor.account_id)
        .where(
            SecondFactor.account_id == account_id,
            SecondFactor.confirmed_at.is_not(None),
            Account.is_active,
        )
    )
    return session.scalar(confirmed) is not None


def find_unconfirmed_secret(session: Session, account_id: int) -> str | None:
    """Return the secret that an account has still to confirm with a code, if it began to set one up."""
    return session.scalar(
        select(SecondFactor.secret).where(
            SecondFactor.account_id == account_id, SecondFactor.confirmed_at.is_(None)
        )
    )


def count_recovery_codes(session: Session, account_id: int) -> int:
    """Return how many recovery codes of an account are left."""
    left = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return session.execute(left).scalar_one()


def begin_setup(session: Session, caller: Caller, *, now: datetime) -> None:
    """Give the caller a new secret, which counts once a code confirms it. An unconfirmed one before it goes.

    Raises:
        AlreadyOn: theirs counts already.
    """
    account_id = caller.account_id
    session.get_one(Account, account_id, with_for_update=True)
    if has_second_factor(session, account_id):
        raise AlreadyOn("Your account asks for a code already.")
    _remove(session, account_id)
    session.add(SecondFactor(account_id=account_id, secret=new_secret(), created_at=now))
    session.flush()


def confirm(session: Session, caller: Caller, code: str, *, now: datetime) -> tuple[str, ...]:
    """Have the caller's secret count from here on. Returns the recovery codes, which nothing shows again.

    Raises:
        AlreadyOn: it counts already.
        NotBegun: there is none.
        WrongCode: the code is not of that secret.
    """
    account_id = caller.account_id
    session.get_one(Account, account_id, with_for_update=True)
    factor = session.get(SecondFactor, account_id)
    if factor is None:
        raise NotBegun("There is nothing to confirm.")
    if factor.confirmed_at is not None:
        raise AlreadyOn("Your account asks for a code already.")
    step = matching_step(factor.secret, code, now=now)
    if step is None:
        raise WrongCode("That code is not right.", fields={"code": "is not the code of now"})
    factor.confirmed_at, factor.last_step = now, step
    codes = _give_recovery_codes(session, account_id)
    _record(session, "second_factor_on", account_id, now=now, actor=caller.actor)
    return codes


def accept_code(session: Session, account_id: int, code: str, *, now: datetime, actor: str) -> bool:
    """Use up a code or a recovery code of an account; tell whether it was one that still counted."""
    factor = session.get(SecondFactor, account_id)
    if factor is None or factor.confirmed_at is None:
        return False
    step = matching_step(factor.secret, code, now=now)
    if step is not None:
        used = session.execute(
            update(SecondFactor)
            .where(
                SecondFactor.account_id == account_id,
                or_(SecondFactor.last_step.is_(None), SecondFactor.last_step < step),
            )
            .values(last_step=step)
            .returning(SecondFactor.account_id)
        ).first()
        return used is not None
    return _use_recovery_code(session, account_id, code, now=now, actor=actor)


def begin_session_with_code(
    session: Session, account_id: int, password_mark: str, code: str, *, address: str, now: datetime
) -> services.NewSession | None:
    """Begin a session for whoever gave the right password, and now a code with it.

    Returns None where the code does not count, the account is not active, or its password was changed
    since it was given; `password_mark` is the `mark_of_password` of the one that was right.
    """
    account = session.get(Account, account_id, with_for_update=True)
    if account is None or not account.is_active or account.password_hash is None:
        return None
    actor = Caller(account_id=account_id, role=account.role, area_ids=None).actor
    if mark_of_password(account.password_hash) != password_mark or not accept_code(
        session, account_id, code, now=now, actor=actor
    ):
        _record(session, "code_refused", account_id, now=now, actor="public")
        return None
    known = KnownPassword(account_id=account_id, password_hash=account.password_hash)
    return services.begin_session(session, known, email=account.email, address=address, now=now)


def mark_of_password(password_hash: str) -> str:
    """Return what tells that a password is still the same, and nothing else of it."""
    return current().keyring.keyed_hash(password_hash, column="account.password_hash").hex()


def renew_recovery_codes(session: Session, caller: Caller, code: str, *, now: datetime) -> tuple[str, ...]:
    """Return ten new recovery codes for whoever shows a code; those from before count no more.

    Raises:
        WrongCode: the code does not count, or the account asks for none.
    """
    _prove(session, caller, code, now=now)
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == caller.account_id))
    codes = _give_recovery_codes(session, caller.account_id)
    _record(session, "recovery_codes_renewed", caller.account_id, now=now, actor=caller.actor)
    return codes


def turn_off(session: Session, caller: Caller, code: str, *, now: datetime) -> None:
    """Ask the caller for no code any more. Their password was shown to be right before.

    Raises:
        WrongCode: the code does not count, or the account asks for none.
    """
    _prove(session, caller, code, now=now)
    _remove(session, caller.account_id)
    _record(session, "second_factor_off", caller.account_id, now=now, actor=caller.actor)


def reset(session: Session, account_id: int, *, now: datetime, by: str = services.SYSTEM) -> bool:
    """Ask an account for no code any more, whose holder can show none, and end its browser sessions.

    Tokens of programs go on. Returns whether there was one to take away.
    """
    session.get_one(Account, account_id, with_for_update=True)
    if session.get(SecondFactor, account_id) is None:
        return False
    _remove(session, account_id)
    session.execute(
        update(AccountSession)
        .where(AccountSession.account_id == account_id, AccountSession.ended_at.is_(None))
        .values(ended_at=now)
    )
    _record(session, "second_factor_reset", account_id, now=now, actor=by)
    return True


def _prove(session: Session, caller: Caller, code: str, *, now: datetime) -> None:
    session.get_one(Account, caller.account_id, with_for_update=True)
    if not accept_code(session, caller.account_id, code, now=now, actor=caller.actor):
        raise WrongCode("That code is not right.", fields={"code": "is not the code of now"})


def _give_recovery_codes(session: Session, account_id: int) -> tuple[str, ...]:
    codes = new_recovery_codes()
    plain = [plain for code in codes if (plain := plain_recovery_code(code))]
    session.add_all(RecoveryCode(account_id=account_id, code_hash=_hashes(own)[0]) for own in plain)
    session.flush()
    return codes


def _use_recovery_code(session: Session, account_id: int, code: str, *, now: datetime, actor: str) -> bool:
    plain = plain_recovery_code(code)
    if plain is None:
        return False
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account_id,
            RecoveryCode.code_hash.in_(_hashes(plain)),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
    ).first()
    if used is not None:
        _record(session, "recovery_code_used", account_id, now=now, actor=actor)
    return used is not None


def _hashes(code: str) -> Sequence[bytes]:
    return current().keyring.keyed_hashes(code, column="recovery_code.code")


def _remove(session: Session, account_id: int) -> None:
    for kind in (RecoveryCode, SecondFactor):
        session.execute(delete(kind).where(kind.account_id == account_id))
    session.expire_all()


def _record(session: Session, action: str, account_id: int, *, now: datetime, actor: str) -> None:
    audit.record(session, at=now, actor=actor, action=action, subject=f"account {account_id}")
