"""The provider stumbles: through the real client, nothing is lost and nobody is texted twice."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask

from aednet.config import Settings
from aednet.messaging import twilio
from aednet.messaging.drain import Drainer
from aednet.messaging.models import SmsAttempt
from aednet.messaging.rules import AttemptState, MessageClass, State
from aednet.messaging.twilio import TwilioGateway
from tests.messaging.parts import Office, attempts, make_addressee, make_office, make_reminder, reminder
from tests.provider import Fault, Faults, Provider, running_provider
from tests.signed import ACCOUNT_SID, AUTH_TOKEN, SENDER

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
READ_S, SLOW_S = 0.2, 0.5


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    with running_provider(tmp_path) as running:
        yield running


@pytest.fixture
def office(app: APIFlask, settings: Settings, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An outbox that sends through the real client; its time is that of the provider, until moved."""
    monkeypatch.setattr(twilio, "READ_S", READ_S)
    office = make_office(settings)
    office.clock.instant = datetime.now(UTC)
    known = {
        "twilio_account_sid": ACCOUNT_SID,
        "twilio_auth_token": AUTH_TOKEN,
        "twilio_sender": SENDER,
        "twilio_api_url": provider.url,
    }
    gateway = TwilioGateway(settings.model_copy(update=known), office.clock)
    office.outbox = replace(office.outbox, gateways={"twilio": gateway})
    return office


def make_due(office: Office, person: int = 1) -> int:
    """Put a message for somebody into the outbox that may leave at any hour."""
    now = office.clock.now()
    return make_reminder(
        person,
        due_at=now,
        expires_at=now + timedelta(days=1),
        message_class=MessageClass.TRANSACTIONAL,
    )


def go_wrong(provider: Provider, *faults: Fault) -> None:
    """Let this happen to the next messages, and nothing to those after them."""
    coming = iter(faults)
    provider.faults = Faults(pick=lambda: next(coming, Fault.NONE), slow_s=SLOW_S)


def pass_and_run(office: Office, drainer: Drainer, *, by: timedelta, steps: int) -> None:
    for _ in range(steps):
        office.pass_time(by)
        drainer.run()


def test_a_provider_that_has_too_much_to_do_is_given_time_and_loses_nothing(
    office: Office, provider: Provider
) -> None:
    go_wrong(provider, *[Fault.TOO_MANY] * 9)
    people = range(1, 5)
    numbers = [make_due(office, person) for person in people]
    drainer = office.drainer(jitter=lambda: 0.0)
    drainer.run()
    assert provider.requests == len(people), "each is tried once, and not again at once"
    assert {reminder(number).state for number in numbers} == {State.DUE}
    assert {reminder(number).due_at for number in numbers} == {office.clock.now() + SECOND}
    pass_and_run(office, drainer, by=SECOND, steps=4)
    assert Counter(message.receiver for message in provider.accepted()) == {
        make_addressee(person).number.e164: 1 for person in people
    }
    assert {reminder(number).state for number in numbers} == {State.ACCEPTED}


def test_a_provider_that_stays_too_busy_is_left_alone_for_a_while_and_nothing_is_lost(
    office: Office, provider: Provider
) -> None:
    provider.faults = Faults(pick=lambda: Fault.TOO_MANY)
    number, drainer = make_due(office), office.drainer(jitter=lambda: 1.0)
    waits = []
    for _ in range(10):
        drainer.run()
        waits.append(reminder(number).due_at - office.clock.now())
        office.pass_time(waits[-1])
    assert waits == [timedelta(seconds=s) for s in (2, 4, 8, 16, 32, 60, 60, 60, 60, 600)]
    assert provider.requests == 10
    go_wrong(provider)
    drainer.run()
    assert reminder(number).state is State.ACCEPTED
    assert len(provider.accepted()) == 1


@pytest.mark.parametrize(
    ("fault", "was_taken_on"),
    [
        (Fault.ERROR_BEFORE, False),
        (Fault.ERROR_AFTER, True),
        (Fault.RESET_BEFORE, False),
        (Fault.RESET_AFTER, True),
        (Fault.SLOW, True),
    ],
)
def test_what_may_have_been_taken_on_is_asked_about_and_never_sent_again_blindly(
    office: Office, provider: Provider, fault: Fault, *, was_taken_on: bool
) -> None:
    go_wrong(provider, fault)
    number, drainer = make_due(office), office.drainer()
    drainer.run()
    assert reminder(number).state is State.UNKNOWN
    pass_and_run(office, drainer, by=30 * SECOND, steps=3)
    assert provider.requests == 1, "nobody may send it again before the provider was asked"
    assert reminder(number).state is State.UNKNOWN
    pass_and_run(office, drainer, by=MINUTE, steps=20)
    assert reminder(number).state is State.ACCEPTED
    assert len(provider.accepted()) == 1
    assert provider.requests == (1 if was_taken_on else 2)
    assert [attempt.state for attempt in attempts(number)] == (
        [AttemptState.ACCEPTED] if was_taken_on else [AttemptState.RELEASED, AttemptState.ACCEPTED]
    )


def test_a_message_in_doubt_holds_nobody_else_up(office: Office, provider: Provider) -> None:
    go_wrong(provider, Fault.RESET_AFTER)
    doubted, other = make_due(office, 1), make_due(office, 2)
    office.drainer().run()
    assert (reminder(doubted).state, reminder(other).state) == (State.UNKNOWN, State.ACCEPTED)


def test_a_provider_whose_list_lags_is_asked_twice_before_a_message_counts_as_lost(
    office: Office, provider: Provider
) -> None:
    go_wrong(provider, Fault.RESET_AFTER)
    number, drainer = make_due(office), office.drainer()
    drainer.run()
    provider.faults = Faults(list_lags_s=3_600)
    pass_and_run(office, drainer, by=MINUTE, steps=4)
    assert seen_absent(number) == 1
    provider.faults = Faults()
    pass_and_run(office, drainer, by=MINUTE, steps=20)
    assert reminder(number).state is State.ACCEPTED
    assert len(provider.accepted()) == 1


def seen_absent(number: int) -> int:
    attempt: SmsAttempt = attempts(number)[0]
    return attempt.absences
