"""Who registers shows by a code that the number is theirs; false registrations cannot make us send much."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from aednet.base.clock import SystemClock
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.config import Settings
from aednet.messaging.drain import Drainer
from aednet.messaging.models import Reminder
from aednet.messaging.rules import State
from aednet.messaging.wiring import current_outbox
from aednet.volunteers.models import Volunteer
from aednet.volunteers.phone_checks import MOST_TRIES, code_of, forget_old_checks
from aednet.volunteers.phone_models import PhoneCheck
from aednet.web.limits import limiter
from tests.factories import make_areas
from tests.fakes import MovableClock
from tests.provider import Provider, running_provider
from tests.signed import ACCOUNT_SID, AUTH_TOKEN, SENDER
from tests.volunteers.test_pages import BROWSER, FORM

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TOKEN = re.compile(r'name="controle" value="([^"]+)"')
NUMBER = "+31612345678"


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    with running_provider(tmp_path) as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, database_url: str, provider: Provider) -> Settings:
    return Settings(
        instance=tmp_path,
        database_url=database_url,
        sms="twilio",
        twilio_account_sid=ACCOUNT_SID,
        twilio_auth_token=AUTH_TOKEN,
        twilio_sender=SENDER,
        twilio_api_url=provider.url,
    )


@pytest.fixture
def clock(settings: Settings) -> MovableClock:
    return MovableClock(SystemClock(settings.zone).now())


@pytest.fixture
def app(open_app: Callable[..., APIFlask], clock: MovableClock) -> Iterator[APIFlask]:
    app = open_app(clock=clock)
    with app.app_context():
        make_areas()
        yield app


def send(
    client: FlaskClient, step: str = "aanmelden", address: str = "203.0.113.1", **changes: Any
) -> TestResponse:
    form = {name: value for name, value in (FORM | changes).items() if value is not None}
    headers = BROWSER | {"X-Forwarded-For": address}
    db.session.rollback()
    return client.post("/join", data=form | {"stap": step}, headers=headers)


def token_on(page: TestResponse) -> str:
    found = TOKEN.search(page.text)
    assert found is not None
    return found[1]


def drain(clock: MovableClock) -> None:
    Drainer(outbox=current_outbox(), clock=clock, owner="test").run()


def how_many(table: type[Any]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_who_types_the_code_from_the_message_is_registered(
    client: FlaskClient, provider: Provider, clock: MovableClock
) -> None:
    page = send(client)
    assert page.status_code == 200
    assert "Vul de code in" in page.text
    assert how_many(Volunteer) == 0
    drain(clock)
    [message] = provider.accepted()
    found = re.search(r"code is (\d{6})\.", message.body)
    assert message.receiver == NUMBER
    assert found is not None
    assert found[1] not in page.text
    answer = send(client, "code", controle=token_on(page), code=f" {found[1][:3]} {found[1][3:]}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/join/dank")
    assert db.session.scalars(select(Volunteer.phone)).all() == [NUMBER]
    send(client, "code", controle=token_on(page), code=found[1])
    assert how_many(Volunteer) == 1, "sent twice, it is kept once"


def test_a_wrong_code_registers_nobody_and_the_sixth_try_is_not_looked_at(client: FlaskClient) -> None:
    page = send(client)
    token = token_on(page)
    right = code_of(token)
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for number in range(MOST_TRIES):
        answer = send(client, "code", controle=token, code=wrong)
        assert answer.status_code == 422
        assert ("te vaak geprobeerd" in answer.text) is (number == MOST_TRIES - 1)
        assert 'value="Ida &lt;b&gt;Voorbeeld&lt;/b&gt;"' in answer.text, "nothing typed is lost"
    assert send(client, "code", controle=token, code=right).status_code == 422
    assert how_many(Volunteer) == 0


@pytest.mark.parametrize("code", ["", "12345", "١٢٣٤٥٦", "<b>"])
def test_what_is_no_code_is_a_wrong_code(client: FlaskClient, code: str) -> None:
    assert send(client, "code", controle=token_on(send(client)), code=code).status_code == 422


def test_a_code_is_of_one_number_and_lasts_ten_minutes(client: FlaskClient, clock: MovableClock) -> None:
    token = token_on(send(client))
    code = code_of(token)
    assert send(client, "code", controle=token, code=code, phone="06 87654321").status_code == 422
    assert send(client, "code", controle="nonsense", code=code).status_code == 422
    clock.move(10 * MINUTE)
    late = send(client, "code", controle=token, code=code)
    assert "geldt niet meer" in late.text
    assert how_many(Volunteer) == 0


def test_another_code_is_sent_after_a_minute_and_not_sooner(
    client: FlaskClient, provider: Provider, clock: MovableClock
) -> None:
    first = send(client)
    clock.move(MINUTE - timedelta(seconds=1))
    hasty = send(client, "opnieuw")
    assert "nog geen minuut oud" in hasty.text
    assert token_on(hasty) == token_on(first)
    clock.move(timedelta(seconds=1))
    second = send(client, "opnieuw")
    assert token_on(second) != token_on(first)
    drain(clock)
    assert len(provider.accepted(NUMBER)) == 2


def test_one_number_gets_five_codes_an_hour_wherever_they_are_asked_for(
    client: FlaskClient, provider: Provider, clock: MovableClock
) -> None:
    for number in range(8):
        answer = send(client, address=f"203.0.113.{number}")
        assert answer.status_code == (200 if number < 5 else 429)
        drain(clock)
        clock.move(MINUTE)
    assert 0 < int(answer.headers["Retry-After"]) <= 3_600
    assert len(provider.accepted()) == 5
    clock.move(HOUR)
    assert send(client).status_code == 200


def test_one_address_asks_for_ten_codes_an_hour_whatever_the_numbers(
    client: FlaskClient, provider: Provider, clock: MovableClock
) -> None:
    statuses = [send(client, phone=f"06 1234 {number:04d}").status_code for number in range(12)]
    assert statuses == [200] * 10 + [429] * 2
    limiter.reset()  # another process knows nothing of what this one counted in memory
    assert send(client, phone="06 1234 9999").status_code == 429
    assert send(client, phone="06 1234 9999", address="198.51.100.7").status_code == 200
    drain(clock)
    assert len(provider.accepted()) == 11


def test_no_code_goes_to_a_country_that_is_not_texted(client: FlaskClient) -> None:
    for step in ("controle", "aanmelden", "opnieuw"):
        answer = send(client, step, phone="+33 6 12 34 56 78")
        assert answer.status_code == 422
        assert "Naar nummers uit dat land" in answer.text
    assert how_many(PhoneCheck) == 0
    assert send(client, phone="+32 470 12 34 56").status_code == 200


def test_in_all_no_more_messages_leave_in_an_hour_than_the_cap(
    app: APIFlask, client: FlaskClient, provider: Provider, clock: MovableClock
) -> None:
    outbox = current_outbox()
    terms = outbox.terms
    small = replace(terms.caps, in_all=3)
    for number in range(6):
        send(client, phone=f"06 1234 {number:04d}", address=f"203.0.113.{number}")
    drainer = Drainer(outbox=replace(outbox, terms=replace(terms, caps=small)), clock=clock, owner="test")
    drainer.run()
    assert len(provider.accepted()) == 3
    clock.move(11 * MINUTE)
    drainer.run()
    assert len(provider.accepted()) == 3
    db.session.rollback()
    states = db.session.scalars(select(Reminder.state).order_by(Reminder.id)).all()
    assert states[3:] == [State.EXPIRED] * 3, "a code that comes too late only puzzles"


def test_of_who_did_not_come_back_nothing_stays(client: FlaskClient, clock: MovableClock) -> None:
    send(client)
    clock.move(HOUR)
    with transaction() as session:
        assert forget_old_checks(session, now=clock.now()) == 1
    assert how_many(PhoneCheck) == 0
    assert db.session.scalars(select(Reminder.given_text)).all() == [None]


def test_where_no_messages_are_sent_nobody_is_asked_for_a_code(
    open_app: Callable[..., APIFlask], app: APIFlask
) -> None:
    client = open_app(sms="console").test_client()
    assert send(client).status_code == 303
    assert how_many(Volunteer) == 1


def test_in_the_demo_the_code_stands_on_the_page(open_app: Callable[..., APIFlask], app: APIFlask) -> None:
    demo = open_app(sms="console", demo=True)
    with demo.app_context():
        client = demo.test_client()
        page = send(client)
        token = token_on(page)
        assert f"De code is {code_of(token)}." in page.text
        assert send(client, "code", controle=token, code=code_of(token)).status_code == 303
        assert how_many(Volunteer) == 1
