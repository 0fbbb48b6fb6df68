"""The kill harness: real workers, real databases, the real client, a provider with a log of its own."""

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from aednet.messaging.drain import Point
from tests.crash.mutants import Mutant
from tests.crash.provider_process import ROOT, provider_process
from tests.crash.scene import Outcome, Scene
from tests.crash.workers import Massacre
from tests.provider_log import Log

KILLS_A_MUTANT = 12
# A kill takes nothing from a file system, so waiting for a disk would prove nothing.
IN_MEMORY = Path("/dev/shm")  # noqa: S108 where there is one


def kill_workers(
    kills: int,
    *,
    database_url: str,
    seed: int,
    mutant: Mutant | None = None,
    only_at: Point | None = None,
) -> Outcome:
    """Kill so many workers on an empty database, and tell what became of every message."""
    with _stage(seed) as (folder, provider_url):
        scene = Scene.build(folder, database_url=database_url, provider_url=provider_url)
        massacre = Massacre(
            scene=scene, kills=kills, random=random.Random(seed), mutant=mutant, only_at=only_at
        )
        killed = massacre.run()
        return scene.outcome(Log(folder / "provider.sqlite3"), kills=killed)


def is_caught(mutant: Mutant, *, database_url: str, seed: int) -> bool:
    """Tell whether killing workers where it hurts shows what is wrong with a mutant."""
    return run_apart([database_url, str(KILLS_A_MUTANT), str(seed), mutant]).doubled > 0


@contextmanager
def _stage(seed: int) -> Iterator[tuple[Path, str]]:
    with tempfile.TemporaryDirectory(
        prefix="aednet-crash-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None
    ) as name:
        folder = Path(name)
        with provider_process(folder, seed=seed) as url:
            yield folder, url


def run_apart(arguments: Sequence[str]) -> Outcome:
    """Run `main` as a process of its own, which has no threads and so may fork."""
    command = [sys.executable, "-m", "tests.crash.harness", *arguments]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return Outcome(**json.loads(said.splitlines()[-1]))


def main(database_url: str, kills: str, seed: str, mutant: str = "") -> None:
    """Run once and say what came of it."""
    found = kill_workers(
        int(kills),
        database_url=database_url,
        seed=int(seed),
        mutant=Mutant(mutant) if mutant else None,
        only_at=Point.SENT if mutant else None,
    )
    sys.stdout.write(json.dumps(asdict(found)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
