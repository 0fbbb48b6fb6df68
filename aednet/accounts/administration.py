"""What administrators do with the accounts of others."""

from collections.abc import Collection
from datetime import datetime
from typing import ClassVar

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from aednet.accounts import second_factor, services
from aednet.accounts.links import NewLink, make_link
from aednet.accounts.models import Account, AccountArea
from aednet.accounts.phones import set_phone
from aednet.accounts.queries import AREA, find_area_ids, rights_text
from aednet.accounts.rules import Caller, Role
from aednet.base import audit
from aednet.base.errors import Conflict, InvalidValue, NotFound
from aednet.base.phone import PhoneNumber


class OwnRights(Conflict):
    """Nobody changes their own rights: another administrator does."""

    code: ClassVar[str] = "own_account"


class NoLongerAdministrator(Conflict):
    """Whoever asks was an administrator when the request began, and is none by now."""

    code: ClassVar[str] = "no_longer_administrator"


class RightsChanged(Conflict):
    """Somebody else changed the rights since the form was shown."""

    code: ClassVar[str] = "rights_changed"


def invite(
    session: Session, *, email: str, role: Role, areas: Collection[str], by: Caller, now: datetime
) -> NewLink:
    """Add an account without a password, and return the link by which its holder sets one.

    Raises:
        InvalidValue: address or areas cannot be used; all complaints at once.
        EmailTaken: the address has an account already.
        NoLongerAdministrator: the caller is none by now.
    """
    _hold_administrators(session, by)
    account_id = services.add_account(
        session, email=email, role=role, areas=areas, password=None, now=now, by=by.actor
    )
    return make_link(session, account_id, now=now, by=by.actor)


def renew_link(session: Session, account_id: int, *, by: Caller, now: datetime) -> NewLink:
    """Return a new one-time link for somebody else's account.

    Raises:
        NotFound: there is no such account.
        OwnRights: it is the caller's, who knows their password.
        AccountInactive: it may not sign in.
        NoLongerAdministrator: the caller is none by now.
    """
    _get_other(session, account_id, by=by)
    return make_link(session, account_id, now=now, by=by.actor)


def change_rights(
    session: Session,
    account_id: int,
    *,
    role: Role,
    areas: Collection[str],
    seen: str,
    by: Caller,
    now: datetime,
) -> None:
    """Give somebody else another role and other areas; `areas` are slugs.

    `seen` is the `rights_text` that the caller saw. Asking for what is so already does nothing.

    Raises:
        NotFound: there is no such account.
        OwnRights: it is the caller's.
        InvalidValue: areas that the role does not go with, or that do not exist.
        RightsChanged: they are no longer what the caller saw.
        NoLongerAdministrator: the caller is none by now.
    """
    account = _get_other(session, account_id, by=by)
    known = find_area_ids(session, areas)
    if words := services.complaint_about_areas(role, areas, known=known):
        raise InvalidValue("These rights cannot be given.", fields={"area": words})
    kept = select(AREA.c.slug).join(AccountArea, AccountArea.area_id == AREA.c.id)
    before = rights_text(
        account.role, session.scalars(kept.where(AccountArea.account_id == account_id)).all()
    )
    after = rights_text(role, known)
    if after == before:
        return
    if seen != before:
        raise RightsChanged("These rights were changed by somebody else.")
    account.role = role
    session.execute(delete(AccountArea).where(AccountArea.account_id == account_id))
    session.add_all(AccountArea(account_id=account_id, area_id=area_id) for area_id in known.values())
    audit.record(
        session,
        at=now,
        actor=by.actor,
        action="rights_changed",
        subject=f"account {account_id}",
        detail={"from": before, "to": after},
    )


def deactivate(session: Session, account_id: int, *, by: Caller, now: datetime) -> None:
    """Let somebody else sign in no more. One who cannot already stays as they are.

    Raises:
        NotFound: there is no such account.
        OwnRights: it is the caller's.
        NoLongerAdministrator: the caller is none by now.
    """
    if _get_other(session, account_id, by=by).is_active:
        services.deactivate_account(session, account_id, now=now, by=by.actor)


def activate(session: Session, account_id: int, *, by: Caller, now: datetime) -> None:
    """Let somebody else sign in again. One who can already stays as they are.

    Raises:
        NotFound: there is no such account.
        OwnRights: it is the caller's.
        NoLongerAdministrator: the caller is none by now.
    """
    account = _get_other(session, account_id, by=by)
    if not account.is_active:
        account.is_active = True
        audit.record(
            session,
            at=now,
            actor=by.actor,
            action="account_activated",
            subject=f"account {account_id}",
        )


def reset_second_factor(session: Session, account_id: int, *, by: Caller, now: datetime) -> None:
    """Ask somebody else for no code any more when they sign in, and end their browser sessions.

    One whom no code is asked stays as they are.

    Raises:
        NotFound: there is no such account.
        OwnRights: it is the caller's, who turns it off with password and code.
        NoLongerAdministrator: the caller is none by now.
    """
    _get_other(session, account_id, by=by)
    second_factor.reset(session, account_id, now=now, by=by.actor)


def change_phone(
    session: Session, account_id: int, number: PhoneNumber | None, *, by: Caller, now: datetime
) -> None:
    """Keep another mobile number for somebody, or none.

    Raises:
        NotFound: there is no such account.
        OwnRights: it is the caller's.
        NoLongerAdministrator: the caller is none by now.
    """
    _get_other(session, account_id, by=by)
    set_phone(session, account_id, number, by=by.actor, now=now)


def _get_other(session: Session, account_id: int, *, by: Caller) -> Account:
    _hold_administrators(session, by)
    if account_id == by.account_id:
        raise OwnRights("Another administrator changes your own account.")
    account = session.get(Account, account_id, with_for_update=True)
    if account is None:
        raise NotFound("There is no such account.")
    return account


def _hold_administrators(session: Session, by: Caller) -> None:
    """Let one administrator at a time change accounts: so two cannot shut each other out, and one stays."""
    rows = session.scalars(
        select(Account.id)
        .where(Account.role == Role.ADMINISTRATOR, Account.is_active)
        .order_by(Account.id)
        .with_for_update()
    )
    if by.account_id not in set(rows):
        raise NoLongerAdministrator("You are no longer an administrator.")
