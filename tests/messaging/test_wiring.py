import threading

import pytest
from apiflask import APIFlask
from flask import Flask

from aednet.base.clock import SystemClock
from aednet.config import InvalidSettings, Settings, report_settings
from aednet.messaging.wiring import complaints_about, current_outbox, init_outbox
from aednet.worker import outbox_ticks
from tests.messaging.parts import People, Words
from tests.signed import ACCOUNT_SID, AUTH_TOKEN, SENDER

TWILIO = {
    "sms": "twilio",
    "twilio_account_sid": ACCOUNT_SID,
    "twilio_auth_token": AUTH_TOKEN,
    "twilio_sender": SENDER,
    "public_base_url": "https://aed.example",
}


def wire(app: Flask, settings: Settings, **changes: object) -> Settings:
    changed = settings.model_copy(update=changes)
    clock = SystemClock(settings.zone)
    init_outbox(app, changed, clock=clock, addresses=People(), composer=Words())
    return changed


@pytest.mark.parametrize("missing", ["twilio_account_sid", "twilio_auth_token", "twilio_sender"])
def test_twilio_without_what_it_needs_is_refused_by_name(
    app: APIFlask, settings: Settings, missing: str
) -> None:
    with pytest.raises(InvalidSettings, match=f"AEDNET_{missing.upper()}"):
        wire(app, settings, **TWILIO | {missing: ""})


@pytest.mark.parametrize("hours", ["", "20:00-09:00", "02:30-09:00", "always"])
def test_hours_that_cannot_be_are_refused_by_name(app: APIFlask, settings: Settings, hours: str) -> None:
    with pytest.raises(InvalidSettings, match="AEDNET_SMS_HOURS"):
        wire(app, settings, sms_hours=hours)


def test_the_console_is_always_there_for_what_is_invented(app: APIFlask, settings: Settings) -> None:
    wire(app, settings)
    assert set(current_outbox().gateways) == {"console"}
    wire(app, settings, **TWILIO)
    assert set(current_outbox().gateways) == {"console", "twilio"}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({}, None),
        ({"twilio_sender": "AEDnet"}, "AEDNET_TWILIO_SENDER"),
        ({"twilio_sender": "MG" + "1" * 32}, None),
        ({"public_base_url": "http://aed.example"}, "AEDNET_PUBLIC_BASE_URL"),
        ({"sms_first_check_s": 10.0}, "AEDNET_SMS_FIRST_CHECK_S"),
        ({"sms_lease_s": 10.0}, "AEDNET_SMS_LEASE_S"),
        ({"sms": "console", "twilio_sender": "AEDnet"}, None),
    ],
)
def test_what_is_unwise_is_said(settings: Settings, changes: dict[str, object], named: str | None) -> None:
    said = list(complaints_about(settings.model_copy(update=TWILIO | changes)))
    assert [one.partition(":")[0] for one in said] == ([] if named is None else [named])


def test_the_secret_is_never_shown() -> None:
    environ = {"AEDNET_TWILIO_AUTH_TOKEN": AUTH_TOKEN}
    assert AUTH_TOKEN not in str(report_settings(environ))
    assert AUTH_TOKEN not in repr(Settings.from_environment(environ))


def test_every_worker_has_a_way_through_the_outbox_of_its_own(app: APIFlask, settings: Settings) -> None:
    wire(app, settings)
    first, second = (outbox_ticks(app, threading.Event()) for _ in range(2))
    assert [tick.name for tick in first] == ["outbox", "messages without news"]
    assert first[0].run.__self__.owner != second[0].run.__self__.owner  # type: ignore[attr-defined]
