from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select, text

from aednet.accounts.models import Account
from aednet.accounts.phones import find_phone, hashes_of_phone
from aednet.accounts.rules import Role
from aednet.base.database import db
from aednet.base.phone import PhoneNumber
from tests.factories import EMAIL, make_account, make_areas

OWN, BOB = "/mijn-account/telefoon", "bob@aednet.example"
NUMBER = PhoneNumber(e164="+31612345678")

Visitor = Callable[..., FlaskClient]
Trail = Callable[[], list[tuple[str, str, str]]]


def kept(account_id: int) -> PhoneNumber | None:
    db.session.rollback()
    return find_phone(db.session(), account_id)


def test_somebody_keeps_changes_and_removes_their_own_number(visitor: Visitor, trail: Trail) -> None:
    make_account()
    client = visitor(EMAIL)
    for _ in range(2):  # sent twice: told once
        assert client.post(OWN, data={"phone": "06-12345678"}).status_code == 303
    assert kept(1) == NUMBER
    assert "+31 6 12345678" in client.get("/mijn-account").text
    found = db.session.scalar(select(Account.id).where(Account.phone_hash.in_(hashes_of_phone(NUMBER))))
    assert found == 1
    assert client.post(OWN, data={"phone": " "}).status_code == 303
    assert kept(1) is None
    assert [action for _, action, _ in trail()][-2:] == ["phone_changed", "phone_removed"]


def test_what_is_no_mobile_number_is_refused_with_the_reason_and_stays_typed(visitor: Visitor) -> None:
    make_account()
    client = visitor(EMAIL)
    answer = client.post(OWN, data={"phone": "0528 123456"})
    assert answer.status_code == 422
    assert answer.text.count("Dit is een vast nummer.") == 2
    assert 'value="0528 123456"' in answer.text
    assert kept(1) is None


def test_administrators_keep_the_numbers_of_others_and_nobody_else_does(
    visitor: Visitor, trail: Trail
) -> None:
    make_areas()
    make_account()
    make_account("krakeel", email=BOB, role=Role.COORDINATOR)
    admin, bob = visitor(EMAIL), visitor(BOB)
    assert admin.post("/desk/accounts/2/telefoon", data={"phone": "0612345678"}).status_code == 303
    assert kept(2) == NUMBER
    assert ("administrator 1", "phone_changed", "account 2") in trail()
    assert admin.post("/desk/accounts/2/telefoon", data={"phone": "112"}).status_code == 422
    assert admin.post("/desk/accounts/1/telefoon", data={"phone": "0612345678"}).status_code == 409
    assert bob.post("/desk/accounts/1/telefoon", data={"phone": "0612345678"}).status_code == 403
    assert (kept(1), kept(2)) == (None, NUMBER)


def test_the_database_does_not_see_the_number(visitor: Visitor) -> None:
    make_account()
    visitor(EMAIL).post(OWN, data={"phone": "06-12345678"})
    with db.engine.connect() as connection:
        row = connection.execute(text("SELECT phone, phone_hash FROM account")).one()
    assert all(b"12345678" not in bytes(value) for value in row)
