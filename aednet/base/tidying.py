"""SQLite's log keeps what stood in rows that are no more, until it happens to be written over."""

from contextlib import closing
from typing import Final

from sqlalchemy import Engine

from aednet.base.database import BUSY_TIMEOUT_MS

WAITS_MS: Final = 1_000  # for readers; meanwhile nobody writes


def empty_log(engine: Engine) -> bool:
    """Bring what stands in SQLite's log into the database, and cut the log to nothing.

    Returns False where somebody reads for long; it is tried again later. On PostgreSQL nothing is to be done:
    the server writes its log anew by itself, and vacuums.
    """
    if engine.dialect.name != "sqlite":
        return True
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={WAITS_MS}")
        try:
            (is_busy, _written, _moved) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    return not is_busy
