"""A real browser in front of the real demo: `aednet demo` in processes of its own, on loopback."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from tests.conftest import missing
from tests.processes import free_port, wait_for

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "voorbeeld-wachtwoord"  # noqa: S105 of the example network alone
REFUSED = "status of 422"  # Chromium notes every refused form as an error; to us it is an answer
CENTRE = {"latitude": 52.7245, "longitude": 6.4788}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep all browser tests in one process: they share one demo."""
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the browser of the system; no test downloads one."""
    if CHROMIUM is None:
        missing("browser", "no Chromium: install the package chromium")
    return browser_type_launch_args | {"executable_path": CHROMIUM, "args": QUIET}


@contextmanager
def running_demo(instance: Path) -> Iterator[str]:
    """Run a demo of one's own; yields its address."""
    port = free_port()
    environ = os.environ | {"AEDNET_INSTANCE": str(instance), "AEDNET_DEMO_PASSWORD": PASSWORD}
    process = subprocess.Popen([sys.executable, "-m", "aednet.cli", "demo", "--port", str(port)], env=environ)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running demo on a fresh instance."""
    with running_demo(tmp_path_factory.mktemp("instance")) as address:
        yield address


@pytest.fixture
def visitor(context: BrowserContext, demo: str) -> Iterator[Page]:
    """A page whose every complaint (script error, refused content, failed request) fails the test."""
    page = context.new_page()
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and REFUSED not in message.text:
            complaints.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], demo: str) -> dict[str, Any]:
    """Somebody in the centre of Hoogeveen whose phone may say so."""
    return browser_context_args | {
        "base_url": demo,
        "geolocation": CENTRE,
        "permissions": ["geolocation"],
        "locale": "nl-NL",
        "timezone_id": "Europe/Amsterdam",
    }
