"""`aednet demo`: the example network, the pages and the worker, all with one command."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from http import HTTPStatus
from http.client import HTTPConnection

import click

from aednet.accounts.phones import set_phone
from aednet.accounts.queries import find_account_id
from aednet.accounts.services import SYSTEM, ensure_demo_account
from aednet.base.commandline import with_app
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.errors import Conflict
from aednet.base.migration import upgrade
from aednet.base.transactions import transaction
from aednet.coverage.live import load_crowd
from aednet.coverage.services import publish_responders
from aednet.demo.phones import COORDINATOR, COORDINATORS_NUMBER
from aednet.demo.seed import is_for_examples, seed_example_network

STARTS_WITHIN_S = 60
STOPS_WITHIN_S = 15
LOOK_EVERY_S = 0.1


@click.command()
@click.option("--port", type=click.IntRange(1, 65_535), default=8000, show_default=True)
def demo(*, port: int) -> None:
    """Try the service with 45 invented cabinets; Ctrl-C stops all of it."""
    address = f"http://127.0.0.1:{port}"
    # The console, whatever the environment says: nothing of the demo leaves the machine.
    os.environ |= {"AEDNET_DEMO": "1", "AEDNET_SMS": "console", "AEDNET_PUBLIC_BASE_URL": address}
    added, password = prepare_example_network()
    for number in (signal.SIGINT, signal.SIGTERM):  # SIGINT too: a shell's background job is born deaf to it
        signal.signal(number, _interrupt)
    processes = [_start("worker"), _start("serve", "--port", str(port), "--processes", "1")]
    try:
        _wait_until_it_answers(port, processes)
        _greet(address, added, password)
        while all(process.poll() is None for process in processes):
            time.sleep(LOOK_EVERY_S)
        raise click.ClickException("A part of the demo has stopped; what it said stands above.")
    except KeyboardInterrupt:
        click.echo("\nStopped.")
    finally:
        _stop(processes)


@with_app
def prepare_example_network() -> tuple[int, str | None]:
    """Create the database where it is missing, and fill it where it is empty.

    Returns how many cabinets were added, and the coordinator's password where it is new.

    Raises:
        Conflict: the instance holds a real network, in which nothing invented has a place.
    """
    upgrade(db.engine)
    if not is_for_examples(db.session()):
        raise Conflict("This instance holds a real network: name another folder in AEDNET_INSTANCE.")
    now, today = current().clock.now(), current().clock.today()
    with transaction() as session:
        added = seed_example_network(session, settings=current().settings, now=now, today=today)
        password = ensure_demo_account(
            session, email=COORDINATOR, password=os.environ.get("AEDNET_DEMO_PASSWORD"), now=now
        )
        if added and (account_id := find_account_id(session, COORDINATOR)) is not None:
            set_phone(session, account_id, COORDINATORS_NUMBER, by=SYSTEM, now=now)
    if added:
        crowd = load_crowd(db.session(), current().settings)
        with transaction() as session:
            publish_responders(session, crowd, today=today)
    return added, password


def _start(*arguments: str) -> subprocess.Popen[bytes]:
    """Start a part of the demo, in the same process group, so that what stops one stops all."""
    return subprocess.Popen([sys.executable, "-m", "aednet.cli", *arguments], stdin=subprocess.DEVNULL)  # noqa: S603 our own program


def _wait_until_it_answers(port: int, processes: Sequence[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        if any(process.poll() is not None for process in processes):
            raise click.ClickException("The demo did not start; is the port taken? Try another --port.")
        connection = HTTPConnection("127.0.0.1", port, timeout=1)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == HTTPStatus.OK:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(LOOK_EVERY_S)
    raise click.ClickException("The demo did not answer within a minute.")


def _greet(address: str, added: int, password: str | None) -> None:
    data = f"{added} example cabinets added" if added else "the example cabinets of last time"
    click.echo(
        f"\naednet demo: {data}; all are invented.\n"
        f"  Map and list   {address}/\n"
        f"  One cabinet    {address}/c/HGV-001\n"
        f"  Register       {address}/join\n"
        f"  Telephones     {address}/demo/phone: messages arrive there, and the demo's clock moves on\n"
        f"  API            {address}/api/v1/docs\n"
        f"  Coordinator    {address}/desk, as {COORDINATOR}, password "
        f"{password or 'as before; AEDNET_DEMO_PASSWORD sets another'}\n"
        "Ctrl-C stops it.\n"
    )


def _stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
