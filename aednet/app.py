"""`create_app()`: the only place where the parts are wired, and where errors become answers."""

import os
from collections.abc import Mapping
from typing import Any

from apiflask import APIFlask
from apiflask.exceptions import HTTPError
from flask import Response, redirect, render_template, request
from flask.json.provider import DefaultJSONProvider
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from flask_limiter import RateLimitExceeded
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

import aednet.accounts.administration_pages
import aednet.accounts.link_pages
import aednet.accounts.own_factor_pages
import aednet.accounts.own_pages
import aednet.accounts.pages
import aednet.accounts.second_step_pages
import aednet.accounts.trail_pages
import aednet.alerts.api
import aednet.alerts.webhooks
import aednet.areas.api
import aednet.cabinets.api
import aednet.cabinets.pages
import aednet.coverage.api
import aednet.coverage.matching_api
import aednet.coverage.pages
import aednet.demo.phone_pages
import aednet.desk.areas.border_pages
import aednet.desk.areas.pages
import aednet.desk.budget.order_pages
import aednet.desk.budget.pages
import aednet.desk.cabinets.care_pages
import aednet.desk.cabinets.code_pages
import aednet.desk.cabinets.device_pages
import aednet.desk.cabinets.edit_pages
import aednet.desk.cabinets.guardian_pages
import aednet.desk.cabinets.pages
import aednet.desk.charts.pages
import aednet.desk.conversations.action_pages
import aednet.desk.conversations.pages
import aednet.desk.coverage.pages
import aednet.desk.ledger.pages
import aednet.desk.reports.pages
import aednet.desk.todo.feed
import aednet.desk.todo.pages
import aednet.desk.training.booking_pages
import aednet.desk.training.pages
import aednet.desk.volunteers.edit_pages
import aednet.desk.volunteers.merging_pages
import aednet.desk.volunteers.pages
import aednet.volunteers.api
import aednet.volunteers.pages
import aednet.web.apidocs
import aednet.web.health
from aednet.accounts.guards import NotAllowed, init_guards
from aednet.accounts.identity import NotSignedIn, init_identity
from aednet.accounts.rules import Permission
from aednet.alerts.addresses import NetworkAddressBook
from aednet.alerts.forgetting import forget_messages
from aednet.alerts.ticks import hours_of
from aednet.alerts.trainings import tell_who_moved_up
from aednet.alerts.wording.composer import PlannedWords
from aednet.base.clock import Clock, SystemClock
from aednet.base.context import Context, attach
from aednet.base.database import configure_engine, db, engine_options
from aednet.base.encryption import KeyRing
from aednet.base.errors import AednetError, Conflict, InvalidValue, NotFound, TemporarilyUnavailable
from aednet.base.instance import prepare_instance, secret_keys
from aednet.base.logs import configure_logging, log, log_requests
from aednet.base.migration import newest_revision
from aednet.cabinets.guarding.coordination import see_off
from aednet.cabinets.hours.calendar import calendar_of
from aednet.config import InvalidSettings, Settings
from aednet.coverage.live import current_network, init_live
from aednet.demo.clock import MovedClock
from aednet.geography.projection import Projection
from aednet.messaging.wiring import init_outbox
from aednet.volunteers.departures import init_departures
from aednet.volunteers.erasing import note_erasure
from aednet.volunteers.moving_up import init_moving_up
from aednet.web.formats import init_formats
from aednet.web.layout import MenuEntry, init_layout
from aednet.web.limits import init_limits, seconds_over_limit
from aednet.web.openapi import SPEC_PATH, init_openapi
from aednet.web.problems import problem
from aednet.web.security import init_security

LARGEST_BODY = 1_048_576  # bytes; the largest honest body is a form with a few texts

BLUEPRINTS = (
    aednet.web.health.blueprint,
    aednet.web.apidocs.blueprint,
    aednet.accounts.pages.blueprint,
    aednet.accounts.second_step_pages.blueprint,
    aednet.accounts.link_pages.blueprint,
    aednet.accounts.own_pages.blueprint,
    aednet.accounts.own_factor_pages.blueprint,
    aednet.accounts.administration_pages.blueprint,
    aednet.accounts.trail_pages.blueprint,
    aednet.alerts.api.blueprint,
    aednet.alerts.webhooks.blueprint,
    aednet.areas.api.blueprint,
    aednet.cabinets.api.blueprint,
    aednet.cabinets.pages.blueprint,
    aednet.coverage.api.blueprint,
    aednet.coverage.matching_api.blueprint,
    aednet.coverage.pages.blueprint,
    aednet.desk.cabinets.pages.blueprint,
    aednet.desk.cabinets.edit_pages.blueprint,
    aednet.desk.cabinets.device_pages.blueprint,
    aednet.desk.cabinets.care_pages.blueprint,
    aednet.desk.cabinets.code_pages.blueprint,
    aednet.desk.cabinets.guardian_pages.blueprint,
    aednet.desk.areas.border_pages.blueprint,
    aednet.desk.areas.pages.blueprint,
    aednet.desk.budget.order_pages.blueprint,
    aednet.desk.budget.pages.blueprint,
    aednet.desk.charts.pages.blueprint,
    aednet.desk.conversations.action_pages.blueprint,
    aednet.desk.conversations.pages.blueprint,
    aednet.desk.coverage.pages.blueprint,
    aednet.desk.ledger.pages.blueprint,
    aednet.desk.reports.pages.blueprint,
    aednet.desk.todo.pages.blueprint,
    aednet.desk.todo.feed.blueprint,
    aednet.desk.training.booking_pages.blueprint,
    aednet.desk.training.pages.blueprint,
    aednet.desk.volunteers.edit_pages.blueprint,
    aednet.desk.volunteers.merging_pages.blueprint,
    aednet.desk.volunteers.pages.blueprint,
    aednet.volunteers.api.blueprint,
    aednet.volunteers.pages.blueprint,
)

IN_DEMO = (aednet.demo.phone_pages.blueprint,)

MENU = (
    MenuEntry(words=lazy_gettext("Te doen"), endpoint="todo.show", permission=Permission.SEE),
    MenuEntry(words=lazy_gettext("Kasten"), endpoint="desk_cabinets.show_all", permission=Permission.SEE),
    MenuEntry(words=lazy_gettext("Mensen"), endpoint="people.show_all", permission=Permission.SEE_PEOPLE),
    MenuEntry(words=lazy_gettext("Cursussen"), endpoint="trainings.show_all", permission=Permission.SEE),
    MenuEntry(
        words=lazy_gettext("Berichten"),
        endpoint="conversations.show_all",
        permission=Permission.SEE_PEOPLE,
    ),
    MenuEntry(words=lazy_gettext("HartslagNu"), endpoint="ledger.show_open", permission=Permission.CHANGE),
    MenuEntry(words=lazy_gettext("Dekking"), endpoint="desk.coverage", permission=Permission.SEE),
    MenuEntry(words=lazy_gettext("Grafieken"), endpoint="charts.show", permission=Permission.SEE),
    MenuEntry(words=lazy_gettext("Begroting"), endpoint="budget.show", permission=Permission.SEE),
    MenuEntry(
        words=lazy_gettext("Smederijen"),
        endpoint="areas.show_all",
        permission=Permission.SEE,
        also="/desk/grenzen",
    ),
    MenuEntry(words=lazy_gettext("Meldingen"), endpoint="reports.show_all", permission=Permission.CHANGE),
    MenuEntry(
        words=lazy_gettext("Toegang"),
        endpoint="administration.show_all",
        permission=Permission.ADMINISTER,
    ),
    MenuEntry(words=lazy_gettext("Spoor"), endpoint="trail.show", permission=Permission.ADMINISTER),
    MenuEntry(words=lazy_gettext("Mijn account"), endpoint="own_account.show", permission=Permission.SEE),
)

STATUS: Mapping[type[AednetError], int] = {
    InvalidValue: 422,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    TemporarilyUnavailable: 503,
}
HTTP_CODES = {
    400: "unreadable",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
}
RETRY_AFTER = {"Retry-After": "5"}


class JsonProvider(DefaultJSONProvider):
    """JSON as Flask reads it, but a body nested past all reason is unreadable, not our fault."""

    sort_keys = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Read a JSON text.

        Raises:
            ValueError: it is no JSON, or nested too deeply.
        """
        try:
            return super().loads(s, **kwargs)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


def create_app(settings: Settings | None = None, *, clock: Clock | None = None) -> APIFlask:
    """Build the application from its settings, by default those in the environment.

    Raises:
        InvalidSettings: a setting cannot be used.
    """
    configure_logging()
    settings = settings or Settings.from_environment(os.environ)
    prepare_instance(settings)
    keyring = KeyRing(secret_keys(settings))
    _check_place(settings)
    clock = clock or (MovedClock.of(settings) if settings.demo else SystemClock(settings.zone))
    newest_revision()  # read now, before an upgrade of the package changes what lies on disk
    app = APIFlask(
        "aednet",
        title="aednet",
        version="1",
        spec_path=SPEC_PATH,
        docs_path=None,
        static_folder=None,  # type: ignore[arg-type]  # as Flask has it: the rooms bring their own
    )
    app.json = JsonProvider(app)
    app.config.update(
        SECRET_KEY=keyring.derive("sessions"),
        SECRET_KEY_FALLBACKS=keyring.derive_older("sessions"),
        SQLALCHEMY_DATABASE_URI=settings.database_address,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_address),
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY,
    )
    attach(
        app,
        Context(settings=settings, clock=clock, keyring=keyring),
    )
    db.init_app(app)
    with app.app_context():
        configure_engine(db.engine)
    log_requests(app)
    init_security(app)
    init_limits(app)
    init_layout(app, menu=MENU)
    init_formats(app)
    init_openapi(app)
    init_identity(app, settings)
    init_guards(app)
    init_live(app)
    init_departures(app, farewells=[see_off], erasures=[forget_messages, note_erasure])
    init_moving_up(app, tell_who_moved_up)
    init_outbox(
        app,
        settings,
        clock=clock,
        addresses=NetworkAddressBook(),
        composer=PlannedWords(hours=hours_of(settings), desk=f"{settings.public_base_url}/desk"),
    )
    for blueprint in (*BLUEPRINTS, *(IN_DEMO if settings.demo else ())):
        app.register_blueprint(blueprint)
    app.context_processor(_what_pages_must_say)
    _handle_errors(app)
    return app


def _check_place(settings: Settings) -> None:
    """Refuse a projection or a country with which no question could be answered.

    Raises:
        InvalidSettings: there is no such projection, or no holidays are known for the country.
    """
    try:
        Projection.named(settings.projection)
    except AednetError as error:
        raise InvalidSettings(f"AEDNET_PROJECTION: {error}") from None
    try:
        calendar_of(settings)
    except ValueError as error:
        raise InvalidSettings(f"AEDNET_COUNTRY: {error}") from None


def _what_pages_must_say() -> dict[str, object]:
    """Tell every page whether it shows invented cabinets; an error page must come even without network."""
    try:
        return {"shows_examples": current_network().has_examples}
    except (SQLAlchemyError, AednetError):
        return {"shows_examples": False}


def _handle_errors(app: APIFlask) -> None:
    app.error_processor(_refused_input)
    app.register_error_handler(AednetError, _known_error)
    app.register_error_handler(NotSignedIn, _not_signed_in)
    app.register_error_handler(HTTPException, _http_error)
    for error in (OperationalError, PoolTimeout):
        app.register_error_handler(error, _database_error)
    app.register_error_handler(Exception, _unknown_error)


def _refused_input(error: HTTPError) -> Response:
    """Answer what APIFlask refuses: a query, a body or a path that does not fit its schema."""
    found: dict[str, Any] = error.detail if isinstance(error.detail, dict) else {}
    errors = {
        field: [_plain(words) for words in messages]
        for fields in found.values()
        for field, messages in fields.items()
    }
    named = ", ".join(field for field in errors if field != "_schema")
    detail = f"These fields cannot be used: {named}." if named else str(error.message)
    return problem(error.status_code, "invalid_value", detail, errors=errors)


def _plain(words: str) -> str:
    return words.removeprefix("Value error, ")


def _known_error(error: AednetError) -> Response:
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
    errors = (
        {field: [words] for field, words in error.fields.items()} if isinstance(error, InvalidValue) else None
    )
    return _answer(
        status,
        error.code,
        str(error),
        errors=errors or None,
        headers=RETRY_AFTER if isinstance(error, TemporarilyUnavailable) else None,
    )


def _not_signed_in(error: NotSignedIn) -> ResponseReturnValue:
    """Show people where to sign in, and tell programs how they are known."""
    if _reads_pages():
        return redirect(aednet.accounts.pages.address_of_sign_in(), code=303)
    return problem(401, error.code, str(error), headers={"WWW-Authenticate": "Bearer"})


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    kept = {
        name: value for name, value in error.get_headers() if name in {"Retry-After", "Allow", "Location"}
    }
    if isinstance(error, RateLimitExceeded):
        kept["Retry-After"] = str(seconds_over_limit())
    if isinstance(error, RequestRedirect):
        return Response(status=status, headers=kept)
    return _answer(status, HTTP_CODES.get(status, "error"), error.description or "", headers=kept)


def _database_error(error: SQLAlchemyError) -> Response:
    log.error("database unavailable", error=type(getattr(error, "orig", error)).__name__)
    return _answer(503, "temporarily_unavailable", "The database cannot answer now.", headers=RETRY_AFTER)


def _unknown_error(error: Exception) -> Response:
    log.error("unforeseen error", error=type(error).__name__, exc_info=error)
    return _answer(500, "internal_error", "Something went wrong here; it has been noted.")


def _answer(
    status: int,
    code: str,
    detail: str,
    *,
    errors: Mapping[str, list[str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    if _reads_pages():
        page = render_template("error.html", status=status, code=code)
        return Response(page, status=status, headers=dict(headers or {}))
    return problem(status, code, detail, errors=errors, headers=headers)


def _reads_pages() -> bool:
    """Tell whether whoever asks is a person with a browser rather than a program."""
    if request.path.startswith("/api/"):
        return False
    return request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html" and (
        "text/html" in request.headers.get("Accept", "")
    )
