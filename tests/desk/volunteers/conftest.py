"""A coordinator of one area, and the people they look after; all of them invented."""

from collections.abc import Callable
from typing import cast

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from aednet.accounts.rules import Role
from aednet.base.context import current
from aednet.base.transactions import transaction
from tests.factories import make_area_draft, make_areas, make_volunteer
from tests.fakes import MovableClock

BROWSER = {"Accept": "text/html,*/*;q=0.8", "Sec-Fetch-Site": "same-origin"}
EAST = {"lon": 6.49}


@pytest.fixture(autouse=True)
def areas(app: APIFlask) -> None:
    """Two areas; who is made lives in `west` unless said otherwise."""
    make_areas(make_area_draft("west", width=0.085), make_area_draft("oost", west=6.485))


@pytest.fixture
def coordinator(sign_in: Callable[..., None]) -> None:
    """Be signed in as the coordinator of `west`."""
    sign_in("west", role=Role.COORDINATOR)


@pytest.fixture
def clock(app: APIFlask) -> MovableClock:
    """The clock, to be moved on."""
    return cast("MovableClock", current().clock)


@pytest.fixture
def add() -> Callable[..., int]:
    """Register somebody, who lives in `west`, and return their number."""

    def add(number: int = 1, **changes: object) -> int:
        with transaction() as session:
            return make_volunteer(session, number, **changes)

    return add


@pytest.fixture
def ask(client: FlaskClient) -> Callable[..., TestResponse]:
    """Ask for a page of the volunteers, or with `data` post a form, as whoever is signed in."""

    def ask(path: str = "", *, data: dict[str, object] | None = None, **query: object) -> TestResponse:
        address = f"/desk/mensen{path}"
        if data is not None:
            return client.post(address, data=data, headers=BROWSER)
        return client.get(address, query_string=query, headers=BROWSER)

    return ask
