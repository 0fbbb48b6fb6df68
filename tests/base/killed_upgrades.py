"""Upgrades that are killed at any moment, from the first version with people on; run without threads."""

import os
import random
import signal
import sys
import time

from sqlalchemy import Engine, inspect, text

from aednet.app import create_app
from aednet.base.database import db
from aednet.base.migration import is_up_to_date, upgrade
from aednet.config import Settings
from tests.base.old_instance import FIRST_WITH_VOLUNTEERS, build_old_instance, kept


def main(kills: str, seed: str) -> None:
    """Kill so many upgrades; raises AssertionError where one left anything between old and new."""
    draw = random.Random(int(seed))
    with create_app(Settings.from_environment(os.environ)).app_context():
        engine = db.engine
        _begin_anew(engine)
        before, began = kept(engine), time.monotonic()
        upgrade(engine)
        takes_s, killed, interrupted = time.monotonic() - began, 0, 0
        while killed < int(kills):
            if is_up_to_date(engine):
                _begin_anew(engine)
            killed += _killed_after(draw.uniform(0, takes_s), engine)
            assert kept(engine) == before, "rows differ"
            is_done = is_up_to_date(engine)
            interrupted += not is_done
            assert is_done or _revision(engine) == FIRST_WITH_VOLUNTEERS, "half-way"
        upgrade(engine)
        assert is_up_to_date(engine)
        assert kept(engine) == before
        sys.stdout.write(f"{killed} {interrupted}\n")


def _killed_after(seconds: float, engine: Engine) -> bool:
    """Kill an upgrade so long after its beginning. Returns whether it had not come to its end by itself."""
    engine.dispose()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            upgrade(engine)
            status = 0
        finally:
            os._exit(status)
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "an upgrade failed by itself"
    return os.WIFSIGNALED(status)


def _begin_anew(engine: Engine) -> None:
    engine.dispose()
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    else:
        for ending in ("", "-wal", "-shm"):
            path = f"{engine.url.database}{ending}"
            if os.path.exists(path):  # noqa: PTH110 two names that SQLite appends
                os.unlink(path)  # noqa: PTH108
    build_old_instance(engine)


def _revision(engine: Engine) -> str | None:
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found


if __name__ == "__main__":
    main(*sys.argv[1:])
