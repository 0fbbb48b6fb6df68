"""Draining the outbox: ask about what is in doubt, then claim, commit, send and record, one at a time."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from aednet.base.clock import Clock
from aednet.base.database import db
from aednet.base.logs import log
from aednet.base.transactions import transaction
from aednet.messaging.claims import Claim, claim
from aednet.messaging.gateway import GatewayError
from aednet.messaging.leases import take_lease
from aednet.messaging.outbox import Outbox
from aednet.messaging.outcomes import record
from aednet.messaging.reconciling import (
    Doubt,
    conclude,
    give_up_on,
    list_doubts,
    list_unreported,
    look_for,
    note_poll,
    sweep,
)
from aednet.messaging.sending import NEVER_SENT, WITHDRAWN, Outcome, is_withdrawn, send
from aednet.messaging.spending import release_held
from aednet.messaging.standing import expire, stand_in_line

MOST_AT_ONCE: Final = 100
POLLING: Final = "polling"
POLLING_TERM: Final = timedelta(minutes=10)


class Point(StrEnum):
    """Where a process may be stopped between claim and record, without anything being lost or doubled."""

    BEFORE_CLAIM = "before_claim"
    CLAIMING = "claiming"  # before its commit
    CLAIMED = "claimed"
    SENT = "sent"
    RECORDING = "recording"  # before its commit
    RECORDED = "recorded"


def _go_on(_point: Point) -> None:
    """Pass a point."""


@dataclass(slots=True, kw_only=True)
class Drainer:
    """One worker's way through the outbox. Call its methods in an app context, with no transaction open.

    It watches what is in doubt by a clock that nobody sets, so that no change of the time makes
    it ask too soon.
    """

    outbox: Outbox
    clock: Clock
    owner: str  # another for each process
    stopping: threading.Event = field(default_factory=threading.Event)
    at: Callable[[Point], None] = _go_on
    monotonic: Callable[[], float] = time.monotonic
    jitter: Callable[[], float] = random.random
    _watched: dict[tuple[str, int], float] = field(default_factory=dict)

    def run(self, most: int = MOST_AT_ONCE) -> int:
        """Do what is to be done now, with at most so many messages. Returns how many were handed over."""
        self.tidy()
        self.reconcile()
        sent = 0
        while sent < most and not self.stopping.is_set() and self.send_next():
            sent += 1
        return sent

    def tidy(self) -> None:
        """End what is too late, let go what was held for want of money, doubt what was abandoned."""
        now = self.clock.now()
        with transaction() as session:
            stand_in_line(session)
            expire(session, now=now)
            release_held(session, self.outbox.terms, now=now)
            sweep(session, self.outbox.terms, now=now)

    def send_next(self) -> bool:
        """Claim, send and record one message. Returns False where there was none."""
        began = self.monotonic()
        self.at(Point.BEFORE_CLAIM)
        with transaction() as session:
            claimed = claim(session, self.outbox, owner=self.owner, now=self.clock.now())
            self.at(Point.CLAIMING)
        if claimed is None:
            return False
        self.at(Point.CLAIMED)
        outcome = self.hand_over(claimed, began=began)
        self.at(Point.SENT)
        with transaction() as session:
            now, jitter = self.clock.now(), self.jitter()
            record(session, self.outbox.terms, claimed, outcome, now=now, jitter=jitter)
            self.at(Point.RECORDING)
        self.at(Point.RECORDED)
        return True

    def hand_over(self, claimed: Claim, *, began: float) -> Outcome:
        """Send a message, unless the person opted out since, or there is no time left to do so alone.

        `began` is the monotonic time before the claim.
        """
        if is_withdrawn(db.session(), claimed):
            return WITHDRAWN
        took_s = self.monotonic() - began
        if took_s >= self.outbox.terms.lease.total_seconds() / 2 or self.clock.now() >= claimed.send_before:
            return NEVER_SENT
        return send(self.outbox.gateways[claimed.gateway], claimed)

    def reconcile(self) -> None:
        """Ask about what is in doubt and has been watched for long enough."""
        doubts = list_doubts(db.session())
        db.session.rollback()
        self._watched = {
            key: self._watched.get(key, self.monotonic())
            for key in ((doubt.attempt, doubt.absences) for doubt in doubts)
        }
        for doubt in doubts:
            if self.stopping.is_set():
                return
            if self._has_waited(doubt):
                self._ask_about(doubt)

    def poll(self) -> None:
        """Ask about messages whose callbacks seem to be lost; one worker does at a time."""
        now = self.clock.now()
        with transaction() as session:
            is_ours = take_lease(session, POLLING, holder=self.owner, now=now, term=POLLING_TERM)
        unreported = list_unreported(db.session(), now=now) if is_ours else []
        db.session.rollback()
        for asked in unreported:
            gateway = self.outbox.gateways.get(asked.gateway)
            if self.stopping.is_set() or gateway is None:
                return
            try:
                seen = gateway.find(asked.sid)
            except GatewayError as error:
                log.warning("provider could not be asked", error=type(error).__name__)
                return
            with transaction() as session:
                now, jitter = self.clock.now(), self.jitter()
                note_poll(session, self.outbox.terms, asked, seen, now=now, jitter=jitter)

    def _has_waited(self, doubt: Doubt) -> bool:
        watched_s = self.monotonic() - self._watched[doubt.attempt, doubt.absences]
        wait_s = doubt.wait(self.outbox.terms).total_seconds()
        return watched_s >= wait_s and doubt.may_be_asked_about(self.outbox.terms, now=self.clock.now())

    def _ask_about(self, doubt: Doubt) -> None:
        gateway = self.outbox.gateways.get(doubt.gateway)
        if gateway is None:
            with transaction() as session:
                give_up_on(session, doubt, now=self.clock.now())
            return
        try:
            seen = look_for(gateway, doubt)
        except GatewayError as error:
            log.warning("provider could not be asked", error=type(error).__name__)
            self._watched[doubt.attempt, doubt.absences] = self.monotonic()
            return
        with transaction() as session:
            now, jitter = self.clock.now(), self.jitter()
            conclude(session, self.outbox.terms, doubt, seen, now=now, jitter=jitter)
