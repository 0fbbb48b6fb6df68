"""What every test may ask for: an instance on either database, its application, a browser.

PostgreSQL comes from AEDNET_TEST_POSTGRES_URL, or from a cluster that the run starts itself where the
server's programs are installed. What is missing skips with a reason; AEDNET_TEST_REQUIRE turns the named
skips into failures.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy.engine import make_url

from aednet.app import create_app
from aednet.base.database import db
from aednet.base.migration import upgrade
from aednet.config import Settings
from aednet.coverage.live import rest_live
from aednet.web.limits import limiter
from tests.cluster import Cluster, find_programs, start_cluster
from tests.fakes import MovableClock

POSTGRES_URL = "AEDNET_TEST_POSTGRES_URL"
REQUIRED = frozenset(filter(None, os.environ.get("AEDNET_TEST_REQUIRE", "").split(",")))


def pytest_configure(config: pytest.Config) -> None:
    """Start one cluster for the run, before its workers."""
    if not hasattr(config, "workerinput") and POSTGRES_URL not in os.environ and find_programs():
        config.stash[CLUSTER] = start_cluster()
        os.environ[POSTGRES_URL] = config.stash[CLUSTER].url


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the cluster that this run started."""
    if (cluster := config.stash.get(CLUSTER, None)) is not None:
        cluster.stop()
        os.environ.pop(POSTGRES_URL, None)


CLUSTER = pytest.StashKey[Cluster]()


def missing(what: str, reason: str) -> None:
    """Skip a test for want of `what`, or fail it where the run requires it."""
    if what in REQUIRED:
        pytest.fail(f"{reason}, and AEDNET_TEST_REQUIRE names {what}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database to copy for each test."""
    folder = tmp_path_factory.mktemp("template")
    migrate(folder)
    path = folder / "aednet.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture(scope="session")
def postgres_database(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """The address of a migrated PostgreSQL database of this worker's own."""
    server = os.environ.get(POSTGRES_URL)
    if server is None:
        missing("postgres", "no PostgreSQL: install its server, or name one in AEDNET_TEST_POSTGRES_URL")
        return
    name = f"aednet_{worker_id}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    address = make_url(server).set(database=name).render_as_string(hide_password=False)
    migrate(tmp_path_factory.mktemp("instance"), address)
    yield address
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of an empty SQLite database of this test's own."""
    path = tmp_path / "aednet.sqlite3"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database of this test's own, on SQLite and on PostgreSQL in turn."""
    if request.param == "sqlite":
        address: str = request.getfixturevalue("sqlite_url")
        return address
    address = request.getfixturevalue("postgres_database")
    _empty(address)
    return address


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Settings of an instance of this test's own; override the fixture to change one."""
    return Settings(instance=tmp_path, database_url=database_url)


@pytest.fixture
def clock() -> MovableClock:
    """A clock that stands at the hour of the factories until it is moved."""
    return MovableClock()


@pytest.fixture
def open_app(settings: Settings) -> Iterator[Callable[..., APIFlask]]:
    """Open applications on this test's database, with other settings or another clock where asked."""
    opened: list[APIFlask] = []

    def open_one(**changes: object) -> APIFlask:
        clock = changes.pop("clock", None)
        app = create_app(settings.model_copy(update=changes), clock=clock)  # type: ignore[arg-type]
        app.testing = True
        opened.append(app)
        return app

    yield open_one
    for app in opened:
        rest_live(app)
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
    limiter.reset()


@pytest.fixture
def app(open_app: Callable[..., APIFlask]) -> Iterator[APIFlask]:
    """The application on an empty, migrated database, its context open."""
    app = open_app()
    with app.app_context():
        yield app


@pytest.fixture
def client(app: APIFlask) -> FlaskClient:
    """Somebody who asks the application."""
    return app.test_client()


def migrate(instance: Path, address: str = "") -> None:
    """Bring an empty database to the present schema."""
    app = create_app(Settings(instance=instance, database_url=address))
    with app.app_context():
        upgrade(db.engine)
        db.engine.dispose()


def _empty(address: str) -> None:
    """Bring a migrated database back to how its migrations left it."""
    with psycopg.connect(address, autocommit=True) as connection:
        tables = [
            name
            for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            if name not in {"alembic_version", "revision"}
        ]
        connection.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
        connection.execute("UPDATE revision SET value = 1")
