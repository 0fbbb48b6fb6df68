"""What the provider took on, in a database file of its own."""

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    number INTEGER PRIMARY KEY, sid TEXT UNIQUE, at REAL, receiver TEXT, sender TEXT, body TEXT,
    callback TEXT, validity_s INTEGER, status TEXT, error_code INTEGER
);
CREATE INDEX IF NOT EXISTS by_receiver ON message (receiver, number);
"""
COLUMNS = "sid, at, receiver, sender, body, callback, validity_s, status, error_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A message that the provider took on; `at` in seconds since 1970."""

    sid: str
    at: float
    receiver: str
    sender: str
    body: str
    callback: str | None
    validity_s: int | None
    status: str
    error_code: int | None


@dataclass(frozen=True, slots=True)
class Log:
    """The log in one file; any number of threads may use it."""

    path: Path

    def create(self) -> None:
        with self._open() as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(SCHEMA)

    def append(self, given: Mapping[str, str]) -> Accepted:
        message = Accepted(
            sid=f"SM{uuid4().hex}",
            at=time.time(),
            receiver=given["To"],
            sender=given.get("From") or given["MessagingServiceSid"],
            body=given["Body"],
            callback=given.get("StatusCallback"),
            validity_s=int(given["ValidityPeriod"]) if "ValidityPeriod" in given else None,
            status="queued",
            error_code=None,
        )
        with self._open() as connection:
            connection.execute(
                f"INSERT INTO message ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 a constant
                tuple(getattr(message, name.strip()) for name in COLUMNS.split(",")),
            )
        return message

    def find(self, sid: str) -> Accepted | None:
        found = self._read("WHERE sid = ?", sid)
        return found[0] if found else None

    def every(self) -> list[Accepted]:
        return self._read("ORDER BY number")

    def sent_to(self, receiver: str) -> list[Accepted]:
        return self._read("WHERE receiver = ? ORDER BY number", receiver)

    def set_status(self, sid: str, status: str, error_code: int | None) -> None:
        with self._open() as connection:
            connection.execute(
                "UPDATE message SET status = ?, error_code = ? WHERE sid = ?", (status, error_code, sid)
            )

    def _read(self, rest: str, *values: object) -> list[Accepted]:
        with self._open() as connection:
            rows = connection.execute(f"SELECT {COLUMNS} FROM message {rest}", values).fetchall()  # noqa: S608
        names = [name.strip() for name in COLUMNS.split(",")]
        return [Accepted(**dict(zip(names, row, strict=True))) for row in rows]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        try:
            yield connection
        finally:
            connection.close()
