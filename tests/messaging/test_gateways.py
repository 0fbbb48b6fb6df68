import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask

from aednet.base.clock import SystemClock
from aednet.base.phone import PhoneNumber
from aednet.config import Settings
from aednet.messaging import twilio
from aednet.messaging.console import ConsoleGateway
from aednet.messaging.gateway import Gateway, Message, NotReached, Refused, Unclear
from aednet.messaging.twilio import TwilioGateway
from tests.fakes import MovableClock
from tests.messaging.parts import NUMBER, MemoryProvider
from tests.processes import free_port
from tests.provider import Fault, Faults, Provider, running_provider
from tests.signed import ACCOUNT_SID, AUTH_TOKEN, SENDER

OTHER = PhoneNumber(e164="+31612340002")


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    with running_provider(tmp_path) as running:
        yield running


def make_twilio(settings: Settings, url: str, **changes: object) -> TwilioGateway:
    facts = {
        "twilio_account_sid": ACCOUNT_SID,
        "twilio_auth_token": AUTH_TOKEN,
        "twilio_sender": SENDER,
        "twilio_api_url": url,
        "public_base_url": "https://aed.example",
    }
    return TwilioGateway(settings.model_copy(update=facts | changes), SystemClock(settings.zone))


@pytest.fixture(params=["console", "twilio", "memory"])
def gateway(request: pytest.FixtureRequest, app: APIFlask, settings: Settings, provider: Provider) -> Gateway:
    """Each gateway in turn, with nothing sent yet."""
    if request.param == "console":
        return ConsoleGateway()
    if request.param == "memory":
        return MemoryProvider(MovableClock(SystemClock(settings.zone).now()))
    return make_twilio(settings, provider.url)


def make_message(settings: Settings, **changes: object) -> Message:
    message = Message(
        attempt="11111111-2222-3333-4444-555555555555",
        number=NUMBER,
        text="Controleer kast 17 #A3B4C",
        deliver_by=SystemClock(settings.zone).now() + timedelta(hours=1),
    )
    return replace(message, **changes)  # type: ignore[arg-type]


class TestEveryGateway:
    def test_what_was_sent_is_found_by_its_sid(self, gateway: Gateway, settings: Settings) -> None:
        accepted = gateway.send(make_message(settings))
        seen = gateway.find(accepted.sid)
        assert seen is not None
        assert (seen.sid, seen.text) == (accepted.sid, "Controleer kast 17 #A3B4C")

    def test_nobody_knows_what_was_never_sent(self, gateway: Gateway) -> None:
        assert gateway.find("SM" + "0" * 32) is None

    def test_only_messages_to_the_number_are_listed(self, gateway: Gateway, settings: Settings) -> None:
        accepted = gateway.send(make_message(settings))
        gateway.send(make_message(settings, number=OTHER))
        since = SystemClock(settings.zone).now() - timedelta(hours=1)
        assert [seen.sid for seen in gateway.list_to(NUMBER, since=since)] == [accepted.sid]

    def test_messages_from_before_are_not_listed(self, gateway: Gateway, settings: Settings) -> None:
        gateway.send(make_message(settings))
        since = SystemClock(settings.zone).now() + timedelta(hours=1)
        assert list(gateway.list_to(NUMBER, since=since)) == []

    def test_two_messages_have_two_sids(self, gateway: Gateway, settings: Settings) -> None:
        sids = {gateway.send(make_message(settings)).sid for _ in range(2)}
        assert len(sids) == 2


def test_twilio_is_told_where_to_call_back_and_how_long_to_try(
    app: APIFlask, settings: Settings, provider: Provider
) -> None:
    message = make_message(settings)
    make_twilio(settings, provider.url).send(message)
    [accepted] = provider.accepted()
    assert accepted.callback == f"https://aed.example/twilio/status/{message.attempt}"
    assert accepted.sender == SENDER
    assert accepted.validity_s is not None
    assert 3_590 <= accepted.validity_s <= 3_600


def test_a_messaging_service_sends_under_its_own_name(
    app: APIFlask, settings: Settings, provider: Provider
) -> None:
    service = "MG" + "1" * 32
    make_twilio(settings, provider.url, twilio_sender=service).send(make_message(settings))
    assert provider.accepted()[0].sender == service


def test_nothing_is_sent_that_could_only_arrive_too_late(
    app: APIFlask, settings: Settings, provider: Provider
) -> None:
    message = make_message(settings, deliver_by=SystemClock(settings.zone).now())
    with pytest.raises(NotReached):
        make_twilio(settings, provider.url).send(message)
    assert provider.requests == 0


@pytest.mark.parametrize(
    ("fault", "taken_on"),
    [
        (Fault.RESET_BEFORE, 0),
        (Fault.RESET_AFTER, 1),
        (Fault.ERROR_BEFORE, 0),
        (Fault.ERROR_AFTER, 1),
    ],
)
def test_where_twilio_may_have_taken_it_on_that_is_left_open(
    app: APIFlask, settings: Settings, provider: Provider, fault: Fault, taken_on: int
) -> None:
    provider.faults = Faults(pick=lambda: fault)
    with pytest.raises(Unclear):
        make_twilio(settings, provider.url).send(make_message(settings))
    assert len(provider.accepted()) == taken_on
    assert provider.requests == 1


def test_an_answer_that_takes_too_long_is_left_open(
    app: APIFlask, settings: Settings, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twilio, "READ_S", 0.2)
    provider.faults = Faults(pick=lambda: Fault.SLOW, slow_s=0.6)
    with pytest.raises(Unclear):
        make_twilio(settings, provider.url).send(make_message(settings))
    assert provider.requests == 1


@pytest.mark.parametrize(("fault", "code"), [(Fault.TOO_MANY, 20429), (Fault.REFUSED, 21211)])
def test_what_twilio_refuses_it_refuses_with_a_code(
    app: APIFlask, settings: Settings, provider: Provider, fault: Fault, code: int
) -> None:
    provider.faults = Faults(pick=lambda: fault)
    with pytest.raises(Refused) as refused:
        make_twilio(settings, provider.url).send(make_message(settings))
    assert refused.value.code == code


def test_every_page_of_a_long_list_is_looked_through(
    app: APIFlask, settings: Settings, provider: Provider
) -> None:
    gateway = make_twilio(settings, provider.url)
    sent = [gateway.send(make_message(settings)).sid for _ in range(5)]
    provider.faults = Faults(largest_page=2)
    since = SystemClock(settings.zone).now() - timedelta(hours=1)
    assert sorted(seen.sid for seen in gateway.list_to(NUMBER, since=since)) == sorted(sent)


def test_a_list_too_long_to_be_read_to_its_end_says_nothing(
    app: APIFlask, settings: Settings, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = make_twilio(settings, provider.url)
    for _ in range(3):
        gateway.send(make_message(settings))
    monkeypatch.setattr(twilio, "MOST_LISTED", 3)
    with pytest.raises(Unclear):
        gateway.list_to(NUMBER, since=SystemClock(settings.zone).now() - timedelta(hours=1))


def test_a_wrong_secret_is_refused_as_such(app: APIFlask, settings: Settings, provider: Provider) -> None:
    with pytest.raises(Refused) as refused:
        make_twilio(settings, provider.url, twilio_auth_token=AUTH_TOKEN[::-1]).send(make_message(settings))
    assert refused.value.code == 20003


def test_a_closed_port_means_that_nothing_went_out(app: APIFlask, settings: Settings) -> None:
    with pytest.raises(NotReached):
        make_twilio(settings, f"http://127.0.0.1:{free_port()}").send(make_message(settings))


def test_a_name_that_nobody_knows_means_that_nothing_went_out(app: APIFlask, settings: Settings) -> None:
    with pytest.raises(NotReached):
        make_twilio(settings, "http://aednet.invalid").send(make_message(settings))


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}", b"nonsense\r\n\r\n"]
)
def test_an_answer_that_is_none_is_left_open(app: APIFlask, settings: Settings, answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with pytest.raises(Unclear):
            make_twilio(settings, f"http://127.0.0.1:{listener.getsockname()[1]}").send(
                make_message(settings)
            )
        thread.join(5)
