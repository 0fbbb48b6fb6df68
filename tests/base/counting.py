"""Processes that each raise one counter so often, all at once; run as a process without threads."""

import os
import sys

from aednet.app import create_app
from aednet.base.revisions import Counter, Revision
from aednet.base.transactions import transaction
from aednet.config import Settings
from tests.forks import all_end_well


def raise_counter(times: int) -> None:
    """Read the counter, and write it one higher, so often."""
    for _ in range(times):
        with transaction() as session:
            row = session.get(Revision, Counter.NETWORK.value, with_for_update=True)
            assert row is not None
            row.value += 1


def main(processes: str, times: str) -> None:
    with create_app(Settings.from_environment(os.environ)).app_context():
        sys.exit(not all_end_well(int(processes), lambda _number: raise_counter(int(times))))


if __name__ == "__main__":
    main(*sys.argv[1:])
