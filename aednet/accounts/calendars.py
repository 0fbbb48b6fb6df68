"""Secret addresses by which a calendar program reads what an account has to do; one each at most."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from aednet.accounts.models import Account, CalendarAddress
from aednet.accounts.passwords import hash_token, new_token
from aednet.accounts.queries import caller_of
from aednet.accounts.rules import Caller
from aednet.base import audit
from aednet.base.errors import NotFound


def make_calendar_address(session: Session, by: Caller, *, now: datetime) -> str:
    """Give the caller a new address, which ends the one before. Returns its token, once and never again.

    Raises:
        NotFound: the account is not active by now.
    """
    account = session.get(Account, by.account_id, with_for_update=True)
    if account is None or not account.is_active:
        raise NotFound("That account is not active.")
    _end(session, by.account_id, now=now)
    token = new_token()
    session.add(CalendarAddress(token_hash=hash_token(token), account_id=by.account_id, created_at=now))
    _record(session, "calendar_address_made", by, now=now)
    return token


def end_calendar_address(session: Session, by: Caller, *, now: datetime) -> None:
    """End the caller's address; without one nothing happens."""
    if _end(session, by.account_id, now=now):
        _record(session, "calendar_address_ended", by, now=now)


def calendar_made_at(session: Session, account_id: int) -> datetime | None:
    """Return when the address of an account that still holds was made, if it has one."""
    return session.scalar(
        select(CalendarAddress.created_at).where(
            CalendarAddress.account_id == account_id, CalendarAddress.ended_at.is_(None)
        )
    )


def find_calendar_reader(session: Session, token: str) -> Caller | None:
    """Return whose calendar a token opens, with the rights that they have now, if it still holds."""
    row = session.execute(
        select(Account.id, Account.role)
        .join(CalendarAddress, CalendarAddress.account_id == Account.id)
        .where(
            CalendarAddress.token_hash == hash_token(token),
            CalendarAddress.ended_at.is_(None),
            Account.is_active,
        )
    ).first()
    return None if row is None else caller_of(session, row.id, row.role)


def _end(session: Session, account_id: int, *, now: datetime) -> bool:
    ended = session.execute(
        update(CalendarAddress)
        .where(CalendarAddress.account_id == account_id, CalendarAddress.ended_at.is_(None))
        .values(ended_at=now)
        .returning(CalendarAddress.id)
    )
    return ended.first() is not None


def _record(session: Session, action: str, by: Caller, *, now: datetime) -> None:
    audit.record(session, at=now, actor=by.actor, action=action, subject=f"account {by.account_id}")
