"""Whether the service is alive and ready, for whoever watches over it."""

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from aednet.base.context import current
from aednet.base.database import db
from aednet.base.heartbeats import find_last_beat, is_silent
from aednet.base.migration import is_up_to_date

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """Say that the process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def ready() -> tuple[Response, int]:
    """Say whether the pages can be served; a silent worker is reported but does not take them down."""
    try:
        up_to_date = is_up_to_date(db.engine)
        silent = up_to_date and is_silent(find_last_beat(db.session(), "worker"), now=current().clock.now())
    except SQLAlchemyError:
        return jsonify(status="unavailable", database="unreachable"), 503
    if not up_to_date:
        return jsonify(status="unavailable", database="ok", schema="out of date"), 503
    return jsonify(status="ok", database="ok", schema="ok", worker="silent" if silent else "ok"), 200
