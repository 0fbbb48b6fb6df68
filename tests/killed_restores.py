"""Restores that are killed at any moment; run as a process without threads."""

import os
import random
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from aednet.app import create_app
from aednet.backups import restore
from aednet.base.database import db
from aednet.config import Settings

SEED = 2026


def main(file: str, kills: str) -> None:
    """Kill so many restores, then let one be."""
    settings = Settings.from_environment(os.environ)
    app, draw, database = create_app(settings), random.Random(SEED), settings.instance / "aednet.sqlite3"
    before = database.read_bytes()

    def run() -> None:
        restore.main([file, "--replace"], standalone_mode=False, obj=lambda: app)

    with app.app_context():
        db.engine.dispose()
    began = time.monotonic()
    run()
    takes_s, killed, interrupted = time.monotonic() - began, 0, 0
    while killed < int(kills):
        if name_in(database) == "oud":
            database.write_bytes(before)
        killed += killed_after(draw.uniform(0, takes_s), run)
        name = name_in(database)
        assert name in {"oud", "nieuw"}
        interrupted += name == "nieuw"
    assert interrupted > 0
    run()


def killed_after(seconds: float, run: Callable[[], None]) -> bool:
    """Kill a restore so long after its beginning. Returns whether it had not come to its end."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            run()
            status = 0
        finally:
            os._exit(status)
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "a restore failed by itself"
    return os.WIFSIGNALED(status)


def name_in(database: Path) -> str:
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found: str = connection.execute("SELECT name FROM cabinet").fetchone()[0]
        return found


if __name__ == "__main__":
    main(*sys.argv[1:])
