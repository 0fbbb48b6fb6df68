"""Somebody at the desk, on a Tuesday at two in the afternoon."""

from collections.abc import Callable, Iterator

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from aednet.accounts.rules import Role
from tests.desk.reading import Page
from tests.factories import EMAIL, PASSWORD, make_account
from tests.fakes import MovableClock

BROWSER = {"Accept": "text/html,*/*;q=0.8"}


@pytest.fixture
def app(open_app: Callable[..., APIFlask]) -> Iterator[APIFlask]:
    app = open_app(clock=MovableClock())
    with app.app_context():
        yield app


@pytest.fixture
def sign_in(client: FlaskClient) -> Callable[..., None]:
    """Sign in, by default an administrator; with areas, somebody who looks after those."""

    def sign_in(*areas: str, role: Role = Role.ADMINISTRATOR) -> None:
        make_account(*areas, role=role)
        client.post("/aanmelden", data={"email": EMAIL, "password": PASSWORD})

    return sign_in


@pytest.fixture
def look(client: FlaskClient) -> Callable[..., Page]:
    """Look at the coverage page as the browser of whoever is signed in."""

    def look(*, status: int = 200, **query: object) -> Page:
        answer = client.get("/desk/coverage", query_string=query, headers=BROWSER)
        assert answer.status_code == status
        return Page(answer.text)

    return look
