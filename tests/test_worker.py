import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text

from aednet.base.database import db
from aednet.base.heartbeats import find_last_beat
from aednet.config import Settings
from aednet.worker import PROCESS, run_worker


@contextmanager
def running(app: APIFlask) -> Iterator[threading.Thread]:
    """Run a worker in a thread; it ends with the block, whatever happens there."""
    stopping = threading.Event()
    thread = threading.Thread(target=run_worker, args=(app, stopping), daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        stopping.set()
        thread.join(60)
    assert not thread.is_alive()


def test_a_running_worker_is_heard(app: APIFlask, client: FlaskClient) -> None:
    assert state_of_worker(client) == "silent"
    with running(app):
        wait_until(lambda: state_of_worker(client) == "ok")


def test_a_failing_tick_is_logged_and_the_worker_goes_on(
    app: APIFlask, capsys: pytest.CaptureFixture[str]
) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE heartbeat RENAME TO gone"))
    try:
        with running(app) as thread:
            wait_until(lambda: "tick failed" in capsys.readouterr().err)
            assert thread.is_alive()
    finally:
        with db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE gone RENAME TO heartbeat"))


def test_sigterm_ends_a_real_worker_cleanly(settings: Settings, app: APIFlask) -> None:
    environ = os.environ | {
        "AEDNET_INSTANCE": str(settings.instance),
        "AEDNET_DATABASE_URL": settings.database_url,
    }
    process = subprocess.Popen([sys.executable, "-m", "aednet.cli", "worker"], env=environ)
    try:
        wait_until(lambda: has_beaten(app))
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()


def state_of_worker(client: FlaskClient) -> str:
    db.session.rollback()  # a test's requests share one session, and with it what SQLite showed it first
    state: str = client.get("/readyz").get_json()["worker"]
    return state


def has_beaten(app: APIFlask) -> bool:
    db.session.rollback()
    return find_last_beat(db.session(), PROCESS) is not None


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
