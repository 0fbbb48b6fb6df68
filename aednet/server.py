"""The web server: granian in front of the application."""

import os

import click
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from aednet.base.commandline import with_app
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.errors import TemporarilyUnavailable
from aednet.base.instance import restore_mark
from aednet.base.migration import is_up_to_date

HEADERS_WITHIN_MS = 10_000  # a client that takes longer to say what it wants is cut off
THREADS = 16  # requests under way at once in a process; a slow body holds one of them
DRAIN_S = 10


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65_535), default=8000, show_default=True)
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=min(2, os.cpu_count() or 1),
    show_default=True,
    help="Web processes; about one a core.",
)
def serve(*, host: str, port: int, processes: int) -> None:
    """Serve the pages and the API."""
    check_schema()
    click.echo(f"Listening on http://{host}:{port}, {processes} processes.")
    Server(
        "aednet.app:create_app",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=THREADS,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN_MS),
        workers_kill_timeout=DRAIN_S,
        websockets=False,
        log_access=False,
        log_level=LogLevels.error,
    ).serve()


@with_app
def check_schema() -> None:
    """Refuse to serve from a database that this version cannot work with.

    Raises:
        TemporarilyUnavailable: its schema is another, or it is being restored.
    """
    if restore_mark(current().settings).exists():
        raise TemporarilyUnavailable("A restore did not come to its end: run `aednet restore` again.")
    if not is_up_to_date(db.engine):
        raise TemporarilyUnavailable("The database has another schema: run `aednet db upgrade` first.")
