import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from aednet.accounts.phones import set_phone
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.heartbeats import beat
from aednet.base.transactions import transaction
from aednet.cabinets.guarding.services import appoint_guardian
from aednet.cabinets.models import Inspection
from aednet.cabinets.queries import find_cabinet
from aednet.cabinets.rules import GuardianRole, Readiness
from aednet.config import Settings
from aednet.demo.clock import MovedClock
from aednet.demo.phones import COORDINATOR, COORDINATORS_NUMBER
from aednet.messaging.drain import Drainer
from aednet.messaging.models import InboundSms, Reminder
from aednet.messaging.wiring import current_outbox
from aednet.volunteers.models import Volunteer
from tests.factories import EMAIL, NOW, PASSWORD, TODAY, make_account, make_cabinet, make_volunteer

PAGE = "/demo/phone"
DAY = timedelta(days=1)


@pytest.fixture
def app(open_app: Callable[..., APIFlask]) -> Iterator[APIFlask]:
    """The application as `aednet demo` runs it, on 24 November 2026 at 14:00 in Hoogeveen."""
    with time_machine.travel(NOW, tick=False):
        app = open_app(demo=True)
        with app.app_context():
            yield app


@pytest.fixture
def network(app: APIFlask) -> None:
    """Guardian 1 of cabinet 17, which is due tomorrow; volunteer 2; volunteer 3, who is not invented."""
    with transaction() as session:
        cabinet = make_cabinet(
            session, "HGV-017", inspected_on=TODAY - 29 * DAY, indoor=True, is_example=True
        )
        people = [make_volunteer(session, number) for number in (1, 2, 3)]
        appoint_guardian(session, cabinet, people[0], role=GuardianRole.GUARDIAN, today=TODAY - DAY)
        session.get_one(Volunteer, people[2]).is_example = False


def words_of(answer: TestResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def move(client: FlaskClient, day: str, phone: str = "1") -> TestResponse:
    answer = client.post(f"{PAGE}/klok", data={"dag": day, "telefoon": phone})
    db.session.rollback()
    return answer


def drain() -> int:
    """Send what is due, a minute after what went before."""
    clock_of_demo().move_on(timedelta(minutes=1))
    drainer = Drainer(outbox=current_outbox(), clock=current().clock, owner="test")
    return drainer.run()


def write(client: FlaskClient, text: str, phone: str = "1") -> TestResponse:
    """Answer on a telephone, a minute after what went before."""
    clock_of_demo().move_on(timedelta(minutes=1))
    page = client.get(f"{PAGE}/{phone}").text
    message = re.search(r'name="bericht" value="([0-9a-f]{32})"', page)
    assert message is not None
    answer = client.post(f"{PAGE}/{phone}", data={"bericht": message[1], "tekst": text})
    db.session.rollback()
    return answer


def clock_of_demo() -> MovedClock:
    clock = current().clock
    assert isinstance(clock, MovedClock)
    return clock


def readiness_of(ref: str) -> Readiness:
    db.session.rollback()
    cabinet = find_cabinet(db.session(), ref)
    assert cabinet is not None
    return cabinet.readiness(current().clock.today())


def how_many(table: type[object]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def sign_in(client: FlaskClient) -> None:
    make_account()
    client.post("/aanmelden", data={"email": EMAIL, "password": PASSWORD})
    db.session.rollback()


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/1", f"{PAGE}/coordinator"])
def test_outside_the_demo_there_are_no_telephones(
    settings: Settings, path: str, open_app: Callable[..., APIFlask]
) -> None:
    client = open_app().test_client()
    assert client.get(path).status_code == 404
    assert client.post(f"{PAGE}/klok", data={"dag": "2026-12-01"}).status_code == 404


def test_a_check_that_falls_due_arrives_and_ok_turns_the_cabinet_ready(
    network: None, client: FlaskClient
) -> None:
    move(client, "2026-11-25")
    assert readiness_of("HGV-017") is Readiness.DUE
    assert drain() == 1
    assert "AED 17 (Buurthuis HGV-017): graag deze week controleren" in words_of(client.get(f"{PAGE}/1"))
    assert write(client, "OK 17").status_code == 303
    assert readiness_of("HGV-017") is Readiness.READY
    assert drain() == 1
    said = words_of(client.get(f"{PAGE}/1"))
    assert said.index("graag deze week") < said.index("OK 17 vandaag") < said.index("controle genoteerd")


def test_after_stop_no_moved_clock_brings_a_message(network: None, client: FlaskClient) -> None:
    write(client, "STOP")
    for day in ("2026-11-25", "2026-12-25"):
        move(client, day)
        assert drain() == 0
    assert "graag deze week" not in words_of(client.get(f"{PAGE}/1"))


def test_a_form_that_is_sent_twice_is_one_message(network: None, client: FlaskClient) -> None:
    before = how_many(Inspection)
    data = {"bericht": "0" * 32, "tekst": "OK 17"}
    assert [client.post(f"{PAGE}/1", data=data).status_code for _ in range(2)] == [303, 303]
    assert (how_many(Inspection) - before, how_many(InboundSms)) == (1, 1)


@pytest.mark.parametrize("text", ["", " \n ", "x" * 1_601])
def test_an_answer_that_cannot_be_sent_is_shown_again_with_the_reason(
    network: None, client: FlaskClient, text: str
) -> None:
    answer = client.post(f"{PAGE}/1", data={"bericht": "0" * 32, "tekst": text})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert text.strip() in answer.text
    assert how_many(InboundSms) == 0


@pytest.mark.parametrize("message", ["", "0" * 31, "SM" + "0" * 32, "é" * 32])
def test_a_message_without_a_number_of_ours_is_refused(
    network: None, client: FlaskClient, message: str
) -> None:
    assert client.post(f"{PAGE}/1", data={"bericht": message, "tekst": "OK"}).status_code == 422
    assert how_many(InboundSms) == 0


@pytest.mark.parametrize("key", ["3", "4", "0", "01x", "٣", "99999999999", "x", "coordinator"])
def test_who_is_not_invented_has_no_telephone_here(network: None, client: FlaskClient, key: str) -> None:
    assert client.get(f"{PAGE}/{key}").status_code == 404
    assert client.post(f"{PAGE}/{key}", data={"bericht": "0" * 32, "tekst": "OK"}).status_code == 404
    assert how_many(InboundSms) == 0


def test_telephones_are_found_by_words_of_the_name(network: None, client: FlaskClient) -> None:
    found = client.post(f"{PAGE}/zoeken", data={"wie": "voorbeeld anna"}).text
    assert re.findall(rf'href="{PAGE}/(\w+)"', found) == ["1", "2"]
    assert "Niemand gevonden" in client.post(f"{PAGE}/zoeken", data={"wie": "Niemand"}).text


def test_whom_a_message_reached_comes_first_and_who_looks_after_a_cabinet_is_offered(
    network: None, client: FlaskClient
) -> None:
    offered = words_of(client.get(PAGE))
    assert "Nog niemand" in offered
    assert "Anna Voorbeeld 1 Zorgt voor Buurthuis HGV-017 (HGV-017)" in offered
    write(client, "blub", "2")
    drain()
    assert re.findall(rf'href="{PAGE}/(\w+)"', client.get(PAGE).text) == ["2", "1"]


def test_the_coordinators_telephone_gets_the_digest(network: None, client: FlaskClient) -> None:
    number = make_account(email=COORDINATOR)
    with transaction() as session:
        set_phone(session, number, COORDINATORS_NUMBER, by="system", now=NOW)
        make_cabinet(session, "HGV-018", is_example=True)
    answer = move(client, "2026-11-25", "coordinator")
    assert answer.location.endswith("/coordinator#telefoon")
    drain()
    assert "zonder beheerder" in words_of(client.get(f"{PAGE}/coordinator"))


def test_a_move_lands_at_ten_is_never_back_and_a_second_click_moves_nothing(
    network: None, client: FlaskClient
) -> None:
    for day, lands_on in (
        ("2026-12-25", "2026-12-25"),
        ("2026-12-25", "2026-12-25"),
        ("2026-12-01", "2026-12-25"),
    ):
        assert move(client, day).status_code == 303
        assert current().clock.now().isoformat() == f"{lands_on}T09:00:00+00:00"
    planned = how_many(Reminder)
    move(client, "2026-12-25")
    assert how_many(Reminder) == planned
    assert "vr 25 december 10:00" in client.get(PAGE).text


@pytest.mark.parametrize(
    "day", ["", "morgen", "2026-02-30", "0001-01-01", "9999-12-31", "2026-12-01T10:00", "١"]
)
def test_no_day_moves_the_clock_too_far_or_breaks_anything(
    network: None, client: FlaskClient, day: str
) -> None:
    assert move(client, day).status_code in {303, 422}
    assert current().clock.now() - NOW <= timedelta(days=3_650)


@pytest.mark.parametrize("path", ["1", "klok", "zoeken"])
def test_another_site_can_neither_write_nor_move_the_clock(
    network: None, client: FlaskClient, path: str
) -> None:
    data = {"bericht": "0" * 32, "tekst": "OK 17", "dag": "2026-12-25", "wie": "Anna"}
    answer = client.post(f"{PAGE}/{path}", data=data, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert how_many(InboundSms) == 0
    assert current().clock.now() == NOW


def test_who_is_signed_in_stays_so_and_a_session_that_ended_does_not_come_back(
    network: None, client: FlaskClient
) -> None:
    sign_in(client)
    assert client.get("/desk").status_code == 200
    move(client, "2026-12-25")
    assert client.get("/desk").status_code == 200
    with time_machine.travel(NOW + timedelta(hours=13), tick=False):
        assert client.get("/desk").status_code == 401
        move(client, "2027-01-25")
        assert client.get("/desk").status_code == 401


def test_the_worker_does_not_fall_silent_by_a_move_and_one_that_is_stays_so(
    network: None, client: FlaskClient
) -> None:
    with transaction() as session:
        beat(session, "worker", now=NOW)
    move(client, "2026-12-25")
    assert client.get("/readyz").get_json()["worker"] == "ok"
    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        move(client, "2027-01-25")
        assert client.get("/readyz").get_json()["worker"] == "silent"


def test_a_message_under_way_while_the_clock_is_moved_arrives_once(
    network: None, client: FlaskClient
) -> None:
    move(client, "2026-11-25")
    drainer = Drainer(outbox=current_outbox(), clock=current().clock, owner="test")
    moved = False

    def at(point: object) -> None:
        nonlocal moved
        if point == "claimed" and not moved:
            moved = True
            clock_of_demo().move_on(DAY)

    drainer.at = at
    for _ in range(5):
        drainer.run()
        clock_of_demo().move_on(timedelta(minutes=10))
    assert moved
    assert words_of(client.get(f"{PAGE}/1")).count("graag deze week") == 1
