"""Processes that plan and drain one database at the same moment; run as a process without threads."""

import os
import sys
from contextlib import suppress

from sqlalchemy.exc import OperationalError

from aednet.alerts.ticks import plan_reminders, plan_urgent
from aednet.app import create_app
from aednet.config import Settings
from aednet.messaging.drain import Drainer
from aednet.messaging.wiring import current_outbox
from tests.fakes import MovableClock
from tests.forks import all_end_well

ROUNDS = 2


def work(number: int) -> None:
    """Do what a worker does, without resting; like it, go on where the database was busy for too long."""
    drainer = Drainer(outbox=current_outbox(), clock=MovableClock(), owner=f"process {number}")
    for step in (plan_reminders, plan_urgent, drainer.run) * ROUNDS:
        with suppress(OperationalError):
            step()


def main(processes: str) -> None:
    app = create_app(Settings.from_environment(os.environ), clock=MovableClock())
    with app.app_context():
        current_outbox()
        sys.exit(not all_end_well(int(processes), work))


if __name__ == "__main__":
    main(*sys.argv[1:])
