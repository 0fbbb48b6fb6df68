"""One-time links: how they are made and used. Whoever holds one sets a password with it, once."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from aednet.accounts import services
from aednet.accounts.models import Account, OneTimeLink
from aednet.accounts.passwords import hash_token, new_token
from aednet.accounts.queries import find_link
from aednet.accounts.rules import Caller, link_lasts, weakness
from aednet.base import audit
from aednet.base.context import current
from aednet.base.errors import Conflict, InvalidValue, NotFound

LINK_PATH = "/wachtwoord"


class LinkDoesNotHold(NotFound):
    """A one-time link is unknown, used or lapsed; which of these, nobody is told."""

    code: ClassVar[str] = "link_does_not_hold"


class AccountInactive(Conflict):
    """The account may not sign in."""

    code: ClassVar[str] = "account_inactive"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A one-time link just made; `token` is known to whoever asked for it alone."""

    token: str = field(repr=False)
    expires_at: datetime

    @property
    def address(self) -> str:
        """Where the link leads; only whoever passes it on may see it."""
        return f"{current().settings.public_base_url}{LINK_PATH}/{self.token}"


def make_link(session: Session, account_id: int, *, now: datetime, by: str = services.SYSTEM) -> NewLink:
    """Make a link by which the holder of an account sets a password; earlier ones of the account end.

    It holds for a week where there is no password yet, else for a day.

    Raises:
        NotFound: there is no such account.
        AccountInactive: it may not sign in.
    """
    account = session.get(Account, account_id, with_for_update=True)
    if account is None:
        raise NotFound("There is no such account.")
    if not account.is_active:
        raise AccountInactive("That account is not active.")
    has_password = account.password_hash is not None
    made = NewLink(token=new_token(), expires_at=now + link_lasts(has_password=has_password))
    session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.account_id == account_id, OneTimeLink.ended_at.is_(None))
        .values(ended_at=now)
    )
    session.add(
        OneTimeLink(
            token_hash=hash_token(made.token),
            account_id=account_id,
            created_at=now,
            expires_at=made.expires_at,
        )
    )
    audit.record(
        session,
        at=now,
        actor=by,
        action="link_made",
        subject=f"account {account_id}",
        detail={"kind": "reset" if has_password else "invitation"},
    )
    return made


def use_link(session: Session, token: str, password: str, *, now: datetime) -> None:
    """Set the password of whoever holds a link, which ends it and every session and token of the account.

    Raises:
        LinkDoesNotHold: it is unknown, used or lapsed.
        InvalidValue: the password cannot be used; the link still can.
    """
    found = find_link(session, token, now=now)
    account = None if found is None else session.get(Account, found.account_id, with_for_update=True)
    # Read again, now that nobody else can use it: of two at once the second finds it ended.
    holder = find_link(session, token, now=now)
    if account is None or holder is None:
        raise LinkDoesNotHold("This link does not hold.")
    if words := weakness(password, email=holder.email):
        raise InvalidValue("The password cannot be set.", fields={"password": words})
    by = Caller(account_id=account.id, role=account.role, area_ids=None).actor
    audit.record(session, at=now, actor=by, action="link_used", subject=f"account {account.id}")
    services.change_password(session, account.id, password, now=now, by=by)
