"""An application whose clock the tests of accounts move by hand."""

from collections.abc import Callable, Iterator

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from aednet.base.audit import AuditEvent
from aednet.base.database import db
from tests.factories import PASSWORD
from tests.fakes import MovableClock


@pytest.fixture
def app(open_app: Callable[..., APIFlask], clock: MovableClock) -> Iterator[APIFlask]:
    app = open_app(clock=clock)
    with app.app_context():
        yield app


@pytest.fixture
def visitor(app: APIFlask) -> Callable[..., FlaskClient]:
    """Open browsers, each signed in where an address is given."""

    def open_visitor(email: str | None = None, password: str = PASSWORD) -> FlaskClient:
        client = app.test_client()
        client.environ_base["HTTP_ACCEPT"] = "text/html"
        if email is not None:
            client.post("/aanmelden", data={"email": email, "password": password})
        return client

    return open_visitor


@pytest.fixture
def trail(app: APIFlask) -> Callable[[], list[tuple[str, str, str]]]:
    """Read who did what to whom, the first first."""

    def read() -> list[tuple[str, str, str]]:
        events = db.session().scalars(select(AuditEvent).order_by(AuditEvent.id))
        return [(event.actor, event.action, event.subject) for event in events]

    return read
