"""Who was erased, noted outside the database: so that no backup that is restored brings them back.

A file in the instance with the numbers of volunteers alone, one a line, to which is only ever added. It is
written before the erasure commits: whoever asked for it is erased after a restore, even if that failed.
"""

import os
from pathlib import Path
from typing import Final

from aednet.config import Settings

ERASED_FILE: Final = "erased"
END: Final = ";"


def note_erased(settings: Settings, volunteer_id: int) -> None:
    """Add a number, through to the disk."""
    path = _path(settings)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, f"\n{volunteer_id}{END}".encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_erased(settings: Settings) -> frozenset[int]:
    """Return the numbers of all who were erased. A line that a crash cut off counts for none."""
    path = _path(settings)
    if not path.exists():
        return frozenset()
    ended = (line.removesuffix(END) for line in path.read_text().splitlines() if line.endswith(END))
    return frozenset(int(number) for number in ended if number.isdecimal())


def _path(settings: Settings) -> Path:
    return settings.instance / ERASED_FILE
