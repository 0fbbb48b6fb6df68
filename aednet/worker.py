"""The worker process: one table of ticks, run by APScheduler. It holds no jobs of its own.

Every tick is a question to the database ("what is due?"), so that a missed one loses nothing and a
second worker does no harm.
"""

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from aednet.base import heartbeats
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.logs import log
from aednet.base.transactions import transaction
from aednet.coverage.live import load_crowd
from aednet.coverage.queries import are_responders_due
from aednet.coverage.services import publish_responders

PROCESS = "worker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Something the worker does every so often."""

    name: str
    every: timedelta
    run: Callable[[], None]


def beat() -> None:
    """Say that the worker is alive."""
    with transaction() as session:
        heartbeats.beat(session, PROCESS, now=current().clock.now())


def publish() -> None:
    """Refresh the responder figures that the public sees, where today's are not there yet."""
    today, settings = current().clock.today(), current().settings
    if not are_responders_due(db.session(), today):
        return
    crowd = load_crowd(db.session(), settings)
    with transaction() as session:
        publish_responders(session, crowd, today=today)


TICKS = (
    Tick(name="heartbeat", every=heartbeats.INTERVAL, run=beat),
    Tick(name="published responders", every=timedelta(hours=1), run=publish),
)


def run_worker(app: Flask, stopping: threading.Event | None = None) -> None:
    """Tick until SIGTERM, SIGINT or `stopping`, then finish what is under way and return."""
    stopping = stopping or _stopped_by_signal()
    scheduler = BackgroundScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(max_workers=4)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for tick in TICKS:
        _run(app, tick)
        scheduler.add_job(
            _run, IntervalTrigger(seconds=tick.every.total_seconds()), args=(app, tick), id=tick.name
        )
    scheduler.start()
    log.info("worker started", ticks=[tick.name for tick in TICKS])
    stopping.wait()
    scheduler.shutdown(wait=True)
    log.info("worker stopped")


def _run(app: Flask, tick: Tick) -> None:
    """Run one tick; a failure is logged and the next tick comes all the same."""
    try:
        with app.app_context():
            tick.run()
    except Exception as error:  # noqa: BLE001 whatever it was, the next tick must come
        log.exception("tick failed", tick=tick.name, error=type(error).__name__)


def _stopped_by_signal() -> threading.Event:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping
