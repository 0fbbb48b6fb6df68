import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from aednet.app import create_app
from aednet.base.database import db
from aednet.base.migration import upgrade
from aednet.config import Settings
from tests.processes import free_port, wait_for

SLOW_CLIENTS = 12  # of whom each holds a thread while its body trickles in; the server has sixteen


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """The port of a real server on an empty instance."""
    app = create_app(Settings(instance=tmp_path))
    with app.app_context():
        upgrade(db.engine)
        db.engine.dispose()
    number = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "aednet.cli", "serve", "--port", str(number), "--processes", "1"],
        env=os.environ | {"AEDNET_INSTANCE": str(tmp_path)},
    )
    try:
        wait_for(f"http://127.0.0.1:{number}/healthz", process)
        yield number
    finally:
        process.terminate()
        process.wait(30)


def open_connection(port: int, sent: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.sendall(sent)
    return connection


def is_alive(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
        return bool(answer.status == 200)


def test_clients_that_dawdle_keep_nobody_else_waiting(port: int) -> None:
    headers = b"POST /api/v1/cabinets/HGV-001/reports HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n"
    dawdlers = [
        *(open_connection(port, headers) for _ in range(200)),  # never come to the end of their headers
        *(open_connection(port, headers + b"\r\n{") for _ in range(SLOW_CLIENTS)),
    ]
    try:
        assert is_alive(port)
    finally:
        for connection in dawdlers:
            connection.close()
    assert is_alive(port)


def test_a_body_that_claims_to_be_huge_is_refused_before_it_is_sent(port: int) -> None:
    headers = (
        b"POST /api/v1/cabinets/HGV-001/reports HTTP/1.1\r\nHost: x\r\n"
        b"Content-Type: application/json\r\nContent-Length: 10000000000\r\n\r\n{"
    )
    with open_connection(port, headers) as connection:
        assert b" 413 " in connection.recv(200).split(b"\r\n")[0] + b" "
    assert is_alive(port)
