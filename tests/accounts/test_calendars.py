import re
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select

from aednet.accounts.calendars import find_calendar_reader
from aednet.accounts.models import CalendarAddress
from aednet.accounts.rules import Caller, Role
from aednet.accounts.services import deactivate_account
from aednet.base.database import db
from aednet.base.transactions import transaction
from tests.factories import EMAIL, NOW, PASSWORD, make_account, make_areas, make_token

PAGE = "/mijn-account"
ADDRESS = re.compile(r'<p class="secret">http://127.0.0.1:8000/agenda/([\w-]{43})\.ics</p>')

Visitor = Callable[..., FlaskClient]
Trail = Callable[[], list[tuple[str, str, str]]]


def make_address(client: FlaskClient) -> str:
    answer = client.post(f"{PAGE}/agenda")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    found = ADDRESS.search(answer.text)
    assert found is not None
    return found[1]


def reader_of(token: str) -> Caller | None:
    db.session.rollback()
    return find_calendar_reader(db.session(), token)


def test_an_address_is_shown_once_and_kept_as_a_hash_alone(visitor: Visitor, trail: Trail) -> None:
    make_areas()
    make_account("krakeel", role=Role.COORDINATOR)
    client = visitor(EMAIL)
    assert "Maak een adres voor mijn agenda" in client.get(PAGE).text
    token = make_address(client)
    page = client.get(PAGE).text
    assert token not in page
    assert "U hebt een adres, gemaakt: vandaag 14:00." in page
    kept = db.session.scalars(select(CalendarAddress)).one()
    assert token.encode() not in kept.token_hash
    assert reader_of(token) == Caller(account_id=1, role=Role.COORDINATOR, area_ids=frozenset({1}))
    assert ("coordinator 1", "calendar_address_made", "account 1") in trail()
    assert token not in repr(trail())


def test_a_new_address_ends_the_one_before(visitor: Visitor) -> None:
    make_account()
    client = visitor(EMAIL)
    first, second = make_address(client), make_address(client)
    assert first != second
    assert reader_of(first) is None
    assert reader_of(second) is not None


def test_an_address_is_ended_and_ending_it_twice_does_no_harm(visitor: Visitor, trail: Trail) -> None:
    make_account()
    client = visitor(EMAIL)
    token = make_address(client)
    for _ in range(2):
        assert client.post(f"{PAGE}/agenda/einde").headers["Location"] == f"{PAGE}?gedaan=agenda"
    assert reader_of(token) is None
    assert [action for _, action, _ in trail()].count("calendar_address_ended") == 1
    assert "Het adres van uw agenda werkt niet meer." in client.get(f"{PAGE}?gedaan=agenda").text


def test_an_address_ends_with_its_account_and_does_not_come_back(visitor: Visitor) -> None:
    make_account()
    token = make_address(visitor(EMAIL))
    with transaction() as session:
        deactivate_account(session, 1, now=NOW)
    assert reader_of(token) is None
    assert db.session.scalars(select(CalendarAddress.ended_at)).one() is not None


def test_a_new_password_ends_the_address_too(visitor: Visitor) -> None:
    make_account()
    client = visitor(EMAIL)
    token = make_address(client)
    form = {
        "present": PASSWORD,
        "password": "een nieuw lang wachtwoord",
        "again": "een nieuw lang wachtwoord",
    }
    assert client.post(f"{PAGE}/wachtwoord", data=form).status_code == 303
    assert reader_of(token) is None


def test_a_program_gets_no_address(visitor: Visitor) -> None:
    client, headers = visitor(), make_token()
    for path in ("agenda", "agenda/einde"):
        assert client.post(f"{PAGE}/{path}", headers=headers).status_code in {303, 401}
    assert db.session.scalars(select(CalendarAddress)).all() == []
