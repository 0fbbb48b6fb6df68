"""Signing in over a real server of several processes, which share nothing but the database."""

import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode

import pytest
from apiflask import APIFlask

from aednet.accounts.rules import FAILURES_COUNT_FOR, MOST_FAILURES_AN_EMAIL
from aednet.config import Settings
from tests.factories import EMAIL, PASSWORD, make_account

STARTS_WITHIN_S = 60
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def port(app: APIFlask, settings: Settings, tmp_path: Path) -> Iterator[int]:
    """A server of two processes on the test's database, on this port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    environment = {"AEDNET_INSTANCE": str(tmp_path), "AEDNET_DATABASE_URL": settings.database_url}
    with (tmp_path / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "aednet.cli", "serve", "--port", str(number), "--processes", "2"],
            env=os.environ | environment,
            stdout=log,
            stderr=log,
        )
    try:
        wait_for(number, server)
        yield number
    finally:
        server.terminate()
        server.wait(30)


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            ask(port, "GET", "/healthz")
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the server did not start")


def ask(port: int, method: str, path: str, body: str = "", **headers: str) -> HTTPResponse:
    """Ask over a connection of its own, so that any of the processes may answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
    finally:
        connection.close()
    return answer


def sign_in(port: int, password: str, address: str) -> HTTPResponse:
    body = urlencode({"email": EMAIL, "password": password})
    return ask(port, "POST", "/aanmelden", body, **FORM | {"X-Forwarded-For": address})


def test_guesses_that_arrive_at_once_in_several_processes_are_counted_together(port: int) -> None:
    make_account()

    def guess(number: int) -> HTTPResponse:
        return sign_in(port, f"verkeerd wachtwoord {number}", f"203.0.113.{number}")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(24)))
    assert Counter(answer.status for answer in answers) == {422: MOST_FAILURES_AN_EMAIL, 429: 19}
    right = sign_in(port, PASSWORD, "203.0.113.99")
    assert right.status == 429
    assert 0 < int(right.headers["Retry-After"]) <= FAILURES_COUNT_FOR.total_seconds()


def test_a_session_holds_in_every_process_and_so_does_its_end(port: int) -> None:
    make_account()
    entered = sign_in(port, PASSWORD, "203.0.113.7")
    assert entered.status == 303
    cookie = {"Cookie": entered.headers["Set-Cookie"].split(";")[0]}

    def is_signed_in(_: int) -> bool:
        return ask(port, "GET", "/aanmelden", **cookie).status == 303

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(is_signed_in, range(16)))
        assert ask(port, "POST", "/afmelden", **cookie).status == 303
        assert not any(pool.map(is_signed_in, range(16)))
