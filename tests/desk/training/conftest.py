"""Training days in one area, and the browser of whoever is signed in."""

from collections.abc import Callable

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories import make_area_draft, make_areas

BROWSER = {"Accept": "text/html,*/*;q=0.8", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(autouse=True)
def areas(app: APIFlask) -> None:
    """Two areas; what is made lies in `west` unless said otherwise."""
    make_areas(make_area_draft("west", width=0.085), make_area_draft("oost", west=6.485))


@pytest.fixture
def ask(client: FlaskClient) -> Callable[..., TestResponse]:
    """Ask for a page of the training days, or with `data` post a form, as whoever is signed in."""

    def ask(path: object = "", *, data: dict[str, object] | None = None, **query: object) -> TestResponse:
        address = f"/desk/cursussen{path}"
        if data is not None:
            return client.post(address, data=data, headers=BROWSER)
        return client.get(address, query_string=query, headers=BROWSER)

    return ask
