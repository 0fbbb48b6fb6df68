"""Many who write and read at once: they wait for their turn, lose nothing and do not hold each other up."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apiflask import APIFlask
from sqlalchemy import update

from aednet.base.database import db
from aednet.base.revisions import Counter, Revision, read_revision
from aednet.base.transactions import transaction
from aednet.config import Settings
from tests.base.counting import raise_counter
from tests.processes import environment_of

ROOT = Path(__file__).parents[2]
PROCESSES, TIMES = 6, 20
AT_ONCE_S = 2.0  # far less than the time for which a connection waits for its turn


def value() -> int:
    db.session.rollback()
    try:
        return read_revision(db.session(), Counter.NETWORK)
    finally:
        db.session.rollback()


@contextmanager
def somebody_writing(app: APIFlask, ends: threading.Event) -> Iterator[None]:
    """Let a thread write, and keep its transaction open until `ends`."""
    has_written = threading.Event()

    def write() -> None:
        with app.app_context(), transaction() as session:
            session.execute(
                update(Revision)
                .where(Revision.name == Counter.NETWORK)
                .values(value=Revision.value + 1)
                .execution_options(synchronize_session=False)
            )
            has_written.set()
            ends.wait(30)

    thread = threading.Thread(target=write)
    thread.start()
    assert has_written.wait(30)
    try:
        yield
    finally:
        ends.set()
        thread.join()


def test_processes_that_write_at_once_lose_no_update(app: APIFlask, settings: Settings) -> None:
    before = value()
    done = subprocess.run(
        [sys.executable, "-m", "tests.base.counting", str(PROCESSES), str(TIMES)],
        cwd=ROOT,
        env=os.environ | environment_of(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert value() == before + PROCESSES * TIMES


def test_who_reads_is_not_held_up_by_who_writes(app: APIFlask) -> None:
    before = value()
    ends = threading.Event()
    with somebody_writing(app, ends):
        began = time.monotonic()
        assert value() == before
        assert time.monotonic() - began < AT_ONCE_S
    assert value() == before + 1


def test_who_writes_is_not_held_up_by_who_reads(app: APIFlask) -> None:
    before = read_revision(db.session(), Counter.NETWORK)  # and the transaction of this stays open
    began = time.monotonic()
    with somebody_writing(app, ends := threading.Event()):
        ends.set()
    assert time.monotonic() - began < AT_ONCE_S
    if db.engine.dialect.name == "sqlite":
        assert read_revision(db.session(), Counter.NETWORK) == before, "a snapshot stays as it was"
    assert value() == before + 1


def test_who_writes_waits_for_whoever_was_first(app: APIFlask) -> None:
    before = value()
    ends = threading.Event()
    with somebody_writing(app, ends):
        threading.Timer(0.5, ends.set).start()
        began = time.monotonic()
        raise_counter(1)
        assert time.monotonic() - began >= 0.4
    assert value() == before + 2


def test_who_read_before_writing_writes_on_top_of_what_others_wrote_meanwhile(app: APIFlask) -> None:
    before = read_revision(db.session(), Counter.NETWORK)
    with somebody_writing(app, ends := threading.Event()):
        ends.set()
    raise_counter(1)
    assert value() == before + 2
