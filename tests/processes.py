"""Real processes of the service, on loopback, for tests that need them."""

import socket
import subprocess
import time
import urllib.request
from typing import Any

from aednet.config import Settings


def free_port() -> int:
    """Return a port on loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_for(address: str, process: subprocess.Popen[Any]) -> None:
    """Wait until the demo answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "the demo stopped"
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the demo did not answer within a minute")


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the variables by which another process has the same settings."""
    given = {name: getattr(settings, name) for name in settings.model_fields_set}
    return {
        f"AEDNET_{name.upper()}": ",".join(value) if isinstance(value, tuple) else str(value)
        for name, value in given.items()
        if value not in (None, "")
    }
