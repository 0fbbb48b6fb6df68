"""Puts an outbox together and keeps it with the application."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Final, cast

from flask import Flask, current_app

from aednet.base.clock import Clock
from aednet.base.context import current
from aednet.config import InvalidSettings, Settings
from aednet.messaging.console import ConsoleGateway
from aednet.messaging.gateway import Gateway
from aednet.messaging.outbox import AddressBook, Composer, Outbox
from aednet.messaging.terms import CONSOLE, SERVICE_PREFIX, Terms

EXTENSION: Final = "aednet_outbox"
NEEDED_FOR_TWILIO: Final = ("twilio_account_sid", "twilio_auth_token", "twilio_sender")
SHORTEST_WAITS_S: Final = {"sms_lease_s": 80, "sms_first_check_s": 120, "sms_second_check_s": 600}


def init_outbox(
    app: Flask, settings: Settings, *, clock: Clock, addresses: AddressBook, composer: Composer
) -> None:
    """Give the application an outbox.

    Raises:
        InvalidSettings: with these settings, nothing can be sent.
    """
    terms = read_terms(settings)

    @cache
    def outbox() -> Outbox:  # on first use: the web's processes send nothing
        gateways = gateways_of(settings, clock)
        return Outbox(terms=terms, addresses=addresses, composer=composer, gateways=gateways)

    app.extensions[EXTENSION] = outbox


def current_outbox() -> Outbox:
    """Return the outbox of the application that is handling this request or command."""
    return cast("Callable[[], Outbox]", current_app.extensions[EXTENSION])()


def current_terms() -> Terms:
    """Return on which terms the application sends."""
    return Terms.of(current().settings)


def read_terms(settings: Settings) -> Terms:
    """Read the terms from the settings.

    Raises:
        InvalidSettings: the hours cannot be used, or what Twilio needs is missing.
    """
    missing = [name for name in NEEDED_FOR_TWILIO if not getattr(settings, name)]
    if settings.sms != CONSOLE and missing:
        names = ", ".join(f"AEDNET_{name.upper()}" for name in missing)
        raise InvalidSettings(f"AEDNET_SMS: twilio needs {names}")
    try:
        return Terms.of(settings)
    except ValueError as error:
        raise InvalidSettings(f"AEDNET_SMS_HOURS: {error}") from None


def gateways_of(settings: Settings, clock: Clock) -> Mapping[str, Gateway]:
    """Return the gateways by name; the console is always among them, for what is invented."""
    gateways: dict[str, Gateway] = {CONSOLE: ConsoleGateway()}
    if settings.sms != CONSOLE:
        from aednet.messaging.twilio import TwilioGateway  # noqa: PLC0415 a large library, for who sends

        gateways[settings.sms] = TwilioGateway(settings, clock)
    return gateways


def complaints_about(settings: Settings) -> Iterator[str]:
    """Say what is unwise about how messages are sent."""
    if settings.sms != CONSOLE:
        sender = settings.twilio_sender
        if sender and not sender.startswith(("+", SERVICE_PREFIX)):
            yield "AEDNET_TWILIO_SENDER: a name cannot receive replies: use a number or a messaging service"
        if not settings.public_base_url.startswith("https://"):
            yield "AEDNET_PUBLIC_BASE_URL: without https, what becomes of messages is not told to us safely"
        for name, least in SHORTEST_WAITS_S.items():
            if getattr(settings, name) < least:
                yield f"AEDNET_{name.upper()}: under {least} s, somebody may be texted twice"
