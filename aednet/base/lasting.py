"""What no backup that is restored may undo, noted outside the database: who was erased, who wrote STOP.

Each is a file in the instance to which lines are only ever added. A line is written before what it tells of
commits: after a restore it holds, even if the commit failed.
"""

import os
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final

from aednet.config import Settings

END: Final = ";"


class Lasting(StrEnum):
    """What is noted, by the name of its file."""

    ERASED = "erased"  # numbers of volunteers
    STOPPED = "stopped"  # keyed hashes of telephone numbers, and why; without a why, messages go there again


def note_lasting(settings: Settings, kind: Lasting, line: str) -> None:
    """Add a line, through to the disk."""
    descriptor = os.open(_path(settings, kind), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, f"\n{line}{END}".encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_lasting(settings: Settings, kind: Lasting) -> Sequence[str]:
    """Return all lines in their order, without any that a crash cut off."""
    path = _path(settings, kind)
    if not path.exists():
        return ()
    return tuple(line.removesuffix(END) for line in path.read_text().splitlines() if line.endswith(END))


def _path(settings: Settings, kind: Lasting) -> Path:
    return settings.instance / kind
