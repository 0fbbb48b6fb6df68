import json
import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from aednet.accounts.guards import permission_of
from aednet.accounts.rules import Permission, Role
from aednet.base.audit import AuditEvent
from aednet.base.database import db
from aednet.cabinets.care.code_reasons import MOST_READINGS, CodeReason
from aednet.cabinets.care.models import CodeReading
from aednet.cabinets.models import Cabinet
from aednet.exchange.cabinets_out import Format, export_cabinets
from tests.desk.cabinets.conftest import CODE
from tests.desk.conftest import BROWSER
from tests.desk.reading import Page
from tests.factories import TODAY, make_token

See = Callable[..., Page]
PAGE = "/desk/kasten/HGV-001/code"
NEW = "N7777N"


def read(client: FlaskClient, reason: str = "check", note: str = "") -> TestResponse:
    return client.post(PAGE, data={"reason": reason, "note": note}, headers=BROWSER)


def change(client: FlaskClient, see: See, code: str = NEW, **more: str) -> TestResponse:
    seen = next(field["value"] for field in see(PAGE).all("input") if field.get("name") == "seen")
    return client.post(f"{PAGE}/nieuw", data={"seen": seen, "code": code} | more, headers=BROWSER)


def stored(number: int) -> str | None:
    db.session.rollback()
    return db.session.get_one(Cabinet, number).access_code


@pytest.mark.usefixtures("coordinator")
def test_the_code_is_shown_once_to_whoever_says_what_for(client: FlaskClient, see: See) -> None:
    assert CODE not in client.get(PAGE, headers=BROWSER).text
    answer = read(client)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert answer.text.count(CODE) == 1
    page = see(PAGE)
    assert CODE not in page.words
    assert "vandaag 14:00, uzelf Controle van de kast" in page.words
    (event,) = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "code_revealed"))
    assert (event.actor, event.subject, event.detail) == (
        "coordinator 1",
        "cabinet HGV-001",
        {"reason": "check"},
    )


@pytest.mark.usefixtures("coordinator")
def test_without_a_reason_that_says_enough_nothing_is_shown(client: FlaskClient) -> None:
    for reason, note, field in (
        ("", "", "reason"),
        ("zomaar", "", "reason"),
        ("other", "  ", "note"),
        ("check", "x" * 1_001, "note"),
    ):
        answer = read(client, reason, note)
        assert answer.status_code == 422
        assert CODE not in answer.text
        assert f'id="{field}-error"' in answer.text
    assert db.session.scalars(select(CodeReading)).all() == []


@pytest.mark.usefixtures("coordinator")
def test_each_reason_has_words_and_whoever_says_more_is_read_by_colleagues(
    client: FlaskClient, see: See
) -> None:
    for reason in CodeReason:
        assert read(client, reason, f"Voor {reason}.").status_code == 200
        assert f"Voor {reason}." in see(PAGE).words


@pytest.mark.usefixtures("coordinator")
def test_past_twenty_in_an_hour_somebody_waits(client: FlaskClient) -> None:
    for _ in range(MOST_READINGS):
        assert read(client).status_code == 200
    answer = read(client)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    assert "Over 60 minuten kan het weer." in Page(answer.text).words
    assert CODE not in answer.text


@pytest.mark.usefixtures("coordinator")
def test_a_new_code_takes_the_place_of_the_old_one(client: FlaskClient, see: See, cabinet_id: int) -> None:
    seen = next(field["value"] for field in see(PAGE).all("input") if field.get("name") == "seen")
    for _ in range(2):  # sent twice
        answer = client.post(f"{PAGE}/nieuw", data={"seen": seen, "code": NEW}, headers=BROWSER)
        assert answer.headers["Location"] == f"{PAGE}?gedaan=nieuw"
        assert stored(cabinet_id) == NEW
    assert NEW in read(client).text
    assert change(client, see, code="", none="1").headers["Location"] == f"{PAGE}?gedaan=weg"
    assert stored(cabinet_id) is None
    assert "Van deze kast is geen code bekend." in see(PAGE).words
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "code_changed")).all()
    assert [(event.subject, event.detail) for event in events] == [("cabinet HGV-001", {})] * 2


@pytest.mark.usefixtures("coordinator")
def test_a_code_that_cannot_be_is_refused_and_shown_to_nobody(
    client: FlaskClient, see: See, cabinet_id: int
) -> None:
    for code in ("", "   ", "x" * 51, "12\u202e34"):
        answer = change(client, see, code)
        assert answer.status_code == 422
        assert not code.strip() or code not in answer.text
    for seen in ("", "niets", "2026-11-24"):
        answer = client.post(f"{PAGE}/nieuw", data={"seen": seen, "code": NEW})
        assert answer.status_code in {409, 422}
    assert stored(cabinet_id) == CODE


@pytest.mark.usefixtures("coordinator")
def test_whoever_was_slower_is_told_and_overwrites_nothing(
    app: APIFlask, client: FlaskClient, see: See, cabinet_id: int
) -> None:
    seen = next(field["value"] for field in see(PAGE).all("input") if field.get("name") == "seen")
    clock = app.extensions["aednet"].clock
    clock.move(timedelta(seconds=1))
    change(client, see)
    stale = client.post(f"{PAGE}/nieuw", data={"seen": seen, "code": "derde"}, headers=BROWSER)
    assert stale.status_code == 409
    assert "Iemand anders heeft deze kast intussen veranderd." in Page(stale.text).words
    assert stored(cabinet_id) == NEW
    assert "derde" not in stale.text


def test_a_viewer_and_a_coordinator_of_another_area_read_and_change_nothing(
    client: FlaskClient, cabinet_id: int
) -> None:
    viewer = make_token("krakeel", email="kijker@aednet.example", role=Role.VIEWER)
    foreign = make_token("wolfsbos", email="ander@aednet.example", role=Role.COORDINATOR)
    for headers, status in ((viewer, 403), (foreign, 404), ({}, 401)):
        answers = [
            client.get(PAGE, headers=headers),
            client.post(PAGE, data={"reason": "check"}, headers=headers),
            client.post(
                f"{PAGE}/nieuw", data={"seen": "2026-11-24T13:00:00+00:00", "code": NEW}, headers=headers
            ),
        ]
        assert [answer.status_code for answer in answers] == [status] * 3
        assert all(CODE not in answer.text for answer in answers)
    assert stored(cabinet_id) == CODE
    assert db.session.scalars(select(CodeReading)).all() == []


@pytest.mark.usefixtures("administrator")
def test_the_code_is_in_no_byte_of_any_other_page_answer_export_log_or_trail(
    app: APIFlask,
    client: FlaskClient,
    cabinet_id: int,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert CODE in read(client, "other", "Voor de monteur").text
        told = []
        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and set(rule.arguments) <= {"ref"}:
                address = rule.rule.replace("<ref>", "HGV-001")
                for accept in ("text/html", "application/json"):
                    answer = client.get(address, headers={"Accept": accept})
                    told.append(f"{answer.headers} {answer.text}")
        asked = [
            client.post("/desk/kasten/HGV-001/controle", data={"indicator": "not_ok"}),
            client.post("/desk/kasten/HGV-001/na-gebruik"),
            client.patch("/api/v1/cabinets/HGV-001", json={"access_code": NEW}),
            client.patch("/api/v1/cabinets/HGV-001", json={"access_code": CODE}),
        ]
        told += [f"{answer.headers} {answer.text}" for answer in asked]
    trail = [(event.action, event.subject, event.detail) for event in db.session.scalars(select(AuditEvent))]
    told += [json.dumps(trail), capsys.readouterr().err, caplog.text]
    told += [b"".join(export_cabinets(db.session(), form, today=TODAY)).decode("latin-1") for form in Format]
    assert len(told) > 50
    assert stored(cabinet_id) == CODE
    for text in told:
        assert CODE not in text
        assert NEW not in text


def test_every_way_in_asks_for_the_right_to_change(app: APIFlask) -> None:
    asked = {name: permission_of(app, name) for name in app.view_functions if name.startswith("vault.")}
    assert asked == dict.fromkeys(["vault.show", "vault.reveal", "vault.change"], Permission.CHANGE)
