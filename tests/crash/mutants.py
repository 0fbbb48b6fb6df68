"""Three ways to send that look right and are not. The harness must find each, or it proves nothing."""

from dataclasses import replace
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import select

from aednet.base.transactions import transaction
from aednet.messaging.claims import claim
from aednet.messaging.drain import Drainer, Point
from aednet.messaging.models import SmsAttempt
from aednet.messaging.outcomes import record, release
from aednet.messaging.rules import AttemptState, State
from aednet.messaging.sending import send
from aednet.messaging.standing import move, stand_in_line, with_carried


class Mutant(StrEnum):
    """What is wrong with it."""

    SENDS_BEFORE_COMMIT = "sends before the claim's commit"
    RETRIES_BLINDLY = "retries blindly"
    WAITS_TOO_SHORT = "waits too short"


class SendsBeforeCommit(Drainer):
    """Hands a message over while the claim is not yet in the database."""

    def send_next(self) -> bool:
        began = self.monotonic()
        with transaction() as session:
            claimed = claim(session, self.outbox, owner=self.owner, now=self.clock.now())
            if claimed is None:
                return False
            outcome = send(self.outbox.gateways[claimed.gateway], claimed)
            self.at(Point.SENT)
        with transaction() as session:
            record(session, self.outbox.terms, claimed, outcome, now=self.clock.now(), jitter=self.jitter())
        return self.monotonic() > began


class RetriesBlindly(Drainer):
    """Sends again whatever was not recorded, without asking."""

    def tidy(self) -> None:
        super().tidy()
        now = self.clock.now()
        with transaction() as session:
            stand_in_line(session)
            doubted = select(SmsAttempt).where(SmsAttempt.state == AttemptState.UNKNOWN).with_for_update()
            for attempt in session.scalars(doubted).all():
                release(session, attempt, now=now)
                move(session, with_carried(attempt.reminder_id), State.DUE, now=now, due_at=now)


class WaitsTooShort(Drainer):
    """Asks at once and twice in a row, though the provider's list lags."""

    def reconcile(self) -> None:
        hasty = replace(self.outbox.terms, first_check=timedelta(0), second_check=timedelta(0))
        self.outbox = replace(self.outbox, terms=hasty)
        super().reconcile()
        super().reconcile()


DRAINERS: dict[Mutant | None, type[Drainer]] = {
    None: Drainer,
    Mutant.SENDS_BEFORE_COMMIT: SendsBeforeCommit,
    Mutant.RETRIES_BLINDLY: RetriesBlindly,
    Mutant.WAITS_TOO_SHORT: WaitsTooShort,
}
