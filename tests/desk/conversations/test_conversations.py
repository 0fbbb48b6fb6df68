import re
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from aednet.accounts.models import Account
from aednet.accounts.phones import set_phone
from aednet.accounts.rules import Role
from aednet.alerts.answering import Received, receive
from aednet.alerts.network import setting_of
from aednet.base.audit import AuditEvent
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.phone import PhoneNumber
from aednet.base.transactions import transaction
from aednet.messaging.circuits import open_circuit, open_circuits
from aednet.messaging.drain import Drainer
from aednet.messaging.models import InboundSms, Reminder
from aednet.messaging.queries import list_on_console
from aednet.messaging.rules import State
from aednet.messaging.wiring import current_outbox
from tests.desk.conftest import BROWSER
from tests.desk.reading import Page
from tests.factories import EMAIL, NOW, TODAY, make_area_draft, make_areas, make_cabinet, make_volunteer
from tests.messaging.parts import make_reminder

SignIn = Callable[..., None]
Ask = Callable[..., TestResponse]
ANNA, BEA, STRANGER, CHRIS = (f"+3161234000{number}" for number in (1, 2, 8, 9))
MESSAGES = count(1)


@pytest.fixture(autouse=True)
def people(app: APIFlask) -> None:
    """Anna in Krakeel and Bea in Wolfsbos, numbers 1 and 2."""
    make_areas(make_area_draft(width=0.08), make_area_draft("wolfsbos", west=6.48))
    with transaction() as session:
        make_volunteer(session, 1, lon=6.45)
        make_volunteer(session, 2, lon=6.52)


@pytest.fixture
def coordinator(sign_in: SignIn) -> None:
    """Be signed in as the coordinator of Krakeel."""
    sign_in("krakeel", role=Role.COORDINATOR)


@pytest.fixture
def ask(client: FlaskClient) -> Ask:
    """Ask for a page of the messages, or with `data` post a form, as whoever is signed in."""

    def ask(path: str = "", *, data: dict[str, Any] | None = None, **query: object) -> TestResponse:
        db.session.rollback()
        address = path if path.startswith("/desk") else f"/desk/berichten{path}"
        if data is not None:
            return client.post(address, data=data, headers=BROWSER | {"Sec-Fetch-Site": "same-origin"})
        return client.get(address, query_string=query or None, headers=BROWSER)

    return ask


def words(answer: TestResponse, status: int = 200) -> str:
    assert answer.status_code == status
    return Page(answer.text).words


def write(text: str, sender: str = ANNA) -> int:
    """Have somebody write to us; returns the number of the message."""
    received = Received(provider_id=f"SM{next(MESSAGES)}", sender=PhoneNumber(e164=sender), text=text)
    now = current().clock.now()
    with transaction() as session:
        receive(
            session,
            received,
            ref_prefix="HGV",
            setting=setting_of(current().settings, today=TODAY),
            now=now,
            today=TODAY,
        )
        return session.scalars(select(InboundSms.id).order_by(InboundSms.id.desc())).first() or 0


def put(state: State = State.PLANNED, recipient_id: int = 1, **changes: Any) -> int:
    """Put a message in the outbox that stands at a state."""
    number = make_reminder(recipient_id, **changes)
    with transaction() as session:
        session.get_one(Reminder, number).state = state
    return number


def area_of(volunteer_id: int) -> int:
    return {1: 1, 2: 2}[volunteer_id]


def state_of(number: int) -> State:
    db.session.rollback()
    return db.session.get_one(Reminder, number).state


def drain() -> None:
    Drainer(outbox=current_outbox(), clock=current().clock, owner="test").run()


def heard_by(number: str) -> list[str]:
    """Return what the console shows on somebody's telephone, the oldest first."""
    db.session.rollback()
    return [row.text for row in list_on_console(db.session(), PhoneNumber(e164=number))][::-1]


@pytest.mark.usefixtures("coordinator")
def test_what_is_to_be_read_decided_or_waits_for_money_is_listed_for_ones_own_areas(ask: Ask) -> None:
    assert "geen berichten waar u iets mee moet doen" in words(ask())
    for sender in (ANNA, BEA, STRANGER):
        write("blub", sender)
    for person in (1, 2):
        put(State.NEEDS_REVIEW, person, rule="check", area_id=area_of(person))
        put(State.HELD, person, rule="pads", area_id=area_of(person))
    page = words(ask())
    assert page.count("Anna Voorbeeld 1") == 3
    for title in ("Te lezen", "Misschien niet verstuurd", "Wacht op budget", "Herinnering: elektroden"):
        assert title in page
    for foreign in ("Anna Voorbeeld 2", "onbekend nummer", "Er gaan nu geen"):
        assert foreign not in page


def test_administrators_see_all_of_it_also_what_lies_in_no_area(ask: Ask, sign_in: SignIn) -> None:
    sign_in()
    write("blub", BEA)
    stranger = write("blub blub", STRANGER)
    page = words(ask())
    assert "Anna Voorbeeld 2" in page
    assert "Een onbekend nummer" in page
    assert "+31 6 12340008" in words(ask(f"/onbekend/{stranger}"))


def test_who_may_not_see_people_sees_nothing_of_it(ask: Ask, sign_in: SignIn) -> None:
    sign_in("krakeel", role=Role.VIEWER)
    own = write("blub")
    for path in ("", f"/{own}", "/vrijwilliger/1"):
        assert ask(path).status_code == 403
    assert "Berichten" not in words(ask("/desk"))


@pytest.mark.usefixtures("coordinator")
def test_a_conversation_shows_both_sides_in_order_with_what_became_of_each(ask: Ask) -> None:
    with transaction() as session:
        make_cabinet(session, "HGV-017", lon=6.45)
    put(rule="by_hand", text="Wilt u kijken?", area_id=1)
    drain()
    current().clock.move(timedelta(minutes=5))  # type: ignore[attr-defined]
    write("<b>blub</b>")
    page = words(ask("/vrijwilliger/1"))
    asked, said = page.index("Wilt u kijken?"), page.index("<b>blub</b>")
    assert asked < said < page.index("aednet begreep het niet en vroeg het na")
    assert "aangekomen" in page
    assert "Gaat nog weg" in page
    assert "Dat begrijpen wij niet." in page  # it waits to be sent
    drain()
    assert "Gaat nog weg" not in words(ask("/vrijwilliger/1"))


@pytest.mark.usefixtures("coordinator")
def test_older_parts_of_a_long_conversation_are_turned_to_page_by_page(ask: Ask) -> None:
    for number in range(40):
        put(State.DELIVERED, rule="pads", occurrence_on=TODAY - timedelta(days=number), area_id=1)
        write(f"bericht {number:02d}.")
        with transaction() as session:  # all the answers are beside the point
            for row in session.scalars(select(Reminder).where(Reminder.rule == "reply")):
                session.delete(row)
    seen: list[str] = []
    address = "/desk/berichten/vrijwilliger/1"
    for _ in range(5):
        page = ask(address)
        seen += re.findall(r"bericht \d\d", Page(page.text).words)[::-1]
        seen += ["ours"] * Page(page.text).words.count("Herinnering: elektroden")
        older = re.findall(r'href="([^"]+\?ouder=[^"]+)"', page.text)
        if not older:
            break
        address = older[0]
    assert [one for one in seen if one != "ours"] == [f"bericht {number:02d}" for number in range(39, -1, -1)]
    assert seen.count("ours") == 40
    assert ask("/vrijwilliger/1", ouder="x").status_code == 404


@pytest.mark.usefixtures("coordinator")
def test_what_is_read_leaves_the_list_and_is_on_record(ask: Ask) -> None:
    one, other = write("blub"), write("blub nog eens")
    assert (
        ask("/gelezen", data={"bericht": str(one), "lijst": "1"}).location == "/desk/berichten?gedaan=gelezen"
    )
    assert "blub nog eens" in words(ask())
    assert ask("/gelezen", data={"bericht": [str(one), str(other)]}).location == f"/desk/berichten/{one}"
    assert ask(f"/{one}").location == "/desk/berichten/vrijwilliger/1"
    assert "geen berichten waar u iets mee moet doen" in words(ask())
    events = db.session.scalars(select(AuditEvent.subject).where(AuditEvent.action == "reply_read")).all()
    assert events == [f"reply {one}", f"reply {other}"]


@pytest.mark.usefixtures("coordinator")
def test_an_answer_by_hand_goes_at_once_and_the_same_twice_goes_once(ask: Ask) -> None:
    own = write("Wanneer is de cursus?")
    drain()
    form = {"tekst": " Donderdag om acht uur. Groet, Ans "}
    answer = ask(f"/{own}/antwoord", data=form)
    assert answer.location == "/desk/berichten/vrijwilliger/1?gedaan=antwoord-1"
    assert "als 1 sms" in words(ask("/vrijwilliger/1", gedaan="antwoord-1"))
    ask(f"/{own}/antwoord", data=form)
    drain()
    ask(f"/{own}/antwoord", data=form)
    drain()
    assert [text[:-7] for text in heard_by(ANNA)][1:] == ["Donderdag om acht uur. Groet, Ans"]
    ask(f"/{own}/antwoord", data={"tekst": "Nee, vrijdag."})
    drain()
    assert heard_by(ANNA)[-1].startswith("Nee, vrijdag.")
    assert "Te lezen" not in words(ask())  # who answers has read it
    db.session.rollback()
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "message_answered")).all()
    assert [(event.subject, event.detail) for event in events] == [(f"reply {own}", {})] * 2


@pytest.mark.usefixtures("coordinator")
@pytest.mark.parametrize(
    ("text", "complaint"),
    [("", "Schrijf wat u wilt antwoorden."), ("  ", "Schrijf wat"), ("x" * 300, "Dit zijn 3 sms'jes.")],
)
def test_an_answer_that_is_empty_or_too_long_is_not_sent_and_not_lost(
    ask: Ask, text: str, complaint: str
) -> None:
    own = write("Wanneer is de cursus?")
    answer = ask(f"/{own}/antwoord", data={"tekst": text})
    assert words(answer, 422).count(complaint) == 2
    assert Page(answer.text).texts["tekst"] == text.strip()
    drain()
    assert len(heard_by(ANNA)) == 1


@pytest.mark.usefixtures("coordinator")
def test_an_answer_of_three_hundred_characters_fits_and_curly_quotes_do_not_halve_it(ask: Ask) -> None:
    own = write("Wanneer is de cursus?")
    text = "Zo’n cursus is “leuk” " + "x" * 277
    assert ask(f"/{own}/antwoord", data={"tekst": text}).location.endswith("antwoord-2")


@pytest.mark.usefixtures("coordinator")
def test_who_wants_no_messages_is_offered_none(ask: Ask) -> None:
    write("STOP")
    page = words(ask("/vrijwilliger/1"))
    assert "wil geen sms'jes" in page
    assert "Verstuur het antwoord" not in page


@pytest.mark.usefixtures("coordinator")
@pytest.mark.parametrize(("said", "state"), [("opnieuw", State.DUE), ("verstuurd", State.SENT)])
def test_a_message_in_doubt_is_decided_once(ask: Ask, said: str, state: State) -> None:
    own = put(State.NEEDS_REVIEW, rule="check", area_id=1)
    answer = ask(f"/sms/{own}/beslissen", data={"besluit": said})
    assert answer.location == f"/desk/berichten/vrijwilliger/1?gedaan={said}"
    assert state_of(own) is state
    again = ask(f"/sms/{own}/beslissen", data={"besluit": "opnieuw", "lijst": "1"})
    assert again.location == "/desk/berichten?gedaan=al"
    assert state_of(own) is state
    assert ask(f"/sms/{own}/beslissen", data={"besluit": "weg"}).status_code == 404


@pytest.mark.usefixtures("coordinator")
def test_a_message_that_waits_is_taken_back_and_one_on_its_way_is_not(ask: Ask) -> None:
    waits, sent = put(rule="check", area_id=1), put(State.SENT, rule="pads", area_id=1)
    assert "Trek in" in words(ask("/vrijwilliger/1"))
    for _ in range(2):
        assert ask(f"/sms/{waits}/intrekken", data={}).location.endswith("gedaan=ingetrokken")
    assert ask(f"/sms/{sent}/intrekken", data={}).location.endswith("gedaan=weg")
    assert (state_of(waits), state_of(sent)) == (State.CANCELLED, State.SENT)


@pytest.mark.usefixtures("coordinator")
def test_nothing_of_another_area_can_be_seen_or_done(ask: Ask) -> None:
    theirs, stranger = write("blub", BEA), write("hallo", STRANGER)
    doubt = put(State.NEEDS_REVIEW, 2, rule="check", area_id=2)
    for path in ("/vrijwilliger/2", f"/{theirs}", f"/{stranger}", f"/onbekend/{stranger}", "/account/99"):
        assert ask(path).status_code == 404, path
    forms: list[tuple[str, dict[str, Any]]] = [
        ("/gelezen", {"bericht": str(theirs)}),
        (f"/{theirs}/antwoord", {"tekst": "Hallo"}),
        (f"/{stranger}/antwoord", {"tekst": "Hallo"}),
        (f"/sms/{doubt}/beslissen", {"besluit": "opnieuw"}),
        (f"/sms/{doubt}/intrekken", {}),
    ]
    for path, data in forms:
        assert ask(path, data=data).status_code == 404, path
    assert ask("/sms/aanzetten", data={"weg": "twilio"}).status_code == 403
    assert state_of(doubt) is State.NEEDS_REVIEW


def test_a_coordinators_own_conversation_is_theirs_and_the_administrators(ask: Ask, sign_in: SignIn) -> None:
    sign_in("krakeel", role=Role.COORDINATOR)
    with transaction() as session:
        account_id = session.scalars(select(Account.id)).one()
        set_phone(session, account_id, PhoneNumber(e164=CHRIS), by="test", now=NOW)
    own = write("blub", CHRIS)
    assert ask(f"/{own}").location == f"/desk/berichten/account/{account_id}"
    page = words(ask(f"/account/{account_id}"))
    assert EMAIL in page
    assert "blub" in page
    assert "blub" not in words(ask())  # it lies in no area, so that it is read by an administrator


def test_an_administrator_sees_which_routes_rest_and_has_them_used_again(ask: Ask, sign_in: SignIn) -> None:
    sign_in()
    with transaction() as session:
        open_circuit(session, "twilio:NL", reason="21408", now=NOW)
    assert "Er gaan nu geen sms'jes uit" in words(ask())
    for _ in range(2):
        assert ask("/sms/aanzetten", data={"weg": "twilio:NL"}).status_code == 303
    db.session.rollback()
    assert open_circuits(db.session(), now=NOW) == []
    actions = db.session.scalars(select(AuditEvent.action).where(AuditEvent.action == "circuit_closed")).all()
    assert actions == ["circuit_closed"]


@pytest.mark.usefixtures("coordinator")
def test_a_volunteers_page_leads_to_the_conversation_and_long_boxes_have_pages(ask: Ask) -> None:
    assert 'href="/desk/berichten/vrijwilliger/1"' in ask("/desk/mensen/1").text
    for number in range(52):
        put(State.HELD, rule="pads", occurrence_on=TODAY - timedelta(days=number), area_id=1)
    page = ask()
    assert Page(page.text).words.count("Anna Voorbeeld 1") == 10
    assert "/desk/berichten?soort=budget" in page.text
    page = ask(soort="budget")
    assert Page(page.text).words.count("Anna Voorbeeld 1") == 50
    address = re.findall(r'href="([^"]+na=[^"]+)"', page.text)[0].replace("&amp;", "&")
    assert words(ask(address)).count("Anna Voorbeeld 1") == 2
    for query in ({"soort": "x"}, {"na": "1"}, {"soort": "ongelezen", "na": "1"}):
        assert ask(**query).status_code == 404
