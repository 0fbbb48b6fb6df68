"""Parts of an outbox for tests: people, words and a provider that a test can steer; all of it invented."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.base.database import db
from aednet.base.phone import PhoneNumber
from aednet.base.transactions import transaction
from aednet.config import Settings
from aednet.messaging.drain import Drainer
from aednet.messaging.gateway import Accepted, Gateway, Message, Seen
from aednet.messaging.models import Reminder, SmsAttempt
from aednet.messaging.outbox import Addressee, Outbox, ReminderFacts
from aednet.messaging.rules import MessageClass, RecipientKind
from aednet.messaging.services import NewReminder, enqueue
from aednet.messaging.terms import Terms
from tests.factories import NOW, TODAY
from tests.fakes import MovableClock

NUMBER = PhoneNumber(e164="+31612340001")
VOLUNTEER = RecipientKind.VOLUNTEER


@dataclass(slots=True)
class People:
    """An address book in which everybody has a number of their own, until a test says otherwise."""

    known: dict[int, Addressee | None] = field(default_factory=dict)

    def find(self, session: Session, kind: RecipientKind, recipient_id: int) -> Addressee | None:
        if recipient_id in self.known:
            return self.known[recipient_id]
        return make_addressee(recipient_id)


@dataclass(slots=True)
class Words:
    """A composer that names the rules, or says what a test wants said."""

    text: str | None = ""
    fails_for: frozenset[int] = frozenset()

    def compose(
        self, session: Session, reminders: Sequence[ReminderFacts], *, language: str, now: datetime
    ) -> str | None:
        if self.fails_for & {one.recipient_id for one in reminders}:
            raise RuntimeError("no words")
        return "+".join(one.rule for one in reminders) if self.text == "" else self.text


@dataclass(slots=True)
class MemoryProvider:
    """A provider in memory; `answers` are what it does with the next messages, else it takes them on."""

    clock: MovableClock
    taken: list[tuple[Message, Accepted, datetime]] = field(default_factory=list)
    answers: list[Callable[[], None]] = field(default_factory=list)
    takes_on_before_failing: bool = False
    list_fails: Exception | None = None
    hidden: bool = False  # its list lags

    def send(self, message: Message) -> Accepted:
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None and not self.takes_on_before_failing:
            answer()
        accepted = Accepted(sid=f"SM{uuid4().hex}", status="queued")
        self.taken.append((message, accepted, self.clock.now()))
        if answer is not None:
            answer()
        return accepted

    def find(self, sid: str) -> Seen | None:
        return next((seen for seen in self._seen() if seen.sid == sid), None)

    def list_to(self, number: PhoneNumber, *, since: datetime) -> Sequence[Seen]:
        if self.list_fails is not None:
            raise self.list_fails
        if self.hidden:
            return []
        return [
            _to_seen(message, accepted)
            for message, accepted, at in self.taken
            if message.number == number and at >= since
        ]

    def set_status(self, sid: str, status: str, error_code: int | None = None) -> None:
        self.taken = [
            (m, replace(a, status=status, error_code=error_code) if a.sid == sid else a, at)
            for m, a, at in self.taken
        ]

    @property
    def texts(self) -> list[str]:
        return [message.text for message, _, _ in self.taken]

    def _seen(self) -> list[Seen]:
        return [_to_seen(message, accepted) for message, accepted, _ in self.taken]


def _to_seen(message: Message, accepted: Accepted) -> Seen:
    return Seen(sid=accepted.sid, status=accepted.status, error_code=accepted.error_code, text=message.text)


@dataclass(slots=True)
class Ticking:
    """A monotonic clock that a test moves."""

    seconds: float = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass(slots=True, kw_only=True)
class Office:
    """An outbox with everything that a test steers."""

    clock: MovableClock
    people: People
    words: Words
    provider: MemoryProvider
    outbox: Outbox
    monotonic: Ticking

    def drainer(self, owner: str = "test", **changes: Any) -> Drainer:
        facts: dict[str, Any] = {
            "outbox": self.outbox,
            "clock": self.clock,
            "owner": owner,
            "monotonic": self.monotonic,
            "jitter": lambda: 0.5,
        }
        return Drainer(**facts | changes)

    def pass_time(self, by: timedelta) -> None:
        """Let both clocks go on, as time does."""
        self.clock.move(by)
        self.monotonic.seconds += by.total_seconds()


def make_office(settings: Settings, **changes: Any) -> Office:
    """Return an outbox that sends through a provider in memory, called twilio."""
    clock, people, words = MovableClock(), People(), Words()
    provider = MemoryProvider(clock)
    terms = replace(Terms.of(settings), gateway="twilio", **changes)
    gateways: dict[str, Gateway] = {"twilio": provider}
    outbox = Outbox(terms=terms, addresses=people, composer=words, gateways=gateways)
    return Office(
        clock=clock, people=people, words=words, provider=provider, outbox=outbox, monotonic=Ticking()
    )


def make_addressee(person: int = 1, **changes: Any) -> Addressee:
    facts: dict[str, Any] = {
        "number": PhoneNumber(e164=f"+3161234{person:04d}"),
        "language": "nl",
        "is_allowed": True,
        "consent_version": "1",
    }
    return Addressee(**facts | changes)


def make_reminder(recipient_id: int = 1, rule: str = "inspection_due", **changes: Any) -> int:
    """Put a reminder in the outbox that is due now and expires in three days; returns its id."""
    facts: dict[str, Any] = {
        "rule": rule,
        "subject_kind": "cabinet",
        "subject_id": 17,
        "occurrence_on": TODAY,
        "recipient_kind": VOLUNTEER,
        "recipient_id": recipient_id,
        "message_class": MessageClass.REMINDER,
        "due_at": NOW,
        "expires_at": NOW + timedelta(days=3),
    }
    with transaction() as session:
        added = enqueue(session, NewReminder(**facts | changes), now=NOW)
    assert added is not None
    return added


def reminder(reminder_id: int) -> Reminder:
    """Return a reminder as the database has it now."""
    db.session.rollback()
    return db.session.get_one(Reminder, reminder_id, populate_existing=True)


def attempts(reminder_id: int) -> list[SmsAttempt]:
    """Return the attempts of a reminder as the database has them now."""
    db.session.rollback()
    wanted = select(SmsAttempt).where(SmsAttempt.reminder_id == reminder_id).order_by(SmsAttempt.number)
    return list(db.session.scalars(wanted.execution_options(populate_existing=True)))
