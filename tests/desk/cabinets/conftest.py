"""Somebody at the desk of two areas, each with a cabinet, and some people who are willing."""

from collections.abc import Callable

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from aednet.accounts.rules import Role
from aednet.base.transactions import transaction
from tests.desk.conftest import BROWSER
from tests.desk.reading import Page
from tests.factories import make_area_draft, make_areas, make_cabinet

CODE = "C1234X"


@pytest.fixture
def cabinet_id(app: APIFlask) -> int:
    """HGV-001 in Krakeel, with a code; HGV-002 hangs in Wolfsbos."""
    make_areas(make_area_draft(), make_area_draft("wolfsbos", west=6.5))
    with transaction() as session:
        number = make_cabinet(session, access_code=CODE)
        make_cabinet(session, "HGV-002", lon=6.55, access_code="W5555W")
    return number


@pytest.fixture
def coordinator(cabinet_id: int, sign_in: Callable[..., None]) -> None:
    """Whoever asks looks after Krakeel."""
    sign_in("krakeel", role=Role.COORDINATOR)


@pytest.fixture
def administrator(cabinet_id: int, sign_in: Callable[..., None]) -> None:
    """Whoever asks may do everything."""
    sign_in()


@pytest.fixture
def see(client: FlaskClient) -> Callable[..., Page]:
    """Read a page as the browser of whoever is signed in."""

    def see(address: str, *, status: int = 200) -> Page:
        answer = client.get(address, headers=BROWSER)
        assert answer.status_code == status, answer.text
        return Page(answer.text)

    return see
