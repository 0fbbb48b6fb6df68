from collections.abc import Callable
from datetime import timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from aednet.accounts.calendars import make_calendar_address
from aednet.accounts.queries import caller_of
from aednet.accounts.rules import Role
from aednet.base.phone import PhoneNumber
from aednet.base.transactions import transaction
from aednet.messaging.circuits import open_circuit
from aednet.messaging.inbound import NewInbound, keep_inbound
from aednet.messaging.models import Reminder
from aednet.messaging.rules import RecipientKind, State
from tests.desk.conftest import BROWSER
from tests.desk.reading import Page
from tests.factories import NOW, make_account, make_area_draft, make_areas, make_volunteer
from tests.messaging.parts import make_reminder

SignIn = Callable[..., None]
PERSONAL = ("Anna", "Voorbeeld", "+316", "1234", "blub")


@pytest.fixture(autouse=True)
def messages(app: APIFlask) -> None:
    """In Krakeel one unread, one in doubt, two held; one from nobody knows whom; and a route at rest."""
    make_areas(make_area_draft(width=0.08))
    with transaction() as session:
        own = make_volunteer(session, lon=6.45, course_on=None, roles={"fetcher"})
        for number, sender_id in enumerate([own, None]):
            new = NewInbound(
                provider_id=f"SM{number}",
                sender=PhoneNumber(e164="+31612340001"),
                text="blub",
                outcome="asked",
                sender_kind=None if sender_id is None else RecipientKind.VOLUNTEER,
                sender_id=sender_id,
                area_id=None if sender_id is None else 1,
            )
            keep_inbound(session, new, now=NOW - timedelta(days=1))
        open_circuit(session, "twilio", reason="20003", now=NOW)
    for rule, state in (("check", State.NEEDS_REVIEW), ("pads", State.HELD), ("battery", State.HELD)):
        number = make_reminder(own, rule, area_id=1, text="blub")
        with transaction() as session:
            session.get_one(Reminder, number).state = state


def see(client: FlaskClient) -> str:
    answer = client.get("/desk", headers=BROWSER)
    assert answer.status_code == 200
    return Page(answer.text).words


def test_a_coordinator_is_told_what_waits_in_their_areas_without_a_name(
    client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in("krakeel", role=Role.COORDINATOR)
    words = see(client)
    assert "een bericht van een vrijwilliger is nog niet gelezen" in words
    assert "gekomen: gisteren 14:00" in words
    assert "1 sms is misschien niet verstuurd: beslis wat ermee gebeurt" in words
    assert "2 sms'jes wachten tot er weer budget is" in words
    assert "onbekend nummer" not in words
    assert "gaan nu geen sms'jes uit" not in words
    assert not [one for one in PERSONAL if one in words]
    address = '<a class="button" href="/desk/berichten/1">'
    assert address in client.get("/desk", headers=BROWSER).text


def test_an_administrator_is_told_of_strangers_and_of_routes_that_rest(
    client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in()
    words = see(client)
    assert "een bericht van een onbekend nummer is nog niet gelezen" in words
    assert "er gaan nu geen sms'jes uit" in words
    assert "sinds vandaag 14:00" in words


def test_who_may_not_see_people_is_told_of_no_messages(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in("krakeel", role=Role.VIEWER)
    assert "sms" not in see(client)
    assert "bericht" not in see(client)


def test_the_calendar_says_that_something_waits_and_nothing_of_whom_or_what(client: FlaskClient) -> None:
    account_id = make_account(role=Role.ADMINISTRATOR)
    with transaction() as session:
        caller = caller_of(session, account_id, Role.ADMINISTRATOR)
        token = make_calendar_address(session, caller, now=NOW)
    text = client.get(f"/agenda/{token}.ics").text.replace("\r\n ", "")
    assert "Krakeel: een bericht van een vrijwilliger is nog niet gelezen" in text
    assert "Buiten de smederijen: een bericht van een onbekend nummer" in text
    assert "/desk/berichten\r\n" in text
    assert not [one for one in PERSONAL if one in text]
