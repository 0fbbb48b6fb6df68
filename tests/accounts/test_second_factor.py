import html
import re
import threading
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from apiflask import APIFlask
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import select, text

from aednet.accounts.codes import RECOVERY_CODES, STEP_S
from aednet.accounts.commands import user_group
from aednet.accounts.half_way import HALF_WAY_LASTS
from aednet.accounts.models import RecoveryCode, SecondFactor
from aednet.accounts.rules import MOST_FAILURES_AN_EMAIL, Role
from aednet.accounts.second_factor import accept_code
from aednet.accounts.services import deactivate_account
from aednet.base.database import db
from aednet.base.transactions import transaction
from tests.factories import EMAIL, NOW, PASSWORD, make_account, make_areas, make_token
from tests.fakes import MovableClock

OWN, DOOR, STEP = "/mijn-account/code", "/aanmelden", "/aanmelden/code"
BOB = "bob@aednet.example"
WRONG = "een verkeerd wachtwoord"
HALF_MINUTE = timedelta(seconds=STEP_S)

Visitor = Callable[..., FlaskClient]
Trail = Callable[[], list[tuple[str, str, str]]]


def is_signed_in(client: FlaskClient) -> bool:
    return "Uitloggen" in client.get("/").text


def secret_on(page: str) -> str:
    shown = re.search(r'<p class="secret">([A-Z2-7 ]+)</p>', page)
    assert shown is not None
    return shown[1].replace(" ", "")


def recovery_codes_on(page: str) -> list[str]:
    return re.findall(r"<li>((?:[0-9A-Z]{4}-){2}[0-9A-Z]{4})</li>", page)


class Phone:
    """A program for codes, on a phone whose clock is that of the test."""

    def __init__(self, secret: str, clock: MovableClock) -> None:
        self.totp, self.clock = pyotp.TOTP(secret), clock

    def code(self, *, steps: int = 0) -> str:
        return self.totp.at(self.clock.now() + steps * HALF_MINUTE)

    def next_code(self) -> str:
        self.clock.move(HALF_MINUTE)
        return self.code()


@pytest.fixture
def turn_on(clock: MovableClock) -> Callable[[FlaskClient], tuple[Phone, list[str]]]:
    """Have an account ask for codes; returns its phone and its recovery codes."""

    def turn_on(client: FlaskClient) -> tuple[Phone, list[str]]:
        assert client.post(OWN, data={"present": PASSWORD}).status_code == 303
        phone = Phone(secret_on(client.get(OWN).text), clock)
        answer = client.post(f"{OWN}/bevestigen", data={"code": phone.code()})
        assert answer.status_code == 200
        return phone, recovery_codes_on(answer.text)

    return turn_on


TurnOn = Callable[[FlaskClient], tuple[Phone, list[str]]]


def give_password(client: FlaskClient, *, password: str = PASSWORD, email: str = EMAIL) -> tuple[int, str]:
    answer = client.post(DOOR, data={"email": email, "password": password})
    return answer.status_code, answer.headers.get("Location", "")


def give_code(client: FlaskClient, code: str) -> int:
    return client.post(STEP, data={"code": code}).status_code


def test_a_secret_counts_only_once_a_code_confirmed_it(
    visitor: Visitor, clock: MovableClock, trail: Trail
) -> None:
    make_account()
    client = visitor(EMAIL)
    assert "Ga verder" in client.get(OWN).text
    client.post(OWN, data={"present": PASSWORD})
    page = client.get(OWN)
    phone = Phone(secret_on(page.text), clock)
    assert page.headers["Cache-Control"] == "no-store"
    assert "<svg " in page.text
    link = re.search(r'href="(otpauth:[^"]+)"', page.text)
    assert link is not None
    assert pyotp.parse_uri(html.unescape(link[1])).secret == phone.totp.secret
    assert client.post(f"{OWN}/bevestigen", data={"code": "000000"}).status_code == 422
    assert is_signed_in(visitor(EMAIL))
    confirmed = client.post(f"{OWN}/bevestigen", data={"code": phone.code()})
    assert len(set(recovery_codes_on(confirmed.text))) == RECOVERY_CODES
    assert confirmed.headers["Cache-Control"] == "no-store"
    assert not is_signed_in(visitor(EMAIL))
    assert ("administrator 1", "second_factor_on", "account 1") in trail()
    for path in ("", "/bevestigen"):  # sent again: nothing shows the secret or the codes a second time
        client.post(OWN + path, data={"present": PASSWORD, "code": phone.code()})
        shown = client.get(OWN).text
        assert phone.totp.secret not in shown.replace(" ", "")
        assert recovery_codes_on(shown) == []
    assert db.session.scalars(select(SecondFactor.confirmed_at)).all() == [NOW]


def test_signing_in_asks_for_the_code_after_the_password_and_the_session_begins_with_it(
    visitor: Visitor, turn_on: TurnOn, trail: Trail
) -> None:
    make_account()
    phone, _ = turn_on(visitor(EMAIL))
    client = visitor()
    assert client.get(STEP).headers["Location"] == DOOR
    answer = client.post(f"{DOOR}", data={"email": EMAIL, "password": PASSWORD, "next": "/desk/accounts"})
    assert answer.headers["Location"] == "/aanmelden/code?next=/desk/accounts"
    half = client.get_cookie("aednet")
    assert not is_signed_in(client)
    assert client.get("/desk/accounts").status_code == 303
    page = client.get(answer.headers["Location"])
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    done = client.post(answer.headers["Location"], data={"code": phone.next_code(), "next": "/desk/accounts"})
    assert (done.status_code, done.headers["Location"]) == (303, "/desk/accounts")
    assert is_signed_in(client)
    whole = client.get_cookie("aednet")
    assert half is not None
    assert whole is not None
    assert half.value != whole.value
    assert trail()[-1] == ("administrator 1", "signed_in", "account 1")
    client.set_cookie("aednet", half.value)  # what was carried half-way is worth no more than it was
    assert not is_signed_in(client)


def test_a_wrong_password_is_told_in_the_same_words_with_and_without_a_code(
    visitor: Visitor, turn_on: TurnOn
) -> None:
    make_account()
    make_account(email=BOB)
    turn_on(visitor(EMAIL))
    pages = [
        visitor().post(DOOR, data={"email": email, "password": WRONG}).text.replace(email, "")
        for email in (EMAIL, BOB, "niemand@aednet.example")
    ]
    assert pages[0] == pages[1] == pages[2]


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_that_is_half_a_minute_off_does_no_harm(
    visitor: Visitor, turn_on: TurnOn, clock: MovableClock, steps: int
) -> None:
    make_account()
    phone, _ = turn_on(visitor(EMAIL))
    clock.move(10 * HALF_MINUTE)
    client = visitor()
    give_password(client)
    assert give_code(client, phone.code(steps=2 * steps or 5)) == 422
    assert give_code(client, phone.code(steps=steps)) == 303


def test_a_code_counts_once_and_so_do_those_before_it(
    visitor: Visitor, turn_on: TurnOn, clock: MovableClock
) -> None:
    make_account()
    phone, _ = turn_on(visitor(EMAIL))
    one, other = visitor(), visitor()
    give_password(one)
    give_password(other)
    assert give_code(one, phone.code()) == 422  # it confirmed the secret just now
    clock.move(2 * HALF_MINUTE)
    assert give_code(one, phone.code()) == 303
    assert give_code(other, phone.code()) == 422
    assert give_code(other, phone.code(steps=-1)) == 422
    assert give_code(other, phone.next_code()) == 303


def test_of_two_requests_with_one_code_at_once_one_wins(
    visitor: Visitor, turn_on: TurnOn, open_app: Callable[..., APIFlask], clock: MovableClock
) -> None:
    make_account()
    phone, recovery = turn_on(visitor(EMAIL))
    for code in (phone.next_code(), recovery[0]):
        taken: list[bool] = []

        def take(app: APIFlask, code: str = code, taken: list[bool] = taken) -> None:
            with app.app_context(), transaction() as session:
                taken.append(accept_code(session, 1, code, now=clock.now(), actor="system"))

        threads = [threading.Thread(target=take, args=(open_app(clock=clock),)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(taken) == [False, False, False, True]


def test_a_recovery_code_stands_in_for_the_phone_once(
    visitor: Visitor, turn_on: TurnOn, trail: Trail
) -> None:
    make_account()
    _, codes = turn_on(visitor(EMAIL))
    first, second = visitor(), visitor()
    give_password(first)
    assert give_code(first, codes[3].lower().replace("-", " ")) == 303
    give_password(second)
    assert give_code(second, codes[3]) == 422
    assert give_code(second, codes[4]) == 303
    assert "U hebt nog 8 herstelcodes." in first.get(OWN).text
    assert [action for _, action, _ in trail()].count("recovery_code_used") == 2


def test_codes_are_guessed_no_more_often_than_passwords_and_knowing_the_password_clears_nothing(
    visitor: Visitor, turn_on: TurnOn
) -> None:
    make_account()
    phone, _ = turn_on(visitor(EMAIL))
    client, tried = visitor(), 0
    while tried < MOST_FAILURES_AN_EMAIL:
        assert give_password(client)[0] == 303
        tried += 1
        if tried < MOST_FAILURES_AN_EMAIL:
            assert give_code(client, "000000") == 422
            tried += 1
    stopped = client.post(STEP, data={"code": phone.next_code()})
    assert stopped.status_code == 429
    assert int(stopped.headers["Retry-After"]) > 800
    assert "Even wachten" in stopped.text
    assert give_password(client)[0] == 429
    assert not is_signed_in(client)


def test_a_right_code_clears_the_count(visitor: Visitor, turn_on: TurnOn) -> None:
    make_account()
    phone, _ = turn_on(visitor(EMAIL))
    for _ in range(MOST_FAILURES_AN_EMAIL):
        client = visitor()
        give_password(client)
        assert give_code(client, phone.next_code()) == 303


def test_who_came_half_way_begins_again_after_five_minutes(
    visitor: Visitor, turn_on: TurnOn, clock: MovableClock
) -> None:
    make_account()
    phone, _ = turn_on(visitor(EMAIL))
    client = visitor()
    give_password(client)
    clock.move(HALF_WAY_LASTS)
    answer = client.post(STEP, data={"code": phone.code(), "next": "/desk/accounts"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/aanmelden?next=/desk/accounts")
    assert not is_signed_in(client)


def test_a_password_changed_or_access_stopped_half_way_lets_nobody_in(
    visitor: Visitor, turn_on: TurnOn
) -> None:
    make_account()
    here = visitor(EMAIL)
    phone, _ = turn_on(here)
    client = visitor()
    give_password(client)
    new = "een nieuw lang wachtwoord"
    here.post("/mijn-account/wachtwoord", data={"present": PASSWORD, "password": new, "again": new})
    assert give_code(client, phone.next_code()) == 422
    give_password(client, password=new)
    with transaction() as session:
        deactivate_account(session, 1, now=NOW)
    assert give_code(client, phone.next_code()) == 422
    assert give_password(client, password=new)[0] == 422  # and it does not tell that the password is right


def test_an_empty_code_is_asked_for_again_and_is_no_attempt(visitor: Visitor, turn_on: TurnOn) -> None:
    make_account()
    turn_on(visitor(EMAIL))
    client = visitor()
    give_password(client)
    for _ in range(MOST_FAILURES_AN_EMAIL + 1):
        assert give_code(client, " ") == 422
    assert "Vul de code in" in client.post(STEP, data={"code": ""}).text


def test_turning_off_wants_password_and_code(visitor: Visitor, turn_on: TurnOn, trail: Trail) -> None:
    make_account()
    client = visitor(EMAIL)
    phone, _ = turn_on(client)
    phone.clock.move(HALF_MINUTE)
    for form, fields in (
        ({}, {"present", "code"}),
        ({"present": PASSWORD}, {"code"}),
        ({"present": WRONG, "code": phone.code()}, {"present"}),
        ({"present": PASSWORD, "code": "000000"}, {"code"}),
    ):
        answer = client.post(f"{OWN}/uitzetten", data=form)
        assert answer.status_code == 422
        assert {name for name in ("present", "code") if f'id="{name}-error"' in answer.text} == fields
    assert (
        client.post(f"{OWN}/uitzetten", data={"present": PASSWORD, "code": phone.code()}).status_code == 303
    )
    assert (
        client.post(f"{OWN}/uitzetten", data={"present": PASSWORD, "code": phone.code()}).status_code == 303
    )
    assert is_signed_in(visitor(EMAIL))
    assert [action for _, action, _ in trail()].count("second_factor_off") == 1
    assert db.session.scalars(select(RecoveryCode.id)).all() == []


def test_new_recovery_codes_replace_the_old_ones(visitor: Visitor, turn_on: TurnOn) -> None:
    make_account()
    client = visitor(EMAIL)
    phone, old = turn_on(client)
    answer = client.post(f"{OWN}/herstelcodes", data={"present": PASSWORD, "code": phone.next_code()})
    new = recovery_codes_on(answer.text)
    assert len(set(new) | set(old)) == 2 * RECOVERY_CODES
    other = visitor()
    give_password(other)
    assert give_code(other, old[0]) == 422
    assert give_code(other, new[0]) == 303


def test_setting_up_wants_the_password_and_guessing_it_is_stopped(visitor: Visitor) -> None:
    make_account()
    client = visitor(EMAIL)
    assert client.post(OWN, data={}).status_code == 422
    for _ in range(MOST_FAILURES_AN_EMAIL):
        assert client.post(OWN, data={"present": WRONG}).status_code == 422
    assert client.post(OWN, data={"present": PASSWORD}).status_code == 429
    assert db.session.scalars(select(SecondFactor.account_id)).all() == []


def test_an_administrator_takes_the_code_away_from_whoever_lost_the_phone(
    visitor: Visitor, turn_on: TurnOn, trail: Trail
) -> None:
    make_areas()
    make_account()
    bearer = make_token("krakeel", email=BOB, role=Role.COORDINATOR)
    bob = visitor(BOB)
    turn_on(bob)
    admin = visitor(EMAIL)
    assert "ja, van de telefoon" in admin.get("/desk/accounts/2").text
    assert admin.post("/desk/accounts/2/code-weg").status_code == 303
    assert admin.post("/desk/accounts/2/code-weg").status_code == 303
    assert not is_signed_in(bob)
    assert is_signed_in(visitor(BOB))
    assert admin.get("/api/v1/volunteers", headers=bearer).status_code == 200
    assert [entry for entry in trail() if entry[1] == "second_factor_reset"] == [
        ("administrator 1", "second_factor_reset", "account 2")
    ]
    turn_on(admin)
    assert admin.post("/desk/accounts/1/code-weg").status_code == 409


def test_programs_are_asked_for_no_code(visitor: Visitor, turn_on: TurnOn) -> None:
    bearer = make_token()
    turn_on(visitor(EMAIL))
    assert visitor().get("/api/v1/volunteers", headers=bearer).status_code == 200
    for path in ("", "/bevestigen", "/herstelcodes", "/uitzetten"):
        answer = visitor().post(OWN + path, headers=bearer, data={"present": PASSWORD})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/aanmelden")


@pytest.mark.parametrize("text_typed", ["x" * 500, "\u0661\u0662\u0663\u0664\u0665\u0666", "'; --", "\ud7ff"])
def test_nonsense_is_a_wrong_code(visitor: Visitor, turn_on: TurnOn, text_typed: str) -> None:
    make_account()
    turn_on(visitor(EMAIL))
    client = visitor()
    give_password(client)
    assert give_code(client, text_typed) == 422


def test_neither_secret_nor_codes_are_kept_readable_or_logged(
    visitor: Visitor, turn_on: TurnOn, capsys: pytest.CaptureFixture[str]
) -> None:
    make_account()
    phone, codes = turn_on(visitor(EMAIL))
    client = visitor()
    give_password(client)
    give_code(client, codes[0])
    with db.engine.connect() as connection:
        kept = bytes(connection.execute(text("SELECT secret FROM second_factor")).scalar_one())
        hashes = [bytes(own) for own in connection.scalars(text("SELECT code_hash FROM recovery_code"))]
    assert phone.totp.secret.encode() not in kept
    plain = codes[0].replace("-", "").encode()
    assert all(len(own) == 32 and plain not in own for own in hashes)
    written = capsys.readouterr().err
    assert "/aanmelden/code" in written
    for secret in (EMAIL, phone.totp.secret, codes[0]):
        assert secret not in written


def test_an_operator_helps_the_only_administrator_who_lost_the_phone(
    app: APIFlask, visitor: Visitor, turn_on: TurnOn, trail: Trail
) -> None:
    make_account()
    turn_on(visitor(EMAIL))

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(user_group, ["reset-second-factor", *words], obj=lambda: app)
        return result.exit_code, result.output

    assert run(EMAIL.upper())[0] == 0
    assert is_signed_in(visitor(EMAIL))
    assert ("system", "second_factor_reset", "account 1") in trail()
    assert run(EMAIL) == (0, f"The account of {EMAIL} asked for no code.\n")
    assert run("niemand@aednet.example")[0] == 1
