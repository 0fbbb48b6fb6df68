"""`aednet db upgrade` is killed at any moment: old or new, nothing between, and every row is still there."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aednet.config import Settings
from tests.conftest import migrate
from tests.processes import environment_of

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("AEDNET_TEST_UPGRADE_KILLS", "8"))


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Iterator[Settings]:
    yield Settings(instance=tmp_path, database_url=database_url)
    migrate(tmp_path, database_url)  # the next test has the same database


def test_an_upgrade_killed_anywhere_resumes_and_keeps_every_row(settings: Settings) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.base.killed_upgrades", str(KILLS), "2026"],
        cwd=ROOT,
        env=os.environ | environment_of(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    killed, interrupted = map(int, done.stdout.split())
    assert killed >= KILLS
    assert interrupted > 0
