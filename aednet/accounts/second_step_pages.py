"""The page on which somebody whose password was right shows a code."""

from datetime import timedelta

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from aednet.accounts import services
from aednet.accounts.codes import LONGEST_CODE
from aednet.accounts.half_way import HalfWay, find_half_way
from aednet.accounts.identity import current_credential, remember
from aednet.accounts.queries import Kind, get_own_account
from aednet.accounts.rules import local_path
from aednet.accounts.second_factor import begin_session_with_code
from aednet.accounts.throttle import count_attempt
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.web.limits import client_address, limit_sign_in

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)

blueprint = Blueprint("second_step", __name__, template_folder="templates", url_prefix="/aanmelden/code")


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Ask for the code, where a password was right just now."""
    if find_half_way(now=current().clock.now()) is None:
        return _begin_again()
    return _page()


@blueprint.post("")
@limit_sign_in
def finish() -> ResponseReturnValue:
    """Sign somebody in, with a session that is new from here on."""
    now, address, code = current().clock.now(), client_address(), request.form.get("code", "").strip()
    half = find_half_way(now=now)
    if half is None:
        return _begin_again()
    if not code:
        return _page(bad="missing", status=422)
    email = get_own_account(db.session(), half.account_id).email
    with transaction() as session:
        until = count_attempt(session, email=email, address=address, now=now)
    if until is not None:
        return _page(wait=until - now, status=429)
    before = current_credential()
    begun = _begin(half, code[: LONGEST_CODE + 1], address=address)
    if begun is None:
        return _page(bad="wrong", status=422)
    if before is not None and before.kind is Kind.SESSION:
        with transaction() as session:
            services.end_session(session, before, now=now)
    remember(begun)
    return redirect(_next() or f"{request.script_root}/", code=303)


def _begin(half: HalfWay, code: str, *, address: str) -> services.NewSession | None:
    with transaction() as session:
        return begin_session_with_code(
            session,
            half.account_id,
            half.password_mark,
            code,
            address=address,
            now=current().clock.now(),
        )


def _next() -> str:
    return local_path(request.values.get("next", "")) or ""


def _begin_again() -> ResponseReturnValue:
    return redirect(url_for("accounts.show_sign_in", next=_next() or None), code=303)


def _page(*, bad: str | None = None, wait: timedelta | None = None, status: int = 200) -> ResponseReturnValue:
    answer = make_response(
        render_template(
            "accounts/second_step.html",
            next=_next(),
            bad=bad,
            longest=LONGEST_CODE,
            wait_minutes=None if wait is None else -(-wait // MINUTE),
        ),
        status,
    )
    answer.headers["Cache-Control"] = "no-store"
    if wait is not None:
        answer.headers["Retry-After"] = str(max(1, -(-wait // SECOND)))
    return answer
