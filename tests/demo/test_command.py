import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.processes import free_port, wait_for

pytestmark = pytest.mark.xdist_group("demo")


@contextmanager
def running_demo(instance: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """Run `aednet demo` as a shell's background job, which does not hear SIGINT of itself."""
    process = subprocess.Popen(
        [sys.executable, "-m", "aednet.cli", "demo", "--port", str(port)],
        env=os.environ | {"AEDNET_INSTANCE": str(instance), "AEDNET_DEMO_PASSWORD": "voorbeeld"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),  # noqa: PLW1509 no threads yet
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def ask(port: int, path: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return json.load(answer)


def is_listening(port: int) -> bool:
    with socket.socket() as prober:
        return prober.connect_ex(("127.0.0.1", port)) == 0


def test_one_command_starts_all_and_ctrl_c_stops_all_and_the_data_stay(tmp_path: Path) -> None:
    port = free_port()
    with running_demo(tmp_path, port) as process:
        wait_for(f"http://127.0.0.1:{port}/healthz", process)
        assert len(ask(port, "/api/v1/cabinets")["features"]) == 45
        assert len(ask(port, "/api/v1/areas")["features"]) == 24
        found = ask(port, "/api/v1/cabinets/nearest?lat=52.7245&lon=6.4788")["cabinets"]
        lengths = [cabinet["straight_line_m"] for cabinet in found]
        assert len(lengths) == 3
        assert lengths == sorted(lengths)
        assert ask(port, "/api/v1/coverage")["total"]["responders_per_1000"] > 1
        version = ask(port, "/api/v1/coverage")["network_version"]
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "demo@aednet.example" in said
    assert not is_listening(port)
    with running_demo(tmp_path, port) as process:
        wait_for(f"http://127.0.0.1:{port}/healthz", process)
        assert ask(port, "/api/v1/coverage")["network_version"] == version
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert not is_listening(port)


def test_a_port_that_is_taken_is_said_in_a_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with running_demo(tmp_path, taken.getsockname()[1]) as process:
            said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Try another --port" in said


def test_a_real_network_is_left_alone(tmp_path: Path) -> None:
    environ = os.environ | {"AEDNET_INSTANCE": str(tmp_path)}
    subprocess.run([sys.executable, "-m", "aednet.cli", "init"], env=environ, check=True)
    with running_demo(tmp_path, free_port()) as process:
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said.strip().splitlines()[-1].startswith("This instance holds a real network")


def test_what_is_killed_leaves_no_part_behind(tmp_path: Path) -> None:
    port = free_port()
    with running_demo(tmp_path, port) as process:
        wait_for(f"http://127.0.0.1:{port}/healthz", process)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=30)
    deadline = time.monotonic() + 20
    while is_listening(port):
        assert time.monotonic() < deadline
        time.sleep(0.1)
