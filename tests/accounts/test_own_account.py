from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from aednet.accounts.models import AccountSession
from aednet.accounts.rules import MOST_FAILURES_AN_EMAIL, SESSION_IDLE, Role
from aednet.base.database import db
from tests.factories import EMAIL, PASSWORD, make_account, make_areas, make_token
from tests.fakes import MovableClock

PAGE, BOB, CHOSEN = "/mijn-account", "bob@aednet.example", "een nieuw lang wachtwoord"

Visitor = Callable[..., FlaskClient]
Trail = Callable[[], list[tuple[str, str, str]]]


def is_signed_in(client: FlaskClient) -> bool:
    return "Uitloggen" in client.get("/").text


def end(client: FlaskClient, session_id: int | str) -> int:
    return client.post(f"{PAGE}/sessies/{session_id}/einde").status_code


def change(
    client: FlaskClient, *, present: str = PASSWORD, password: str = CHOSEN, again: str = CHOSEN
) -> tuple[int, str]:
    answer = client.post(
        f"{PAGE}/wachtwoord", data={"present": present, "password": password, "again": again}
    )
    return answer.status_code, answer.text


def test_the_sessions_that_hold_are_listed_and_this_one_is_marked(
    visitor: Visitor, clock: MovableClock
) -> None:
    make_account()
    make_account(email=BOB)
    visitor(EMAIL)
    clock.move(SESSION_IDLE - timedelta(minutes=1))
    client, _, _ = visitor(EMAIL), visitor(EMAIL), visitor(BOB)
    page = client.get(PAGE).text
    assert (page.count("Ingelogd:"), page.count("Dit apparaat")) == (3, 1)
    assert page.count('action="/mijn-account/sessies/') == 3  # two others, and all of them
    assert "Ingelogd: gisteren 14:00" in page
    clock.move(timedelta(minutes=1))
    assert client.get(PAGE).text.count("Ingelogd:") == 2


def test_one_session_is_ended_and_ending_it_twice_does_no_harm(visitor: Visitor, trail: Trail) -> None:
    make_account()
    here, there = visitor(EMAIL), visitor(EMAIL)
    assert [end(here, 2), end(here, 2)] == [303, 303]
    assert (is_signed_in(here), is_signed_in(there)) == (True, False)
    assert trail()[3:] == [("administrator 1", "session_ended", "account 1")]


def test_ending_this_session_is_signing_out(visitor: Visitor) -> None:
    make_account()
    here, there = visitor(EMAIL), visitor(EMAIL)
    assert end(here, 1) == 303
    assert (is_signed_in(here), is_signed_in(there)) == (False, True)
    assert here.get_cookie("aednet") is None


def test_all_other_sessions_are_ended_at_once(visitor: Visitor, trail: Trail) -> None:
    make_account()
    make_account(email=BOB)
    here, there, bob = visitor(EMAIL), visitor(EMAIL), visitor(BOB)
    for _ in range(2):
        assert here.post(f"{PAGE}/sessies/einde").status_code == 303
    assert [is_signed_in(client) for client in (here, there, bob)] == [True, False, True]
    assert [action for _, action, _ in trail()].count("other_sessions_ended") == 1


def test_the_session_of_somebody_else_does_not_exist(visitor: Visitor) -> None:
    make_account()
    make_account(email=BOB)
    bob, client = visitor(BOB), visitor(EMAIL)
    for session_id in (1, 99, 2**31 - 1, 2**31, 10**30, -1, "x"):
        assert end(client, session_id) == 404
    assert is_signed_in(bob)


def test_a_new_password_wants_the_present_one_and_ends_all_but_this_session(
    visitor: Visitor, trail: Trail
) -> None:
    make_account()
    here, there = visitor(EMAIL), visitor(EMAIL)
    before = here.get_cookie("aednet")
    status, page = change(here, present="een verkeerd wachtwoord")
    assert status == 422
    assert 'href="#present"' in page
    assert "een verkeerd wachtwoord" not in page
    assert is_signed_in(there)
    assert change(here)[0] == 303
    assert here.get_cookie("aednet") != before
    assert (is_signed_in(here), is_signed_in(there)) == (True, False)
    assert not is_signed_in(visitor(EMAIL))
    assert is_signed_in(visitor(EMAIL, CHOSEN))
    assert ("administrator 1", "password_changed", "account 1") in trail()
    ended = db.session().scalars(select(AccountSession.ended_at).order_by(AccountSession.id)).all()
    assert [at is None for at in ended] == [False, False, True, True]


def test_all_that_is_wrong_with_a_new_password_is_said_beside_its_field(visitor: Visitor) -> None:
    make_account()
    client = visitor(EMAIL)
    for changes, fields in (
        ({"present": ""}, {"present"}),
        ({"present": "", "password": "kort", "again": "kort"}, {"present", "password"}),
        ({"again": "anders"}, {"again"}),
        ({"password": EMAIL, "again": EMAIL}, {"password"}),
    ):
        status, page = change(client, **changes)
        assert status == 422
        assert {name for name in ("present", "password", "again") if f'id="{name}-error"' in page} == fields
    assert is_signed_in(visitor(EMAIL))


def test_guessing_the_present_password_is_stopped_as_at_the_door(visitor: Visitor) -> None:
    make_account()
    client = visitor(EMAIL)
    for _ in range(MOST_FAILURES_AN_EMAIL):
        assert change(client, present="gok")[0] == 422
    form = {"present": PASSWORD, "password": CHOSEN, "again": CHOSEN}
    stopped = client.post(f"{PAGE}/wachtwoord", data=form)
    assert (stopped.status_code, stopped.headers["Retry-After"]) == (429, "900")
    assert "Wacht 15 minuten" in stopped.text


def test_sending_the_form_twice_changes_the_password_once(visitor: Visitor) -> None:
    make_account()
    client = visitor(EMAIL)
    assert [change(client)[0], change(client)[0]] == [303, 422]
    assert is_signed_in(client)


def test_a_program_has_no_business_here(visitor: Visitor) -> None:
    client, headers = visitor(), make_token()
    assert client.get(PAGE, headers=headers).status_code == 303
    for path in ("wachtwoord", "sessies/1/einde", "sessies/einde"):
        sent = client.post(f"{PAGE}/{path}", headers=headers)
        assert (sent.status_code, sent.headers["Location"]) == (303, "/aanmelden")


@pytest.mark.parametrize("role", Role)
def test_everybody_with_an_account_has_the_page_and_nobody_else(visitor: Visitor, role: Role) -> None:
    make_areas()
    make_account(*([] if role is Role.ADMINISTRATOR else ["krakeel"]), role=role)
    page = visitor(EMAIL).get(PAGE)
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert EMAIL in page.text
    assert visitor().get(PAGE).headers["Location"] == "/aanmelden?next=/mijn-account"


def test_nothing_personal_reaches_the_logs(visitor: Visitor, capsys: pytest.CaptureFixture[str]) -> None:
    make_account()
    client = visitor(EMAIL)
    change(client, present="een verkeerd wachtwoord")
    change(client)
    client.get(PAGE)
    written = capsys.readouterr().err
    assert "/mijn-account/wachtwoord" in written
    for secret in (EMAIL, PASSWORD, CHOSEN, "een verkeerd wachtwoord"):
        assert secret not in written
