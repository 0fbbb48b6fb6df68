"""Somebody writes STOP while a message to them is under way: it is withheld, or it was the last one."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from aednet.alerts.answering import Received, receive
from aednet.alerts.network import setting_of
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.phone import PhoneNumber
from aednet.base.transactions import transaction
from aednet.messaging.drain import Drainer, Point
from aednet.messaging.models import Reminder
from aednet.messaging.rules import State
from aednet.messaging.wiring import current_outbox
from aednet.volunteers.models import Volunteer
from tests.factories import make_volunteer
from tests.fakes import MovableClock
from tests.messaging.parts import MemoryProvider, make_reminder, reminder

NUMBERS = count(1)
DAY = timedelta(days=1)


class Words:
    """One sentence, whatever there is to say."""

    def compose(self, *_: object, **__: object) -> str:
        return "Voorbeeld"


@pytest.fixture
def app(open_app: Callable[..., APIFlask], clock: MovableClock) -> Iterator[APIFlask]:
    app = open_app(clock=clock)
    with app.app_context():
        yield app


@pytest.fixture
def anna(app: APIFlask) -> int:
    with transaction() as session:
        return make_volunteer(session, 1)


@pytest.fixture
def provider(clock: MovableClock) -> MemoryProvider:
    return MemoryProvider(clock)


def drainer(clock: MovableClock, provider: MemoryProvider) -> Drainer:
    outbox = replace(current_outbox(), gateways={"console": provider}, composer=Words())
    return Drainer(outbox=outbox, clock=clock, owner="test")


def write(text: str) -> None:
    """Have Anna write to us."""
    db.session.rollback()
    sender = PhoneNumber(e164=db.session.scalars(select(Volunteer.phone)).one())
    clock = current().clock
    with transaction() as session:
        receive(
            session,
            Received(provider_id=f"SM{next(NUMBERS)}", sender=sender, text=text),
            ref_prefix="HGV",
            setting=setting_of(current().settings, today=clock.today()),
            now=clock.now(),
            today=clock.today(),
        )


def remind(anna: int, clock: MovableClock, rule: str = "inspection_due") -> int:
    now = clock.now()
    return make_reminder(anna, rule, due_at=now, expires_at=now + 3 * DAY)


def told(provider: MemoryProvider) -> int:
    """Return how many reminders reached Anna; answers to what she wrote do not count."""
    return sum(text.startswith("Voorbeeld") for text in provider.texts)


class Writing:
    """Somebody who writes at a point of another's way, from a thread of their own."""

    def __init__(self, app: APIFlask, point: Point, *texts: str, is_waited_for: bool = True) -> None:
        self._app, self._point, self._texts, self._is_waited_for = app, point, texts, is_waited_for
        self._thread = threading.Thread(target=self._write)
        self._failed: list[BaseException] = []

    def __call__(self, passed: Point) -> None:
        if passed is self._point and self._thread.ident is None:
            self._thread.start()
            if self._is_waited_for:
                self.wait()

    def wait(self) -> None:
        self._thread.join(60)
        assert not self._thread.is_alive()
        assert self._failed == []

    def _write(self) -> None:
        try:
            with self._app.app_context():
                for text in self._texts:
                    write(text)
        except BaseException as error:  # noqa: BLE001 told in the test's own thread
            self._failed.append(error)


@pytest.mark.parametrize("texts", [["STOP"], ["STOP", "START", "STOP"]])
def test_a_stop_between_claim_and_sending_withholds_the_message(
    app: APIFlask, anna: int, clock: MovableClock, provider: MemoryProvider, texts: list[str]
) -> None:
    number = remind(anna, clock)
    worker = drainer(clock, provider)
    worker.at = Writing(app, Point.CLAIMED, *texts)
    worker.run()
    assert told(provider) == 0
    assert reminder(number).state is State.SUPPRESSED


def test_a_stop_taken_back_before_sending_lets_the_message_go(
    app: APIFlask, anna: int, clock: MovableClock, provider: MemoryProvider
) -> None:
    number = remind(anna, clock)
    worker = drainer(clock, provider)
    worker.at = Writing(app, Point.CLAIMED, "STOP", "START")
    worker.run()
    assert told(provider) == 1
    assert reminder(number).state is State.ACCEPTED


@pytest.mark.parametrize("point", [Point.SENT, Point.RECORDED])
def test_a_stop_after_sending_makes_that_message_the_last(
    app: APIFlask, anna: int, clock: MovableClock, provider: MemoryProvider, point: Point
) -> None:
    number = remind(anna, clock)
    worker = drainer(clock, provider)
    worker.at = Writing(app, point, "STOP")
    worker.run()
    assert reminder(number).state is State.ACCEPTED, "what is known of a message that went out is kept"
    clock.move(DAY)
    later = remind(anna, clock, "pads_expiring")
    worker.run()
    assert told(provider) == 1
    assert reminder(later).state is State.SUPPRESSED


@pytest.mark.parametrize("point", [Point.BEFORE_CLAIM, Point.CLAIMING, Point.RECORDING])
def test_a_stop_that_races_with_a_commit_wins_or_comes_just_too_late(
    app: APIFlask, anna: int, clock: MovableClock, provider: MemoryProvider, point: Point
) -> None:
    number = remind(anna, clock)
    worker = drainer(clock, provider)
    worker.at = writing = Writing(app, point, "STOP", is_waited_for=False)
    worker.run()
    writing.wait()
    expected = State.ACCEPTED if told(provider) else State.SUPPRESSED
    assert reminder(number).state is expected
    clock.move(DAY)
    later = remind(anna, clock, "pads_expiring")
    worker.run()
    assert reminder(later).state is State.SUPPRESSED
    assert told(provider) == (expected is State.ACCEPTED)


def test_stop_start_and_stop_again_each_hold_from_then_on(
    app: APIFlask, anna: int, clock: MovableClock, provider: MemoryProvider
) -> None:
    worker, states = drainer(clock, provider), []
    waiting = remind(anna, clock, "training_tomorrow")
    for rule, text in (("inspection_due", "STOP"), ("pads_expiring", "START"), ("device_old", "STOP")):
        write(text)
        states.append(reminder(waiting).state)
        clock.move(DAY)
        number = remind(anna, clock, rule)
        worker.run()
        states.append(reminder(number).state)
    assert states == [
        State.SUPPRESSED,  # in the transaction of the STOP itself
        State.SUPPRESSED,  # looked up at claim
        State.SUPPRESSED,  # a START brings back nothing
        State.ACCEPTED,
        State.SUPPRESSED,
        State.SUPPRESSED,
    ]
    db.session.rollback()
    assert db.session.scalars(select(Reminder.id).where(Reminder.state == State.CLAIMED)).all() == []
