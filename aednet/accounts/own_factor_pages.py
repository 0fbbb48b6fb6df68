"""The pages on which people have signing in ask for a code, and have it ask no more."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from aednet.accounts import second_factor
from aednet.accounts.codes import LONGEST_CODE, picture_of, setup_address
from aednet.accounts.guards import require
from aednet.accounts.identity import own_session
from aednet.accounts.passwords import is_right
from aednet.accounts.queries import OwnAccount, get_own_account
from aednet.accounts.rules import Caller, Permission
from aednet.accounts.throttle import count_attempt, take_back_attempt
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.web.limits import client_address

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)

blueprint = require(Permission.SEE)(
    Blueprint("own_factor", __name__, template_folder="templates", url_prefix="/mijn-account/code")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What somebody typed to show that they are who is signed in."""

    present: str
    code: str

    @property
    def missing(self) -> frozenset[str]:
        """The names of the fields that were left empty."""
        return frozenset(name for name in ("present", "code") if not getattr(self, name))


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Show whether a code is asked for, and what can be done about it."""
    return _page()


@blueprint.post("")
def begin() -> ResponseReturnValue:
    """Give whoever knows the password a secret to put into their phone."""
    proof = _typed()
    if "present" in proof.missing:
        return _page(bad=frozenset({"present"}), status=422)

    def give(session: Session, caller: Caller) -> None:
        second_factor.begin_setup(session, caller, now=current().clock.now())

    try:
        refused = _with_password(proof, give)
    except second_factor.AlreadyOn:
        refused = None
    return refused or redirect(url_for(".show"), code=303)


@blueprint.post("/bevestigen")
def confirm() -> ResponseReturnValue:
    """Ask for codes from here on, if the phone shows the right one; only the answer shows recovery codes."""
    caller, code, now = own_session().caller, _typed().code, current().clock.now()
    try:
        with transaction() as session:
            codes = second_factor.confirm(session, caller, code, now=now)
    except second_factor.WrongCode:
        return _page(bad=frozenset({"code"}), status=422)
    except (second_factor.AlreadyOn, second_factor.NotBegun):
        return redirect(url_for(".show"), code=303)
    return render_template("accounts/recovery_codes.html", codes=codes, is_new=True)


@blueprint.post("/herstelcodes")
def renew() -> ResponseReturnValue:
    """Give new recovery codes to whoever knows the password and shows a code."""
    codes: list[str] = []

    def give(session: Session, caller: Caller) -> None:
        now = current().clock.now()
        codes.extend(second_factor.renew_recovery_codes(session, caller, _typed().code, now=now))

    refused = _with_proof(give)
    return refused or render_template("accounts/recovery_codes.html", codes=codes, is_new=False)


@blueprint.post("/uitzetten")
def turn_off() -> ResponseReturnValue:
    """Ask for no codes any more, for whoever knows the password and shows one."""

    def forget(session: Session, caller: Caller) -> None:
        second_factor.turn_off(session, caller, _typed().code, now=current().clock.now())

    return _with_proof(forget) or redirect(url_for(".show", gedaan="uit"), code=303)


def _typed() -> Proof:
    code = request.form.get("code", "").strip()[: LONGEST_CODE + 1]
    return Proof(present=request.form.get("present", ""), code=code)


def _with_proof(act: Callable[[Session, Caller], None]) -> ResponseReturnValue | None:
    """Do something for whoever gives password and code; return the page that refuses, where they do not."""
    proof = _typed()
    if not second_factor.has_second_factor(db.session(), own_session().caller.account_id):
        return redirect(url_for(".show"), code=303)
    if proof.missing:
        return _page(bad=proof.missing, status=422)
    try:
        return _with_password(proof, act)
    except second_factor.WrongCode:
        return _page(bad=frozenset({"code"}), status=422)


def _with_password(proof: Proof, act: Callable[[Session, Caller], None]) -> ResponseReturnValue | None:
    """Do something for whoever gives the right password; return the page that refuses, where it is wrong."""
    caller, now, address = own_session().caller, current().clock.now(), client_address()
    own = get_own_account(db.session(), caller.account_id)
    with transaction() as session:
        until = count_attempt(session, email=own.email, address=address, now=now)
    if until is not None:
        return _page(wait=until - now, status=429)
    if not is_right(proof.present, own.known.password_hash):
        return _page(bad=frozenset({"present"}), status=422)
    with transaction() as session:
        act(session, caller)
        take_back_attempt(session, email=own.email, address=address)
    return None


def _page(
    *, bad: frozenset[str] = frozenset(), wait: timedelta | None = None, status: int = 200
) -> ResponseReturnValue:
    account_id, session = own_session().caller.account_id, db.session()
    own, secret = (
        get_own_account(session, account_id),
        second_factor.find_unconfirmed_secret(session, account_id),
    )
    page = render_template(
        "accounts/own_factor.html",
        is_on=second_factor.has_second_factor(session, account_id),
        codes_left=second_factor.count_recovery_codes(session, account_id),
        secret=secret,
        **({} if secret is None else _pictured(secret, own)),
        bad=bad,
        done=request.args.get("gedaan"),
        longest=LONGEST_CODE,
        wait_minutes=None if wait is None else -(-wait // MINUTE),
    )
    return page, status, {} if wait is None else {"Retry-After": str(max(1, -(-wait // SECOND)))}


def _pictured(secret: str, own: OwnAccount) -> dict[str, object]:
    address = setup_address(secret, email=own.email)
    return {"address": address, "picture": Markup(picture_of(address))}  # noqa: S704 made of squares by us
