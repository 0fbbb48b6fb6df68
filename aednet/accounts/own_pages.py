"""The page on which people look after their own account."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from aednet.accounts import services
from aednet.accounts.forms import NewPasswordForm
from aednet.accounts.guards import require
from aednet.accounts.identity import NotSignedIn, current_credential, forget, remember
from aednet.accounts.passwords import is_right
from aednet.accounts.queries import Credential, Kind, get_own_account, list_sessions
from aednet.accounts.rules import SHORTEST_PASSWORD, Permission
from aednet.accounts.throttle import count_attempt
from aednet.base.context import current
from aednet.base.database import LARGEST_ID, db
from aednet.base.transactions import transaction
from aednet.web.limits import client_address

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)

blueprint = require(Permission.SEE)(
    Blueprint("own_account", __name__, template_folder="templates", url_prefix="/mijn-account")
)


@blueprint.get("")
def show() -> str:
    """Show where somebody is signed in, and the form for another password."""
    return _page(_own_session())


@blueprint.post("/wachtwoord")
def change_password() -> ResponseReturnValue:
    """Set another password for whoever knows the present one. All sessions end; this one begins anew."""
    form, now, address = NewPasswordForm.parse(request.form), current().clock.now(), client_address()
    credential = _own_session()
    caller = credential.caller
    own = get_own_account(db.session(), caller.account_id)
    bad = form.bad(email=own.email) | ({"present"} if not form.present else set())
    if bad:
        return _page(credential, bad=bad), 422
    with transaction() as session:
        until = count_attempt(session, email=own.email, address=address, now=now)
    if until is not None:
        wait = until - now
        return _page(credential, wait=wait), 429, {"Retry-After": str(-(-wait // SECOND))}
    if not is_right(form.present, own.known.password_hash):
        return _page(credential, bad=frozenset({"present"})), 422
    with transaction() as session:
        begun = services.change_own_password(session, caller, own, form.password, address=address, now=now)
    if begun is None:
        raise NotSignedIn("The password was changed meanwhile.")
    remember(begun)
    return redirect(url_for(".show", gedaan="wachtwoord"), code=303)


@blueprint.post(f"/sessies/<int(max={LARGEST_ID}):session_id>/einde")
def end_session(session_id: int) -> ResponseReturnValue:
    """End one session; ending this one is signing out."""
    credential = _own_session()
    with transaction() as session:
        services.end_own_session(session, credential.caller, session_id, now=current().clock.now())
    if session_id == credential.id:
        forget()
    return redirect(url_for(".show", gedaan="sessie"), code=303)


@blueprint.post("/sessies/einde")
def end_other_sessions() -> ResponseReturnValue:
    """End every session but this one."""
    credential = _own_session()
    with transaction() as session:
        services.end_other_sessions(session, credential, now=current().clock.now())
    return redirect(url_for(".show", gedaan="sessie"), code=303)


def _own_session() -> Credential:
    """Return the session of whoever asks; programs, which show a token, have no business here.

    Raises:
        NotSignedIn: it is no browser that asks.
    """
    credential = current_credential()
    if credential is None or credential.kind is not Kind.SESSION:
        raise NotSignedIn("Sign in with a browser.")
    return credential


def _page(credential: Credential, *, bad: frozenset[str] = frozenset(), wait: timedelta | None = None) -> str:
    account_id, now = credential.caller.account_id, current().clock.now()
    return render_template(
        "accounts/own_account.html",
        email=get_own_account(db.session(), account_id).email,
        sessions=list_sessions(db.session(), account_id, now=now),
        this=credential.id,
        bad=bad,
        wait_minutes=None if wait is None else -(-wait // MINUTE),
        done=request.args.get("gedaan"),
        shortest=SHORTEST_PASSWORD,
    )
