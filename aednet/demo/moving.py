"""Moving the demo's clock on, and with it what must not notice: who is signed in, and who is alive."""

from datetime import datetime
from threading import Lock

from aednet.accounts.services import move_sessions
from aednet.alerts.ticks import plan_reminders
from aednet.base import audit, heartbeats
from aednet.base.transactions import transaction
from aednet.demo.clock import MovedClock

_ONE_AT_A_TIME = Lock()  # the demo has one web process; two clicks on one button move the clock once


def move_to(clock: MovedClock, instant: datetime) -> None:
    """Move the demo's clock on to an instant, and plan what is due by then; the worker sends it.

    An instant that has passed moves nothing, and one too far away moves it as far as it goes.
    """
    with _ONE_AT_A_TIME:
        now, by = clock.now(), clock.way_to(instant)
        if by:
            # Before the clock: a session that is ahead of it holds, and one that is behind does not.
            with transaction() as session:
                move_sessions(session, by=by)
                heartbeats.move_beats(session, by=by)
                audit.record(session, at=now, actor="public", action="demo_clock_moved", subject="network")
            clock.move_on(by)
    plan_reminders()
