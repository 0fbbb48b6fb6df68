"""Processes that plan and drain one database at the same moment; run as a process without threads."""

import os
import sys

from aednet.alerts.ticks import plan_reminders, plan_urgent
from aednet.app import create_app
from aednet.config import Settings
from aednet.messaging.drain import Drainer
from aednet.messaging.wiring import current_outbox
from tests.fakes import MovableClock
from tests.forks import all_end_well

ROUNDS = 3


def work(number: int) -> None:
    """Do what a worker does, without ever resting."""
    drainer = Drainer(outbox=current_outbox(), clock=MovableClock(), owner=f"process {number}")
    for _ in range(ROUNDS):
        plan_reminders()
        plan_urgent()
        drainer.run()


def main(processes: str) -> None:
    app = create_app(Settings.from_environment(os.environ), clock=MovableClock())
    with app.app_context():
        current_outbox()
        sys.exit(not all_end_well(int(processes), work))


if __name__ == "__main__":
    main(*sys.argv[1:])
