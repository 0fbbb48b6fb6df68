"""The database: one declarative base, column types, and how connections behave.

SQLite and PostgreSQL bear the same tables. SQLite runs in WAL mode with full synchronisation; a write
transaction takes its lock at the start (`BEGIN IMMEDIATE`), so that it waits for its turn instead
of failing half-way on a stale snapshot.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Date, DateTime, Dialect, Engine, Enum, MetaData, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

WRITE = "aednet_write"  # execution option of a connection whose transaction will write
LARGEST_ID = 2_147_483_647  # of PostgreSQL's integers; no row has a number past it
BUSY_TIMEOUT_MS = 10_000
CONNECT_TIMEOUT_S = 5
POOL_SIZE = 20  # one for each of the server's sixteen threads, and some for what rebuilds snapshots
POOL_TIMEOUT_S = 5


class Base(DeclarativeBase):
    """Base of every table; constraints have names, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware on the way in, aware UTC on the way out, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive instants, which would mean something else in every time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs an offset")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return what was stored as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Id = Annotated[int, mapped_column(primary_key=True)]
Instant = Annotated[datetime, mapped_column(UtcDateTime)]
Day = Annotated[date, mapped_column(Date)]


def choice(options: type[StrEnum]) -> Enum:
    """Return a column type that stores a member of a closed set by its value."""
    return Enum(
        options,
        native_enum=False,
        length=max(len(option.value) for option in options),
        values_callable=lambda members: [member.value for member in members],
        validate_strings=True,
    )


def set_values(row: Base, values: Mapping[str, Any]) -> bool:
    """Set the named columns of a row. Returns whether any differed; one that does not is left untouched."""
    differing = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in differing.items():
        setattr(row, name, value)
    return bool(differing)


def engine_options(address: str) -> dict[str, Any]:
    """Return the engine's options for the database at `address`."""
    options: dict[str, Any] = {
        "hide_parameters": True,  # errors are logged; values may be personal
        "pool_size": POOL_SIZE,
        "max_overflow": 0,
        "pool_timeout": POOL_TIMEOUT_S,
    }
    if make_url(address).get_backend_name() == "sqlite":
        return options | {"connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000}}
    return options | {"pool_pre_ping": True, "connect_args": {"connect_timeout": CONNECT_TIMEOUT_S}}


def configure_engine(engine: Engine) -> None:
    """Set what every new connection and transaction of `engine` needs."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _prepare_postgresql)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver shall not begin or commit on its own
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_postgresql(connection: Any, _record: object) -> None:
    # Compiling a statement takes longer than any of ours: a third of what planning reminders took.
    connection.execute("SET jit TO off")
    connection.commit()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
