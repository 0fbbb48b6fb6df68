"""SQLite's log keeps what stood in rows that are no more, until it happens to be written over."""

from contextlib import closing
from typing import Final

from sqlalchemy import Engine

WAITS_MS: Final = 1_000  # for readers; meanwhile nobody writes
BUSY_TIMEOUT: Final = "PRAGMA busy_timeout"


def empty_log(engine: Engine) -> bool:
    """Bring what stands in SQLite's log into the database, and cut the log to nothing.

    Returns False where somebody reads for long; it is tried again later. On PostgreSQL nothing is to be done:
    the server writes its log anew by itself, and vacuums.
    """
    if engine.dialect.name != "sqlite":
        return True
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        (usual_ms,) = cursor.execute(BUSY_TIMEOUT).fetchone()
        cursor.execute(f"{BUSY_TIMEOUT}={WAITS_MS}")
        (is_busy, _written, _moved) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.execute(f"{BUSY_TIMEOUT}={usual_ms}")
    return not is_busy
