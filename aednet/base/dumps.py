"""Copies of a database while it is in use, and putting one in its place.

SQLite does so by itself, PostgreSQL by its client programs.
"""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Engine

from aednet.base.errors import Conflict, InvalidValue, TemporarilyUnavailable

LOCK_WITHIN: Final = "30s"  # the service must not be running meanwhile


def copy_database(engine: Engine, target: Path) -> None:
    """Write a consistent copy, while others read and write.

    Raises:
        TemporarilyUnavailable: it cannot be read, or PostgreSQL's client programs are missing or failed.
    """
    if engine.dialect.name == "postgresql":
        _run("pg_dump", engine.url, "--no-owner", "--no-privileges", "--schema=public", f"--file={target}")
        return
    database = engine.url.database or ""
    try:
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without another beside it
    except sqlite3.Error as error:
        raise TemporarilyUnavailable(f"The database could not be copied: {error}.") from error


def check_copy(copy: Path) -> None:
    """Check a copy of an SQLite database.

    Raises:
        InvalidValue: it is not whole.
    """
    try:
        with closing(sqlite3.connect(copy)) as connection:
            said = connection.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.DatabaseError:
        said = None
    if said != ("ok",):
        raise InvalidValue("The database in the backup is damaged: nothing was changed.")


def put_in_place(copy: Path, database: Path) -> None:
    """Put an SQLite database in the place of another, at one stroke; the copy is no more.

    Raises:
        Conflict: somebody is using the other.
    """
    for path in (copy, database):
        if path.exists():
            _make_one_file(path)
    with copy.open("rb") as stream:
        os.fsync(stream.fileno())
    copy.replace(database)
    folder = os.open(database.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def load_dump(dump: Path, engine: Engine) -> None:
    """Put a dump in the place of all that is in a PostgreSQL database, in one transaction.

    Raises:
        TemporarilyUnavailable: the client programs are missing, or failed; then nothing has changed.
    """
    _run(
        "psql",
        engine.url,
        "--no-psqlrc",
        "--quiet",
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        f"--command=SET lock_timeout = '{LOCK_WITHIN}'",
        "--command=DROP SCHEMA IF EXISTS public CASCADE",  # the dump creates it, as it was asked for by name
        f"--file={dump}",
    )


def _make_one_file(path: Path) -> None:
    """Write back what stands beside an SQLite database; that needs it to be nobody else's for a moment."""
    try:
        with closing(sqlite3.connect(path, timeout=1)) as connection:
            (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.OperationalError:
        mode = None
    if mode != "delete":
        raise Conflict("The database is in use: stop `aednet serve` and `aednet worker` first.")


def _run(program: str, address: URL, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise TemporarilyUnavailable(f"{program} is missing: install PostgreSQL's client programs.")
    target = address.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environ = os.environ | ({"PGPASSWORD": str(address.password)} if address.password else {})
    done = subprocess.run(  # noqa: S603 a program of PostgreSQL, with our own arguments
        [found, *arguments, f"--dbname={target}"], env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise TemporarilyUnavailable(f"{program} failed: {last[0]}")
