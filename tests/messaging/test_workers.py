"""Several workers at once, in threads and in processes, against the provider of the tests."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from aednet.base.clock import SystemClock
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.config import Settings
from aednet.messaging.drain import Drainer
from aednet.messaging.models import Reminder
from aednet.messaging.outbox import Outbox
from aednet.messaging.rules import MessageClass, State
from aednet.messaging.services import suppress
from aednet.messaging.terms import Terms
from aednet.messaging.twilio import TwilioGateway
from tests.messaging.parts import VOLUNTEER, People, Words, make_addressee, make_reminder
from tests.provider import Fault, Faults, Provider, running_provider
from tests.signed import ACCOUNT_SID, AUTH_TOKEN, SENDER

ROOT = Path(__file__).parents[2]
PEOPLE = 12


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    with running_provider(tmp_path) as running:
        yield running


@pytest.fixture
def twilio(settings: Settings, provider: Provider) -> Settings:
    """Settings under which messages leave for the provider of the tests, at any hour and at once."""
    return settings.model_copy(
        update={
            "sms": "twilio",
            "twilio_account_sid": ACCOUNT_SID,
            "twilio_auth_token": AUTH_TOKEN,
            "twilio_sender": SENDER,
            "twilio_api_url": provider.url,
            "sms_hours": "03:00-23:59",
            "sms_lease_s": 4.0,
            "sms_first_check_s": 0.3,
            "sms_second_check_s": 0.3,
        }
    )


def make_drainer(settings: Settings, owner: str) -> Drainer:
    clock = SystemClock(settings.zone)
    gateways = {"twilio": TwilioGateway(settings, clock)}
    outbox = Outbox(terms=Terms.of(settings), addresses=People(), composer=Words(), gateways=gateways)
    return Drainer(outbox=outbox, clock=clock, owner=owner)


def make_due(people: int, **changes: object) -> None:
    """Put two messages for each of so many people in the outbox, that may leave at any hour."""
    now = datetime.now(UTC)
    for person in range(people):
        facts = {
            "due_at": now,
            "expires_at": now + timedelta(hours=1),
            "message_class": MessageClass.TRANSACTIONAL,
        }
        make_reminder(person, **facts | changes)


def states() -> Counter[State]:
    db.session.rollback()
    return Counter(db.session.scalars(select(Reminder.state)))


def in_threads(app: APIFlask, run: Callable[[int], None], count: int = 4) -> None:
    failed: list[BaseException] = []

    def run_one(number: int) -> None:
        try:
            with app.app_context():
                run(number)
        except BaseException as error:  # noqa: BLE001 told in the test's own thread
            failed.append(error)

    threads = [threading.Thread(target=run_one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed


def test_four_workers_send_each_message_once(app: APIFlask, twilio: Settings, provider: Provider) -> None:
    make_due(PEOPLE)
    in_threads(app, lambda number: make_drainer(twilio, f"worker {number}").run() and None)
    assert Counter(one.receiver for one in provider.accepted()) == {
        make_addressee(person).number.e164: 1 for person in range(PEOPLE)
    }
    assert states() == {State.ACCEPTED: PEOPLE}


def test_four_workers_lose_and_double_nothing_while_the_provider_stumbles(
    app: APIFlask, twilio: Settings, provider: Provider
) -> None:
    faults = iter(
        [Fault.RESET_AFTER, Fault.ERROR_BEFORE, Fault.TOO_MANY, Fault.ERROR_AFTER, Fault.RESET_BEFORE]
    )
    provider.faults = Faults(pick=lambda: next(faults, Fault.NONE))
    make_due(PEOPLE)
    deadline = time.monotonic() + 40

    def work(number: int) -> None:
        drainer = make_drainer(twilio, f"worker {number}")
        while time.monotonic() < deadline and states() != {State.ACCEPTED: PEOPLE}:
            drainer.run()
            time.sleep(0.1)

    in_threads(app, work)
    assert states() == {State.ACCEPTED: PEOPLE}
    assert Counter(one.receiver for one in provider.accepted()) == {
        make_addressee(person).number.e164: 1 for person in range(PEOPLE)
    }


def test_a_stop_that_races_with_the_workers_wins_or_comes_just_too_late(
    app: APIFlask, twilio: Settings, provider: Provider
) -> None:
    make_due(PEOPLE)
    now = datetime.now(UTC)

    def work(number: int) -> None:
        if number:
            make_drainer(twilio, f"worker {number}").run()
            return
        for person in reversed(range(PEOPLE)):
            with transaction() as session:
                suppress(
                    session,
                    make_addressee(person).number,
                    reason="stop",
                    recipients=[(VOLUNTEER, person)],
                    now=now,
                )

    in_threads(app, work, count=3)
    standing = states()
    assert standing[State.ACCEPTED] == len(provider.accepted())
    assert standing[State.ACCEPTED] + standing[State.SUPPRESSED] == PEOPLE


@contextmanager
def worker_process(settings: Settings, count: int = 1) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run workers in processes of their own."""
    environ = {
        f"AEDNET_{name.upper()}": ",".join(value) if isinstance(value, tuple) else str(value)
        for name in settings.model_fields_set
        if (value := getattr(settings, name)) not in (None, "")
    }
    command = [sys.executable, "-m", "tests.messaging.worker_process"]
    processes = [subprocess.Popen(command, env=os.environ | environ, cwd=ROOT) for _ in range(count)]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 90  # a process that starts on a busy machine takes its time
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def test_a_worker_told_to_stop_while_it_sends_finishes_that_and_no_more(
    app: APIFlask, twilio: Settings, provider: Provider
) -> None:
    provider.faults = Faults(pick=lambda: Fault.SLOW, slow_s=1.0)
    make_due(PEOPLE)
    with worker_process(twilio) as [process]:
        wait_until(lambda: provider.requests > 0)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert provider.requests < PEOPLE
    assert states()[State.ACCEPTED] == provider.requests
    assert states()[State.PLANNED] == PEOPLE - provider.requests


def test_workers_in_processes_send_each_message_once_though_one_is_killed(
    app: APIFlask, twilio: Settings, provider: Provider
) -> None:
    provider.faults = Faults(pick=lambda: Fault.SLOW, slow_s=0.1)
    make_due(2 * PEOPLE)
    patient = replace_lease(twilio)
    with worker_process(patient, count=2) as processes:
        wait_until(lambda: provider.requests > 1)
        processes[0].kill()
        wait_until(lambda: states() == {State.ACCEPTED: 2 * PEOPLE})
    assert Counter(one.receiver for one in provider.accepted()) == {
        make_addressee(person).number.e164: 1 for person in range(2 * PEOPLE)
    }


def replace_lease(settings: Settings) -> Settings:
    return settings.model_copy(update={"sms_lease_s": 2.0, "sms_first_check_s": 0.5})
