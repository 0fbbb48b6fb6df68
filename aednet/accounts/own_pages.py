"""The page on which people look after their own account."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from aednet.accounts import services
from aednet.accounts.calendars import calendar_made_at, end_calendar_address, make_calendar_address
from aednet.accounts.forms import NewPasswordForm, PhoneForm
from aednet.accounts.guards import require
from aednet.accounts.identity import NotSignedIn, forget, own_session, remember
from aednet.accounts.passwords import is_right
from aednet.accounts.phones import find_phone, set_phone
from aednet.accounts.queries import Credential, get_own_account, list_sessions
from aednet.accounts.rules import SHORTEST_PASSWORD, Permission
from aednet.accounts.second_factor import has_second_factor
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
    return _page(own_session())


@blueprint.post("/wachtwoord")
def change_password() -> ResponseReturnValue:
    """Set another password for whoever knows the present one. All sessions end; this one begins anew."""
    form, now, address = NewPasswordForm.parse(request.form), current().clock.now(), client_address()
    credential = own_session()
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
    credential = own_session()
    with transaction() as session:
        services.end_own_session(session, credential.caller, session_id, now=current().clock.now())
    if session_id == credential.id:
        forget()
    return redirect(url_for(".show", gedaan="sessie"), code=303)


@blueprint.post("/sessies/einde")
def end_other_sessions() -> ResponseReturnValue:
    """End every session but this one."""
    credential = own_session()
    with transaction() as session:
        services.end_other_sessions(session, credential, now=current().clock.now())
    return redirect(url_for(".show", gedaan="sessie"), code=303)


@blueprint.post("/telefoon")
def change_phone() -> ResponseReturnValue:
    """Keep another mobile number of whoever asks, or none."""
    credential, form = own_session(), PhoneForm.parse(request.form)
    if form.fault is not None:
        return _page(credential, phone=form), 422
    account_id, by = credential.caller.account_id, credential.caller.actor
    with transaction() as session:
        set_phone(session, account_id, form.number, by=by, now=current().clock.now())
    return redirect(url_for(".show", gedaan="telefoon"), code=303)


@blueprint.post("/agenda")
def make_calendar() -> str:
    """Give the account another secret address; the answer shows it, and nothing ever shows it again."""
    credential = own_session()
    with transaction() as session:
        token = make_calendar_address(session, credential.caller, now=current().clock.now())
    path = url_for("calendar.feed", token=token)
    return render_template("accounts/calendar.html", address=f"{current().settings.public_base_url}{path}")


@blueprint.post("/agenda/einde")
def end_calendar() -> ResponseReturnValue:
    """End the secret address of the account."""
    credential = own_session()
    with transaction() as session:
        end_calendar_address(session, credential.caller, now=current().clock.now())
    return redirect(url_for(".show", gedaan="agenda"), code=303)


def _page(
    credential: Credential,
    *,
    bad: frozenset[str] = frozenset(),
    phone: PhoneForm | None = None,
    wait: timedelta | None = None,
) -> str:
    account_id, now = credential.caller.account_id, current().clock.now()
    return render_template(
        "accounts/own_account.html",
        email=get_own_account(db.session(), account_id).email,
        sessions=list_sessions(db.session(), account_id, now=now),
        this=credential.id,
        calendar_made_at=calendar_made_at(db.session(), account_id),
        phone=phone or PhoneForm.of(find_phone(db.session(), account_id)),
        asks_code=has_second_factor(db.session(), account_id),
        bad=bad,
        wait_minutes=None if wait is None else -(-wait // MINUTE),
        done=request.args.get("gedaan"),
        shortest=SHORTEST_PASSWORD,
    )
