"""The worker process: one table of ticks, run by APScheduler. It holds no jobs of its own.

Every tick is a question to the database ("what is due?"), so that a missed one loses nothing and a
second worker does no harm.
"""

import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from aednet.alerts.ticks import PLAN_EVERY, URGENT_EVERY, plan_reminders, plan_urgent
from aednet.base import heartbeats
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.logs import log
from aednet.base.tidying import empty_log
from aednet.base.transactions import transaction
from aednet.cabinets.figures.months import count_months as count_cabinet_months
from aednet.cabinets.figures.readiness import record_day
from aednet.coverage.live import load_crowd
from aednet.coverage.queries import are_responders_due
from aednet.coverage.services import publish_responders
from aednet.messaging.drain import Drainer
from aednet.messaging.wiring import current_outbox
from aednet.volunteers.month_counts import count_months as count_volunteer_months
from aednet.volunteers.phone_checks import forget_old_checks

PROCESS = "worker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Something the worker does every so often."""

    name: str
    every: timedelta
    run: Callable[[], object]


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


def keep_figures() -> None:
    """Write down how the cabinets stand today, and count by month what lapses and what was inspected."""
    today = current().clock.today()
    for keep in (record_day, count_cabinet_months, count_volunteer_months):
        with transaction() as session:
            keep(session, today=today)


def forget_unverified() -> None:
    """Forget the numbers that somebody meant to register with an hour ago."""
    with transaction() as session:
        forget_old_checks(session, now=current().clock.now())


def tidy() -> None:
    """Leave no trace of erased people in SQLite's log for longer than an hour."""
    empty_log(db.engine)


TICKS = (
    Tick(name="heartbeat", every=heartbeats.INTERVAL, run=beat),
    Tick(name="published responders", every=timedelta(hours=1), run=publish),
    Tick(name="plan", every=PLAN_EVERY, run=plan_reminders),
    Tick(name="plan what is urgent", every=URGENT_EVERY, run=plan_urgent),
    Tick(name="figures of the day", every=timedelta(hours=1), run=keep_figures),
    Tick(name="unverified numbers", every=timedelta(minutes=10), run=forget_unverified),
    Tick(name="database's log", every=timedelta(hours=1), run=tidy),
)


def outbox_ticks(app: Flask, stopping: threading.Event) -> tuple[Tick, ...]:
    """Return what a worker does for the outbox; it has a way through it of its own."""
    with app.app_context():
        outbox, clock = current_outbox(), current().clock
    owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    drainer = Drainer(outbox=outbox, clock=clock, owner=owner, stopping=stopping)
    return (
        Tick(name="outbox", every=timedelta(seconds=2), run=drainer.run),
        Tick(name="messages without news", every=timedelta(minutes=5), run=drainer.poll),
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
    ticks = (*TICKS, *outbox_ticks(app, stopping))
    for tick in ticks:
        scheduler.add_job(
            _run, IntervalTrigger(seconds=tick.every.total_seconds()), args=(app, tick), id=tick.name
        )
    scheduler.start()
    log.info("worker started", ticks=[tick.name for tick in ticks])
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
