"""What Twilio posts, by way of HTTP: what is not certainly its own changes nothing and breaks nothing."""

import base64
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from http.client import HTTPConnection
from itertools import count, permutations, product
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import func, inspect, select, text
from sqlalchemy.schema import Table
from werkzeug.serving import make_server

from aednet.base.database import Base, db
from aednet.base.transactions import transaction
from aednet.cabinets.guarding.services import appoint_guardian
from aednet.cabinets.rules import GuardianRole
from aednet.config import Settings
from aednet.messaging.drain import Drainer
from aednet.messaging.models import InboundSms, Suppression
from aednet.messaging.outbox import Outbox
from aednet.messaging.rules import State
from aednet.messaging.terms import Terms
from aednet.messaging.twilio import TwilioGateway
from tests.factories import TODAY, make_cabinet, make_volunteer
from tests.fakes import MovableClock
from tests.messaging.parts import (
    Office,
    People,
    Words,
    attempts,
    make_addressee,
    make_office,
    make_reminder,
    reminder,
)
from tests.processes import free_port, wait_for
from tests.provider import Callback, Provider, running_provider
from tests.signed import ACCOUNT_SID, AUTH_TOKEN, SENDER, inbound, post_signed, signature

PUBLIC = "https://aed.voorbeeld.example"  # while the tests' requests are plain ones to another host
INBOUND = "/twilio/inbound"
GUARDIAN = "+31612340001"
STRANGER = "+31687654321"
SID = "SM" + "1" * 32
HOUR = timedelta(hours=1)
PEOPLE = count(1_000)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(
        update={
            "public_base_url": PUBLIC,
            "sms": "twilio",
            "twilio_account_sid": ACCOUNT_SID,
            "twilio_auth_token": AUTH_TOKEN,
            "twilio_sender": SENDER,
        }
    )


@pytest.fixture
def app(open_app: Callable[..., APIFlask], clock: MovableClock) -> Iterator[APIFlask]:
    app = open_app(clock=clock)
    with app.app_context():
        yield app


@pytest.fixture
def office(app: APIFlask, settings: Settings, clock: MovableClock) -> Office:
    office = make_office(settings)
    office.clock = clock
    return office


@pytest.fixture
def attempt(office: Office) -> str:
    """A message that is under way; its attempt."""
    make_reminder()
    office.drainer().run()
    return attempts(1)[0].uuid


@pytest.fixture
def network(app: APIFlask) -> None:
    """Cabinet 17 and its guardian."""
    with transaction() as session:
        cabinet = make_cabinet(session, "HGV-017", inspected_on=TODAY - timedelta(days=40))
        person = make_volunteer(session, 1)
        appoint_guardian(session, cabinet, person, role=GuardianRole.GUARDIAN, today=TODAY)


def news(status: str = "sent", *, sid: str = SID, **more: str) -> dict[str, str]:
    """Return the form by which Twilio says how a message fares."""
    return {"MessageSid": sid, "MessageStatus": status, "AccountSid": ACCOUNT_SID} | more


def call(client: FlaskClient, path: str, form: Mapping[str, str], **changes: Any) -> int:
    """Post a form, signed for the public address unless another `signed` is given. Returns the answer."""
    signed = changes.pop("signed", signature(f"{PUBLIC}{path}", form))
    headers = {"X-Twilio-Signature": signed, "Host": "127.0.0.1:8000"} | changes.pop("headers", {})
    facts = {"data": urlencode(form), "content_type": "application/x-www-form-urlencoded", "headers": headers}
    return client.post(path, **facts | changes).status_code


def rows() -> dict[str, int]:
    """Return how many rows each table has."""
    db.session.rollback()
    tables: list[Table] = [
        table for table in Base.metadata.sorted_tables if inspect(db.engine).has_table(table.name)
    ]
    return {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def state_of(reminder_id: int) -> State:
    return reminder(reminder_id).state


FORGED: Mapping[str, Callable[[str, Mapping[str, str]], dict[str, Any]]] = {
    "unsigned": lambda path, form: {"headers": {"X-Twilio-Signature": ""}},
    "no header at all": lambda path, form: {"headers": {"X-Other": "1"}, "signed": ""},
    "invented": lambda path, form: {"signed": base64.b64encode(b"0" * 20).decode()},
    "no base64": lambda path, form: {"signed": "\u00e9 %% \u00ff" * 100},
    "another account's": lambda path, form: {
        "signed": signature(f"{PUBLIC}{path}", form, token=AUTH_TOKEN[::-1])
    },
    "without a secret": lambda path, form: {"signed": signature(f"{PUBLIC}{path}", form, token="")},
    "for the host that was asked": lambda path, form: {
        "signed": signature(f"http://127.0.0.1:8000{path}", form)
    },
    "for a host of the sender's choice": lambda path, form: {
        "signed": signature(f"https://evil.example{path}", form),
        "headers": {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
    },
    "for another path": lambda path, form: {"signed": signature(f"{PUBLIC}/twilio/other", form)},
    "of another form": lambda path, form: {"signed": signature(f"{PUBLIC}{path}", {**form, "Body": "STOP"})},
    "of no form": lambda path, form: {"signed": signature(f"{PUBLIC}{path}", {})},
}


def test_what_the_provider_did_not_sign_for_our_address_writes_nothing(
    network: None, attempt: str, client: FlaskClient
) -> None:
    before = rows()
    for what, how in FORGED.items():
        for path, form in ((f"/twilio/status/{attempt}", news()), (INBOUND, inbound(GUARDIAN, "OK 17"))):
            assert call(client, path, form, **how(path, form)) == 403, what
    assert rows() == before
    assert state_of(1) is State.ACCEPTED


def test_without_a_secret_of_ours_nothing_is_taken(open_app: Callable[..., APIFlask]) -> None:
    app = open_app(sms="console", twilio_auth_token="")
    form = inbound(GUARDIAN, "OK 17")
    with app.app_context():
        before = rows()
        for token in ("", AUTH_TOKEN):
            signed = signature(f"{PUBLIC}{INBOUND}", form, token=token)
            assert call(app.test_client(), INBOUND, form, signed=signed) == 403
        assert rows() == before


UNFIT: Mapping[str, tuple[Mapping[str, str], int]] = {
    "nothing": ({}, 422),
    "no sid": ({"MessageStatus": "sent"}, 422),
    "no status": ({"MessageSid": SID}, 422),
    "an empty status": (news(""), 422),
    "a status in other signs": (news("Sent\n"), 422),
    "a status of endless length": (news("s" * 1_000), 422),
    "a short sid": (news(sid="SM1"), 422),
    "a sid with more behind it": (news(sid=SID + "\n"), 422),
    "a sid in other signs": (news(sid="SM" + "\u0661" * 32), 422),
    "the sid of another message": (news(), 409),
}


def test_news_that_cannot_be_is_refused_and_writes_nothing(attempt: str, client: FlaskClient) -> None:
    before = rows()
    for what, (form, answer) in UNFIT.items():
        assert call(client, f"/twilio/status/{attempt}", form) == answer, what
    assert rows() == before


def test_news_of_a_message_that_we_never_sent_is_not_found(attempt: str, client: FlaskClient) -> None:
    before = rows()
    for unknown in (
        attempt[::-1],
        "11111111-2222-3333-4444-555555555555",
        "1",
        "",
        "../x",
        attempt[:-1] + "\u0661",
    ):
        assert call(client, f"/twilio/status/{unknown}", news()) == 404, unknown
    assert rows() == before


NO_MESSAGE: Mapping[str, Mapping[str, str]] = {
    "nothing": {},
    "no sid": {"From": GUARDIAN, "Body": "OK 17"},
    "no sender": {"MessageSid": SID, "Body": "OK 17"},
    "an empty sender": inbound("", "OK 17"),
    "a sender of endless length": inbound("+" + "3" * 1_000, "OK 17"),
    "a text of endless length": inbound(GUARDIAN, "x" * 2_001),
    "an unreadable sid": inbound(GUARDIAN, "OK 17", sid="' OR 1=1 --"),
}


def test_what_is_no_message_is_refused_and_writes_nothing(network: None, client: FlaskClient) -> None:
    before = rows()
    for what, form in NO_MESSAGE.items():
        assert call(client, INBOUND, form) == 422, what
    assert rows() == before


BODIES: Mapping[str, tuple[bytes, str]] = {
    "empty": (b"", "application/x-www-form-urlencoded"),
    "no UTF-8": (
        b"Body=\xff\xfe\x80&From=%ff%fe&MessageSid=" + SID.encode(),
        "application/x-www-form-urlencoded",
    ),
    "broken escapes": (b"Body=%&From=%zz&=&&;;", "application/x-www-form-urlencoded"),
    "JSON": (b'{"MessageSid": "' + SID.encode() + b'", "Body": "STOP"}', "application/json"),
    "a broken multipart": (b"--x\r\nnothing", "multipart/form-data; boundary=x"),
    "a multipart without boundary": (b"--x\r\nnothing", "multipart/form-data"),
    "another charset": (b"\xff\xfeB\x00", "application/x-www-form-urlencoded; charset=utf-16"),
    "ten thousand fields": (
        b"&".join(b"a%d=1" % number for number in range(10_000)),
        "application/x-www-form-urlencoded",
    ),
    "no type": (b"MessageSid=1", ""),
}


def test_no_body_breaks_anything(attempt: str, client: FlaskClient) -> None:
    before = rows()
    for what, (body, kind) in BODIES.items():
        for path in (INBOUND, f"/twilio/status/{attempt}"):
            assert 400 <= call(client, path, {}, data=body, content_type=kind) < 500, what
    assert rows() == before


def test_a_body_of_two_megabytes_is_too_large_whether_signed_or_not(
    attempt: str, client: FlaskClient
) -> None:
    before = rows()
    for path in (INBOUND, f"/twilio/status/{attempt}"):
        form = inbound(GUARDIAN, "x" * 2_000_000)
        assert call(client, path, form) == 413
        assert call(client, path, form, signed="") == 413
    assert rows() == before


def test_nothing_but_a_post_is_taken(attempt: str, client: FlaskClient) -> None:
    before = rows()
    form = inbound(GUARDIAN, "STOP")
    for path, method in product(
        (INBOUND, f"/twilio/status/{attempt}"), ("GET", "HEAD", "PUT", "PATCH", "DELETE")
    ):
        address = f"{path}?{urlencode(form)}"
        headers = {"X-Twilio-Signature": signature(f"{PUBLIC}{address}", {})}
        assert client.open(address, method=method, headers=headers).status_code == 405
    assert rows() == before


def test_fields_in_the_address_are_not_read(network: None, client: FlaskClient) -> None:
    before = rows()
    form = inbound(GUARDIAN, "STOP")
    for signed_for in (INBOUND, f"{INBOUND}?{urlencode(form)}"):
        signed = signature(f"{PUBLIC}{signed_for}", {})
        assert client.post(
            f"{INBOUND}?{urlencode(form)}", headers={"X-Twilio-Signature": signed}
        ).status_code in {403, 422}
    assert rows() == before


def test_behind_a_proxy_with_tls_the_public_address_counts_whatever_the_host_header_says(
    network: None, attempt: str, client: FlaskClient
) -> None:
    sent = news(sid=attempts(1)[0].sid or "")
    for host in ("127.0.0.1:8000", "aed.voorbeeld.example", "evil.example"):
        headers = {"Host": host, "X-Forwarded-Proto": "http"}
        assert call(client, INBOUND, inbound(GUARDIAN, "OK 17"), headers=headers) == 200
        assert call(client, f"/twilio/status/{attempt}", sent, headers=headers) == 204
    assert rows()["inbound_sms"] == 3
    assert state_of(1) is State.SENT


def test_words_in_any_script_are_kept_as_they_were_written(network: None, client: FlaskClient) -> None:
    written = [
        "Oké 17, alles in orde",
        "OK 17 👍🏽",
        "\u041e\u041a 17",
        "OK\u00a017\u200d",
        "DEFECT 17 \x00\u202e'\"<b>",
        "é" * 1_600,
    ]
    for words in written:
        assert call(client, INBOUND, inbound(GUARDIAN, words)) == 200, words
    assert db.session.scalars(select(InboundSms.text).order_by(InboundSms.id)).all() == written


def test_fields_that_we_do_not_know_change_nothing(network: None, client: FlaskClient) -> None:
    more = {
        "NewField": "\u00e9",
        "MediaUrl0": "http://evil.example/x",
        "session": "1",
        "outcome": "stopped",
        "": "x",
    }
    form = inbound(GUARDIAN, "OK 17") | more
    assert call(client, INBOUND, form) == 200
    assert db.session.scalars(select(InboundSms.outcome)).all() == ["inspections_logged"]


def test_what_the_provider_itself_took_for_a_stop_is_one(network: None, client: FlaskClient) -> None:
    assert call(client, INBOUND, inbound(GUARDIAN, "arrêt") | {"OptOutType": "STOP"}) == 200
    assert rows()["suppression"] == 1
    assert call(client, INBOUND, inbound(GUARDIAN, "unstop") | {"OptOutType": "START"}) == 200
    assert db.session.scalar(select(func.count()).select_from(Suppression)) == 0


def test_a_message_told_again_and_again_is_acted_on_once(network: None, client: FlaskClient) -> None:
    form = inbound(GUARDIAN, "OK 17")
    assert call(client, INBOUND, form) == 200
    after = rows()
    assert [call(client, INBOUND, form) for _ in range(3)] == [200] * 3
    assert call(client, INBOUND, form | {"Body": "STOP"}) == 200
    assert rows() == after


ORDERS: Mapping[tuple[str, ...], State] = {
    ("queued", "sent", "delivered"): State.DELIVERED,
    ("queued", "sent", "undelivered"): State.FAILED,
    ("sent", "delivered", "failed"): State.DELIVERED,
}


def test_callbacks_in_every_order_and_each_of_them_twice_end_the_same(
    office: Office, client: FlaskClient
) -> None:
    for statuses, end in ORDERS.items():
        for order in permutations(statuses):
            number = make_reminder(next(PEOPLE))
            office.drainer().run()
            attempt = attempts(number)[0]
            for status in order:
                code = {"ErrorCode": "30004"} if status in {"undelivered", "failed"} else {}
                form, path = news(status, sid=attempt.sid or "", **code), f"/twilio/status/{attempt.uuid}"
                assert [call(client, path, form) for _ in range(2)] == [204, 204], order
            assert state_of(number) is end, order
            assert attempts(number)[0].state == end, order


def test_no_error_code_breaks_anything(office: Office, client: FlaskClient) -> None:
    for code in ("", "x", "-1", "1e3", "9" * 20, "\u0663\u0660\u0660\u0660\u0664", "²", "30004\n"):
        number = make_reminder(next(PEOPLE))
        office.drainer().run()
        attempt = attempts(number)[0]
        form = news("undelivered", sid=attempt.sid or "", ErrorCode=code)
        assert call(client, f"/twilio/status/{attempt.uuid}", form) == 204, code
        assert state_of(number) in {State.NEEDS_REVIEW, State.FAILED}, code


CANARY = "kanariepiet"
WRITTEN = (
    f"OK 17 {CANARY}",
    "OK 17",
    f"DEFECT 17 {CANARY}",
    f"{CANARY}",
    f"JA {CANARY}",
    "STOP",
    f"OK 99 {CANARY}",
    "START",
)


def test_neither_number_nor_words_of_who_writes_stand_in_the_log(
    network: None, client: FlaskClient, capfd: pytest.CaptureFixture[str]
) -> None:
    for sender in (GUARDIAN, STRANGER, CANARY):
        for words in WRITTEN:
            form = inbound(sender, words)
            assert call(client, INBOUND, form) == 200
            assert call(client, INBOUND, form, signed="x") == 403
            assert call(client, INBOUND, form | {"MessageSid": CANARY}) == 422
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE inbound_sms RENAME TO gone"))
    try:
        assert (
            call(client, INBOUND, inbound(GUARDIAN, CANARY)) >= 500
        )  # our own disaster, and still no word of it
    finally:
        with db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE gone RENAME TO inbound_sms"))
    logged = "".join(capfd.readouterr())
    assert logged.count('"message received"') == 3 * len(WRITTEN)
    for secret in (CANARY, "12340001", "87654321", "DEFECT"):
        assert secret not in logged


# Against a server and a provider that speak HTTP.


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    with running_provider(tmp_path) as running:
        yield running


@pytest.fixture
def served(open_app: Callable[..., APIFlask], provider: Provider, clock: MovableClock) -> Iterator[Settings]:
    """The settings of a service that answers on loopback and sends by way of the provider."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    app = open_app(clock=clock, public_base_url=address, twilio_api_url=provider.url)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with app.app_context():
        yield app.extensions["aednet"].settings
    server.shutdown()
    thread.join(10)
    server.server_close()


def make_drainer(settings: Settings, clock: MovableClock) -> Drainer:
    gateways = {"twilio": TwilioGateway(settings, clock)}
    outbox = Outbox(terms=Terms.of(settings), addresses=People(), composer=Words(), gateways=gateways)
    return Drainer(outbox=outbox, clock=clock, owner="test")


def early(status: str) -> Callback:
    return Callback(status=status, early=True)


def soon(status: str) -> Callback:
    return Callback(status=status, delay_s=0.05)


CALLBACKS: Mapping[str, tuple[Callback, ...]] = {
    "early": (early("queued"), early("sent"), early("delivered")),
    "early, the rest late": (early("sent"), soon("delivered")),
    "late": (soon("sent"), soon("delivered")),
    "twice": (soon("sent"), soon("sent"), soon("delivered"), soon("delivered")),
    "reordered": (early("delivered"), soon("sent"), soon("queued")),
}


def test_however_the_provider_calls_back_a_message_goes_once_and_ends_delivered(
    served: Settings, provider: Provider, clock: MovableClock
) -> None:
    for way, callbacks in CALLBACKS.items():
        provider.callbacks = callbacks
        provider.answers.clear()
        person = next(PEOPLE)
        number = make_reminder(person)
        assert make_drainer(served, clock).run() == 1, way
        provider.wait_for_callbacks()
        assert provider.answers == [(callback.status, 204) for callback in callbacks], way
        assert state_of(number) is State.DELIVERED, way
        assert len(provider.accepted(make_addressee(person).number.e164)) == 1, way


def test_lost_callbacks_are_asked_after_within_the_hour_and_one_that_comes_after_all_does_no_harm(
    served: Settings, provider: Provider, clock: MovableClock
) -> None:
    number, drainer = make_reminder(), make_drainer(served, clock)
    drainer.run()
    (message,) = provider.accepted()
    provider.log.set_status(message.sid, "delivered", None)
    drainer.poll()
    assert state_of(number) is State.ACCEPTED
    clock.move(HOUR)
    drainer.poll()
    assert state_of(number) is State.DELIVERED
    assert provider.call_back(message.sid, soon("sent")) == 204
    assert state_of(number) is State.DELIVERED
    assert len(provider.accepted()) == 1


@pytest.fixture
def process(settings: Settings) -> Iterator[str]:
    """The address of a real `aednet serve`, which the public reaches by another."""
    port = free_port()
    environ = os.environ | {
        f"AEDNET_{name.upper()}": str(getattr(settings, name))
        for name in settings.model_fields_set
        if getattr(settings, name)
    }
    command = [sys.executable, "-m", "aednet.cli", "serve", "--port", str(port), "--processes", "1"]
    process = subprocess.Popen(command, env=environ)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def test_a_real_server_behind_a_proxy_takes_what_is_signed_and_nothing_else(
    network: None, process: str
) -> None:
    form = inbound(GUARDIAN, "Oké 17 👍")
    before = rows()
    assert post_signed(f"http://{process.removeprefix('http://')}{INBOUND}", form) == 403
    assert _post(process, INBOUND, b"Body=STOP") == 403
    assert _post(process, INBOUND, b"x" * 2_000_000) == 413
    assert rows() == before
    assert post_signed(f"{PUBLIC}{INBOUND}", form, via=process) == 200
    assert post_signed(f"{PUBLIC}{INBOUND}", form, via=process) == 200
    assert rows()["inbound_sms"] == 1
    assert rows()["inspection"] == before["inspection"] + 1


def _post(process: str, path: str, body: bytes) -> int:
    connection = HTTPConnection(process.removeprefix("http://"), timeout=10)
    try:
        connection.request("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        return connection.getresponse().status
    finally:
        connection.close()
