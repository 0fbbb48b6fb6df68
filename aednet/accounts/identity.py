"""Who is asking: a browser by its session or a program by its token, as flask-login's `current_user`.

The cookie is Flask's signed one and holds a random token, no account; whether the token still holds is
asked of the database, once a request and only where there is one. A request that shows a token in its
Authorization header is judged by that alone, whatever cookies come along.
"""

from dataclasses import dataclass, field
from typing import ClassVar, cast

from flask import Flask, Request, Response, g, request, session, url_for
from flask_login import AnonymousUserMixin, LoginManager, current_user, login_user, logout_user
from sqlalchemy.exc import SQLAlchemyError

from aednet.accounts.queries import Credential, Kind, find_session, find_token
from aednet.accounts.rules import SESSION_LASTS, Caller, Permission
from aednet.accounts.services import NewSession, note_use
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.errors import AednetError
from aednet.base.logs import log
from aednet.base.transactions import transaction
from aednet.config import Settings

BEARER = "bearer"


class NotSignedIn(AednetError):
    """What was asked for is open only to those who sign in or show a token."""

    code: ClassVar[str] = "not_signed_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Somebody who is known for this request, in the shape that flask-login asks for."""

    token: str = field(repr=False)
    credential: Credential

    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    def get_id(self) -> str:
        """Return what flask-login keeps in the cookie."""
        return self.token

    def may(self, permission: str) -> bool:
        """Tell whether their role includes a permission, for pages that know it by its name."""
        return self.credential.caller.may(Permission(permission))


def current_caller() -> Caller:
    """Return whoever asks.

    Raises:
        NotSignedIn: nobody that is known.
    """
    credential = current_credential()
    if credential is None:
        raise NotSignedIn("Sign in, or show a token that holds.")
    return credential.caller


def current_credential() -> Credential | None:
    """Return the session or token by which whoever asks is known, if they are."""
    return cast("SignedIn", current_user).credential if current_user.is_authenticated else None


def own_session() -> Credential:
    """Return the session of whoever asks; programs, which show a token, have none.

    Raises:
        NotSignedIn: it is no browser that asks.
    """
    credential = current_credential()
    if credential is None or credential.kind is not Kind.SESSION:
        raise NotSignedIn("Sign in with a browser.")
    return credential


def remember(begun: NewSession) -> None:
    """Have the browser that asks carry the session just begun, and nothing from before it."""
    session.clear()
    login_user(SignedIn(token=begun.token, credential=begun.credential))


def forget() -> None:
    """Take everything from the browser that asks."""
    logout_user()
    session.clear()


def init_identity(app: Flask, settings: Settings) -> None:
    """Let `app` know who is asking."""
    is_secure = settings.public_base_url.startswith("https://")
    app.config.update(
        # With this prefix browsers refuse a cookie that a neighbouring subdomain tries to plant.
        SESSION_COOKIE_NAME="__Host-aednet" if is_secure else "aednet",
        SESSION_COOKIE_SECURE=is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SESSION_LASTS,
    )
    manager = LoginManager()
    manager.session_protection = None  # a phone changes its address on the way
    manager.user_loader(_from_cookie)
    manager.request_loader(_from_header)
    manager.init_app(app, add_context_processor=False)
    # Its last hook looks after a remember-me cookie, which nobody gets here; the look alone would
    # make every answer vary by cookie, static files too.
    app.after_request_funcs[None].pop()
    app.before_request(_forget_last_request)
    app.after_request(_note_use)
    app.context_processor(_who_asks)


def _from_cookie(token: str) -> SignedIn | None:
    if _shown_token(request) is not None:
        return None
    return _signed_in(token, find_session(db.session(), token, now=current().clock.now()))


def _from_header(asked: Request) -> SignedIn | None:
    token = _shown_token(asked)
    if token is None:
        return None
    return _signed_in(token, find_token(db.session(), token, now=current().clock.now()))


def _shown_token(asked: Request) -> str | None:
    shown = asked.authorization
    return shown.token if shown is not None and shown.type == BEARER else None


def _signed_in(token: str, credential: Credential | None) -> SignedIn | None:
    if credential is None:
        return None
    if credential.is_note_due:
        g.unnoted_use = credential
    return SignedIn(token=token, credential=credential)


def _forget_last_request() -> None:
    """Drop whom flask-login found before: an application context may outlive one request."""
    g.pop("_login_user", None)


def _note_use(answer: Response) -> Response:
    """Keep when a session or token was used, now that the answer is made; failing to is no reason to fail."""
    credential = g.pop("unnoted_use", None)
    if credential is not None:
        try:
            with transaction() as writing:
                note_use(writing, credential, now=current().clock.now())
        except SQLAlchemyError as error:
            log.warning("use of a session not noted", error=type(error).__name__)
    return answer


def _who_asks() -> dict[str, object]:
    """Tell every page who is signed in; an error page must come even without the database."""
    try:
        user = current_user if current_user.is_authenticated else AnonymousUserMixin()
    except SQLAlchemyError:
        user = AnonymousUserMixin()
    return {
        "current_user": user,
        "sign_in_address": url_for("accounts.show_sign_in"),
        "sign_out_address": url_for("accounts.sign_out"),
    }
