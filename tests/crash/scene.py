"""What the kill harness plays on: an instance, people who each expect one message, and what became of it."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from apiflask import APIFlask
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from aednet.app import create_app
from aednet.base.clock import Clock, local_day
from aednet.base.database import db
from aednet.base.migration import upgrade
from aednet.base.phone import PhoneNumber
from aednet.base.transactions import transaction
from aednet.config import Settings
from aednet.messaging.models import Reminder
from aednet.messaging.outbox import Addressee, Outbox, ReminderFacts
from aednet.messaging.rules import WAITING, MessageClass, RecipientKind, State
from aednet.messaging.terms import Terms
from aednet.messaging.wiring import gateways_of
from tests.provider_log import Log
from tests.signed import ACCOUNT_SID, AUTH_TOKEN, SENDER

MORNING = 10  # local: nine hours until closing
UNSETTLED = frozenset({State.PLANNED, State.DUE, State.CLAIMED, State.UNKNOWN})
# What production counts in minutes, in seconds: but in the same order, and with room for a busy machine.
LEASE, FIRST_CHECK, SECOND_CHECK = timedelta(seconds=1), timedelta(seconds=1.2), timedelta(seconds=2.5)
LIST_LAGS = timedelta(seconds=2.2)  # longer than a lease, shorter than a lease and the waits


@dataclass(frozen=True, slots=True)
class MorningClock:
    """A clock that goes as fast as the machine's and began in the morning."""

    shift: timedelta
    settings: Settings

    @classmethod
    def starting_now(cls, settings: Settings) -> "MorningClock":
        now = datetime.now(settings.zone)
        return cls(now.replace(hour=MORNING, minute=0) - now, settings)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def today(self) -> date:
        return local_day(self.now(), self.settings.zone)


class People:
    """Everybody has a number of their own, which tells whose message it was."""

    def find(self, session: Session, kind: RecipientKind, recipient_id: int) -> Addressee | None:
        return Addressee(number=number_of(recipient_id), language="nl", is_allowed=True)


class Words:
    """One sentence for everybody."""

    def compose(
        self, session: Session, reminders: Sequence[ReminderFacts], *, language: str, now: datetime
    ) -> str | None:
        return f"aednet: voorbeeld, kast {reminders[0].subject_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run came to; what stands at the desk `for_a_person` is neither lost nor doubled."""

    kills: int
    lost: int
    doubled: int
    for_a_person: int
    unsettled: int
    sent: int


@dataclass(slots=True, kw_only=True)
class Scene:
    """One instance and its outbox, in this process without any open connection."""

    app: APIFlask
    clock: Clock
    outbox: Outbox
    people: int = field(default=0)

    @classmethod
    def build(cls, folder: Path, *, database_url: str, provider_url: str) -> "Scene":
        """Create the instance on an empty database."""
        settings = Settings(
            instance=folder,
            database_url=database_url,
            sms="twilio",
            twilio_account_sid=ACCOUNT_SID,
            twilio_auth_token=AUTH_TOKEN,
            twilio_sender=SENDER,
            twilio_api_url=provider_url,
            sms_budget_eur_month=1_000_000,
        )
        clock = MorningClock.starting_now(settings)
        app = create_app(settings, clock=clock)
        terms = replace(Terms.of(settings), lease=LEASE, first_check=FIRST_CHECK, second_check=SECOND_CHECK)
        outbox = Outbox(
            terms=terms, addresses=People(), composer=Words(), gateways=gateways_of(settings, clock)
        )
        with app.app_context():
            upgrade(db.engine)
            db.engine.dispose()
        return cls(app=app, clock=clock, outbox=outbox)

    def expect(self, more: int) -> None:
        """Put one reminder each for so many more people into the outbox, all due now."""
        now = self.clock.now()
        rows = [
            {
                "rule": "inspection_due",
                "subject_kind": "cabinet",
                "subject_id": person,
                "occurrence_on": self.clock.today(),
                "recipient_kind": RecipientKind.VOLUNTEER,
                "recipient_id": person,
                "message_class": MessageClass.REMINDER,
                "due_at": now,
                "expires_at": now + timedelta(days=3),
                "state": State.PLANNED,
                "is_example": False,
                "created_at": now,
                "changed_at": now,
            }
            for person in range(self.people + 1, self.people + more + 1)
        ]
        with self.app.app_context():
            with transaction() as session:
                session.execute(insert(Reminder), rows)
            db.engine.dispose()
        self.people += more

    def waiting(self) -> int:
        """Return how many reminders nobody has claimed."""
        return self._count(WAITING)

    def unsettled(self) -> int:
        """Return of how many reminders it is not yet known what becomes of them."""
        return self._count(UNSETTLED)

    def outcome(self, log: Log, *, kills: int) -> Outcome:
        """Compare what the outbox believes with what the provider took on."""
        taken = Counter(message.receiver for message in log.every())
        with self.app.app_context():
            states = dict(db.session.execute(select(Reminder.recipient_id, Reminder.state)).tuples().all())
            db.session.remove()
            db.engine.dispose()
        never = {person for person in states if not taken[number_of(person).e164]}
        return Outcome(
            kills=kills,
            lost=sum(states[person] not in UNSETTLED | {State.NEEDS_REVIEW} for person in never),
            doubled=sum(count - 1 for count in taken.values()),
            for_a_person=sum(state is State.NEEDS_REVIEW for state in states.values()),
            unsettled=sum(state in UNSETTLED for state in states.values()),
            sent=len(taken),
        )

    def _count(self, states: Collection[State]) -> int:
        with self.app.app_context():
            wanted = select(func.count()).select_from(Reminder).where(Reminder.state.in_(states))
            found: int = db.session.scalar(wanted) or 0
            db.session.remove()
            db.engine.dispose()
        return found


def number_of(person: int) -> PhoneNumber:
    """Return the invented number of a person."""
    return PhoneNumber(e164=f"+316{10_000_000 + person}")
