"""The pages on which people sign in and out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.urls import iri_to_uri

from aednet.accounts import services
from aednet.accounts.half_way import HalfWay, remember_half_way
from aednet.accounts.identity import current_credential, forget, remember
from aednet.accounts.passwords import is_right
from aednet.accounts.queries import Kind, KnownPassword, find_password
from aednet.accounts.rules import LONGEST_EMAIL, local_path
from aednet.accounts.second_factor import has_second_factor, mark_of_password
from aednet.accounts.throttle import count_attempt, take_back_from_address
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.web.limits import client_address, limit_sign_in

MINUTE = timedelta(minutes=1)

blueprint = Blueprint("accounts", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInForm:
    """What somebody typed to sign in. `next` is where they wanted to go, empty where that is unsafe."""

    email: str
    password: str
    next: str

    @classmethod
    def parse(cls, fields: Mapping[str, str]) -> Self:
        """Read a form or a query; what is missing is empty."""
        return cls(
            email=fields.get("email", "").strip(),
            password=fields.get("password", ""),
            next=local_path(fields.get("next", "")) or "",
        )

    @property
    def missing(self) -> frozenset[str]:
        """The names of the fields that were left empty."""
        return frozenset(name for name in ("email", "password") if not getattr(self, name))


def address_of_sign_in() -> str:
    """Return where to send whoever must sign in for the page they ask for, and will come back to."""
    if request.method not in {"GET", "HEAD"}:
        return url_for("accounts.show_sign_in")
    asked = iri_to_uri(f"{request.script_root}{request.full_path}").removesuffix("?")
    return url_for("accounts.show_sign_in", next=asked)


@blueprint.get("/aanmelden")
def show_sign_in() -> ResponseReturnValue:
    """Show the form, or go on where somebody is signed in already."""
    form = SignInForm.parse(request.args)
    return _page(form) if current_credential() is None else _go_on(form)


@blueprint.post("/aanmelden")
@limit_sign_in
def sign_in() -> ResponseReturnValue:
    """Sign somebody in. Whatever is wrong, the words and the work are the same."""
    form, now, address = SignInForm.parse(request.form), current().clock.now(), client_address()
    if form.missing:
        return _page(form, bad=form.missing, status=422)
    with transaction() as session:
        until = count_attempt(session, email=form.email, address=address, now=now)
    if until is not None:
        return _page(form, wait=until - now, status=429)
    known, before = find_password(db.session(), form.email), current_credential()
    right = is_right(form.password, None if known is None else known.password_hash)
    with transaction() as session:
        begun = None
        if known is not None and right and has_second_factor(session, known.account_id):
            take_back_from_address(session, address)
            return _ask_for_code(known, form)
        if known is not None and right:
            begun = services.begin_session(session, known, email=form.email, address=address, now=now)
        if begun is None:
            services.record_failure(session, known, now=now)
        elif before is not None and before.kind is Kind.SESSION:
            services.end_session(session, before, now=now)
    if begun is None:
        return _page(form, bad=frozenset({"both"}), status=422)
    remember(begun)
    return _go_on(form)


@blueprint.post("/afmelden")
def sign_out() -> ResponseReturnValue:
    """Sign out, here and on the server; whoever is signed out already has nothing to lose."""
    credential = current_credential()
    if credential is not None and credential.kind is Kind.SESSION:
        with transaction() as session:
            services.end_session(session, credential, now=current().clock.now())
    forget()
    return redirect(f"{request.script_root}/", code=303)


def _ask_for_code(known: KnownPassword, form: SignInForm) -> ResponseReturnValue:
    """Lead on to the second step. Attempts for the e-mail stay counted: the codes are not there to guess."""
    half = HalfWay(account_id=known.account_id, password_mark=mark_of_password(known.password_hash or ""))
    remember_half_way(half, now=current().clock.now())
    return redirect(url_for("second_step.show", next=form.next or None), code=303)


def _go_on(form: SignInForm) -> ResponseReturnValue:
    return redirect(form.next or f"{request.script_root}/", code=303)


def _page(
    form: SignInForm,
    *,
    bad: frozenset[str] = frozenset(),
    wait: timedelta | None = None,
    status: int = 200,
) -> Response:
    answer = make_response(
        render_template(
            "accounts/sign_in.html",
            email=form.email[:LONGEST_EMAIL],
            next=form.next,
            bad=bad,
            wait_minutes=None if wait is None else -(-wait // MINUTE),
        ),
        status,
    )
    answer.headers["Cache-Control"] = "no-store"
    if wait is not None:
        answer.headers["Retry-After"] = str(max(1, -(-wait // timedelta(seconds=1))))
    return answer
