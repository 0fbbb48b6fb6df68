"""Who may come in where: every way in that is not public says so here, and one hook sees to it.

    blueprint = require(Permission.SEE)(Blueprint("desk", __name__))     # all of its views

    @blueprint.post("/cabinets/<ref>")
    @require(Permission.CHANGE)                                          # this one, instead
    def change(ref: str) -> ...

A guard asks for a permission in whatever area; whether the object at hand lies in an area of the caller, the
view asks of `current_caller()`, and answers 404 where it does not.
"""

import re
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar, cast

from apiflask import APIFlask
from flask import Blueprint, Flask, Response, current_app, request

from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Permission
from aednet.base.errors import AednetError
from aednet.web.openapi import refusal

MARK = "aednet_permission"
SCHEME = "token"
PATH_PARAMETER = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")

Target = TypeVar("Target", bound=Callable[..., Any] | Blueprint)


class NotAllowed(AednetError):
    """Whoever asks is known, and their role does not include this."""

    code: ClassVar[str] = "forbidden"


def require(permission: Permission) -> Callable[[Target], Target]:
    """Open a view, or all views of a blueprint, only to those who may `permission`.

    A view's own guard replaces its blueprint's. It holds before anything of the request is read, wherever
    among the view's decorators it stands.
    """

    def mark(target: Target) -> Target:
        setattr(target, MARK, permission)
        return target

    return mark


def permission_of(app: Flask, endpoint: str) -> Permission | None:
    """Return what an endpoint asks for, or None where it is public."""
    view, blueprint = app.view_functions[endpoint], app.blueprints.get(endpoint.rpartition(".")[0])
    return cast("Permission | None", getattr(view, MARK, getattr(blueprint, MARK, None)))


def init_guards(app: APIFlask) -> None:
    """Have `app` keep what its views and blueprints require, and say so in its description."""
    app.before_request(_check)
    app.after_request(_keep_out_of_stores)
    app.security_schemes = {
        SCHEME: {
            "type": "http",
            "scheme": "bearer",
            "description": "From `aednet token create EMAIL`; it has the rights of that account.",
        }
    }
    _describe_guards(app)


def _check() -> None:
    """Refuse whoever may not come in.

    Raises:
        NotSignedIn: nobody that is known asks.
        NotAllowed: their role does not include what is asked for.
    """
    permission = _asked_for()
    if permission is not None and not current_caller().may(permission):
        raise NotAllowed("Your role does not include this.")


def _keep_out_of_stores(answer: Response) -> Response:
    """Let no browser or proxy keep what was not public."""
    if _asked_for() is not None:
        answer.headers["Cache-Control"] = "no-store"
    return answer


def _asked_for() -> Permission | None:
    return None if request.endpoint is None else permission_of(current_app, request.endpoint)


def _describe_guards(app: APIFlask) -> None:
    """Add to the OpenAPI description which calls ask for a token, as the guards themselves have it."""
    described = app.spec_callback

    def add_guards(spec: dict[str, Any] | str) -> dict[str, Any] | str:
        spec = described(spec) if described else spec
        if isinstance(spec, dict):
            for rule in app.url_map.iter_rules():
                if permission_of(app, rule.endpoint) is not None:
                    calls = spec["paths"].get(PATH_PARAMETER.sub(r"{\1}", rule.rule), {})
                    for method in (rule.methods or set()) & {name.upper() for name in calls}:
                        call = calls[method.lower()]
                        call["security"] = [{SCHEME: []}]
                        call["responses"] |= {"401": refusal(401), "403": refusal(403)}
        return spec

    app.spec_processor(add_guards)
