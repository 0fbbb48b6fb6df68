"""A worker in a process of its own, for tests, with invented people and words."""

import os

from aednet.app import create_app
from aednet.base.clock import SystemClock
from aednet.config import Settings
from aednet.messaging.wiring import init_outbox
from aednet.worker import run_worker
from tests.messaging.parts import People, Words


def main() -> None:
    settings = Settings.from_environment(os.environ)
    app = create_app(settings)
    init_outbox(app, settings, clock=SystemClock(settings.zone), addresses=People(), composer=Words())
    run_worker(app)


if __name__ == "__main__":
    main()
