from datetime import timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select, text

from aednet.accounts import services
from aednet.accounts.models import Account, AccountArea, AccountSession, ApiToken
from aednet.accounts.passwords import is_right
from aednet.accounts.queries import find_password, find_session, find_token
from aednet.accounts.rules import SESSION_IDLE, SESSION_LASTS, Role
from aednet.base.audit import AuditEvent
from aednet.base.database import db
from aednet.base.errors import Conflict, InvalidValue, NotFound
from aednet.base.transactions import transaction
from tests.factories import EMAIL, NOW, PASSWORD, make_account, make_area_draft, make_areas

DEMO, SHORT = "demo@aednet.example", "kort"


def begin_session(email: str = EMAIL) -> str:
    known = find_password(db.session(), email)
    assert known is not None
    with transaction() as session:
        begun = services.begin_session(session, known, email=email, address="203.0.113.7", now=NOW)
    assert begun is not None
    return begun.token


def make_two_areas() -> None:
    make_areas(make_area_draft("krakeel", width=0.05), make_area_draft("wolfsbos", west=6.45, width=0.05))


def test_an_address_is_kept_encrypted_and_found_however_it_is_written(app: APIFlask) -> None:
    account_id = make_account(email="Ans.Voorbeeld@aednet.example")
    stored = db.session().execute(text("SELECT email, email_hash, password_hash FROM account")).one()
    kept = b"".join(bytes(value) if not isinstance(value, str) else value.encode() for value in stored)
    assert b"voorbeeld" not in kept.lower()
    assert PASSWORD.encode() not in kept
    assert db.session().scalar(select(Account.email)) == "Ans.Voorbeeld@aednet.example"
    known = find_password(db.session(), " ans.voorbeeld@AEDNET.example ")
    assert known is not None
    assert known.account_id == account_id


def test_a_coordinator_gets_the_areas_that_were_named(app: APIFlask) -> None:
    make_two_areas()
    make_account("wolfsbos", "krakeel", role=Role.COORDINATOR)
    assert len(db.session().scalars(select(AccountArea.area_id)).all()) == 2
    event = db.session().scalars(select(AuditEvent)).one()
    assert (event.actor, event.action, event.subject) == ("system", "account_added", "account 1")
    assert event.detail == {"role": "coordinator", "areas": "krakeel,wolfsbos"}


def test_all_that_is_wrong_with_an_account_is_said_at_once_and_nothing_is_kept(app: APIFlask) -> None:
    with pytest.raises(InvalidValue) as caught, transaction() as session:
        services.add_account(
            session, email="ans", role=Role.VIEWER, areas=["nergens"], password=SHORT, now=NOW
        )
    assert caught.value.fields == {
        "email": "is no e-mail address",
        "area": "there is no nergens",
        "password": "wants at least 12 characters",
    }
    assert db.session().scalars(select(Account.id)).all() == []


def test_an_address_has_one_account(app: APIFlask) -> None:
    make_account()
    with pytest.raises(Conflict):
        make_account(email=EMAIL.upper())


def test_a_token_is_kept_only_as_its_hash_and_knows_its_account(app: APIFlask) -> None:
    make_two_areas()
    account_id = make_account("krakeel", role=Role.COORDINATOR)
    with transaction() as session:
        token = services.create_token(session, EMAIL, name="weegschaal", now=NOW)
    stored = db.session().execute(text("SELECT token_hash, name FROM api_token")).one()
    assert len(stored.token_hash) == 32
    assert token.encode() not in bytes(stored.token_hash)
    credential = find_token(db.session(), token, now=NOW)
    assert credential is not None
    assert (credential.caller.account_id, credential.caller.role) == (account_id, Role.COORDINATOR)
    assert len(credential.caller.area_ids or ()) == 1
    assert find_token(db.session(), token + "x", now=NOW) is None


def test_nobody_gets_a_token_without_an_active_account(app: APIFlask) -> None:
    account_id = make_account()
    with transaction() as session:
        services.deactivate_account(session, account_id, now=NOW)
    for email in (EMAIL, "niemand@aednet.example"):
        with pytest.raises(NotFound), transaction() as session:
            services.create_token(session, email, name="", now=NOW)


def test_a_session_holds_until_it_was_idle_or_is_over(app: APIFlask) -> None:
    make_account()
    token = begin_session()
    assert find_session(db.session(), token, now=NOW) is not None
    assert find_session(db.session(), token, now=NOW + SESSION_IDLE) is None
    with transaction() as session:
        session.execute(text("UPDATE account_session SET seen_at = expires_at"))
    assert find_session(db.session(), token, now=NOW + SESSION_LASTS - timedelta(seconds=1)) is not None
    assert find_session(db.session(), token, now=NOW + SESSION_LASTS) is None


@pytest.mark.parametrize("change", ["password", "deactivated"])
def test_another_password_or_none_ends_every_session_and_token_of_that_account_alone(
    app: APIFlask, change: str
) -> None:
    account_id = make_account()
    make_account(email="bob@aednet.example")
    tokens = [begin_session(), begin_session(), begin_session("bob@aednet.example")]
    with transaction() as session:
        shown = services.create_token(session, EMAIL, name="", now=NOW)
    with transaction() as session:
        if change == "password":
            services.change_password(session, account_id, "een heel ander wachtwoord", now=NOW)
        else:
            services.deactivate_account(session, account_id, now=NOW)
    found = [find_session(db.session(), token, now=NOW) is not None for token in tokens]
    assert found == [False, False, True]
    assert find_token(db.session(), shown, now=NOW) is None
    assert db.session().scalars(select(ApiToken.ended_at)).all() == [NOW]


def test_no_session_begins_with_a_password_that_was_changed_meanwhile(app: APIFlask) -> None:
    account_id = make_account()
    known = find_password(db.session(), EMAIL)
    assert known is not None
    with transaction() as session:
        services.change_password(session, account_id, "een heel ander wachtwoord", now=NOW)
    with transaction() as session:
        assert services.begin_session(session, known, email=EMAIL, address="203.0.113.7", now=NOW) is None


def test_sessions_that_are_over_are_deleted_when_the_next_begins(app: APIFlask) -> None:
    make_account()
    begin_session()
    with transaction() as session:
        session.execute(text("UPDATE account_session SET expires_at = created_at"))
    begin_session()
    assert len(db.session().scalars(select(AccountSession.id)).all()) == 1


def ensure_demo_account(password: str | None) -> str | None:
    with transaction() as session:
        return services.ensure_demo_account(session, email=DEMO, password=password, now=NOW)


def demo_password_is(password: str) -> bool:
    known = find_password(db.session(), DEMO)
    return known is not None and is_right(password, known.password_hash)


def test_the_demo_account_gets_a_random_password_once(app: APIFlask) -> None:
    password = ensure_demo_account(None)
    assert password is not None
    assert demo_password_is(password)
    assert ensure_demo_account(None) is None
    assert demo_password_is(password)


def test_the_demo_account_takes_the_password_that_is_given_whatever_it_is(app: APIFlask) -> None:
    assert ensure_demo_account(SHORT) == SHORT
    assert ensure_demo_account(SHORT) is None
    assert demo_password_is(SHORT)
    token = begin_session(DEMO)
    assert ensure_demo_account("anders") == "anders"
    assert demo_password_is("anders")
    assert find_session(db.session(), token, now=NOW) is None
    actions = [event.action for event in db.session().scalars(select(AuditEvent).order_by(AuditEvent.id))]
    assert actions == ["account_added", "signed_in", "password_changed"]
