"""The page that a one-time link leads to. Its address is a secret: nothing keeps it or passes it on."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from aednet.accounts.forms import NewPasswordForm
from aednet.accounts.links import LINK_PATH, LinkDoesNotHold, use_link
from aednet.accounts.queries import find_link
from aednet.accounts.rules import SHORTEST_PASSWORD
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.web.limits import limiter

limit_links = limiter.shared_limit("60 per hour", scope="links")  # an office shares one address

blueprint = Blueprint("links", __name__, template_folder="templates", url_prefix=LINK_PATH)


@blueprint.get("/<token>")
@limit_links
def show(token: str) -> ResponseReturnValue:
    """Show the form of a link that holds. Looking does not use it up: programs that read mail look too."""
    holder = find_link(db.session(), token, now=current().clock.now())
    return _no_link() if holder is None else _form(holder.email)


@blueprint.post("/<token>")
@limit_links
def set_password(token: str) -> ResponseReturnValue:
    """Set the password, once."""
    form, now = NewPasswordForm.parse(request.form), current().clock.now()
    holder = find_link(db.session(), token, now=now)
    if holder is None:
        return _no_link()
    if bad := form.bad(email=holder.email):
        return _form(holder.email, bad=bad), 422
    try:
        with transaction() as session:
            use_link(session, token, form.password, now=now)
    except LinkDoesNotHold:
        return _no_link()
    return redirect(url_for(".done"), code=303)


@blueprint.get("/klaar")
def done() -> str:
    """Lead on to where one signs in."""
    return render_template("accounts/password_set.html")


@blueprint.after_request
def _keep_to_itself(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _no_link() -> tuple[str, int]:
    return render_template("accounts/no_link.html"), 404


def _form(email: str, *, bad: frozenset[str] = frozenset()) -> str:
    return render_template("accounts/new_password.html", email=email, bad=bad, shortest=SHORTEST_PASSWORD)
