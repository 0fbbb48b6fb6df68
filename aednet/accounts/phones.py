"""The mobile number of somebody with access, on which they may be told things by SMS."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.accounts.models import Account
from aednet.base import audit
from aednet.base.context import current
from aednet.base.errors import NotFound
from aednet.base.phone import PhoneNumber


def hashes_of_phone(number: PhoneNumber) -> Sequence[bytes]:
    """Return the keyed hashes under which a number may be filed, the one to file it under first."""
    return current().keyring.keyed_hashes(number.e164, column="account.phone")


def find_phone(session: Session, account_id: int) -> PhoneNumber | None:
    """Return the mobile number of an account, if it has one."""
    e164 = session.scalar(select(Account.phone).where(Account.id == account_id))
    return None if e164 is None else PhoneNumber(e164=e164)


def set_phone(
    session: Session, account_id: int, number: PhoneNumber | None, *, by: str, now: datetime
) -> None:
    """Keep another number for an account, or none; the same one again changes nothing.

    Raises:
        NotFound: there is no such account.
    """
    account = session.get(Account, account_id, with_for_update=True)
    if account is None:
        raise NotFound("There is no such account.")
    e164 = None if number is None else number.e164
    if account.phone == e164:
        return
    account.phone = e164
    account.phone_hash = None if number is None else hashes_of_phone(number)[0]
    audit.record(
        session,
        at=now,
        actor=by,
        action="phone_removed" if number is None else "phone_changed",
        subject=f"account {account_id}",
    )
