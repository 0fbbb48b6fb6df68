"""The provider as a process of its own, so that no thread of it is forked along; ends with its stdin."""

import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.crash.scene import LIST_LAGS
from tests.provider import Fault, Faults, running_provider

ROOT = Path(__file__).parents[2]
WEIGHTS = {
    Fault.NONE: 90,
    Fault.SLOW: 2,
    Fault.RESET_BEFORE: 1,
    Fault.RESET_AFTER: 3,
    Fault.ERROR_BEFORE: 1,
    Fault.ERROR_AFTER: 3,
    Fault.TOO_MANY: 2,
}
SLOW_S = 0.1


@contextmanager
def provider_process(folder: Path, *, seed: int) -> Iterator[str]:
    """Run a provider with faults drawn from `seed` until the block ends; yields its address."""
    command = [sys.executable, "-m", "tests.crash.provider_process", str(folder), str(seed)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            process.wait(10)


def main(folder: str, seed: str) -> None:
    draw = random.Random(int(seed))

    def pick() -> Fault:
        return draw.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]

    with running_provider(Path(folder)) as provider:
        provider.faults = Faults(pick=pick, slow_s=SLOW_S, list_lags_s=LIST_LAGS.total_seconds())
        print(provider.url, flush=True)  # noqa: T201 how whoever started it learns the address
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
