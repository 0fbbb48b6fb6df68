"""The file of a backup: a zip of the database and a manifest, written whole or not at all.

The keys are not in it; what they are known by is, so that nobody restores what they could not read.
"""

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from aednet.base.errors import InvalidValue

FORMAT: Final = 1
MANIFEST, DATABASE = "manifest.json", "database"
PIECE: Final = 1_048_576


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup is of. `taken_at` is ISO 8601; `keys` are fingerprints; `sha256` is of the database."""

    format: int
    taken_at: str
    kind: str
    revision: str
    keys: tuple[str, ...]
    sha256: str


def write_archive(path: Path, database: Path, manifest: Manifest) -> None:
    """Write a backup, for its owner alone.

    Raises:
        InvalidValue: there is a file already.
    """
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".backup-")  # mode 600
    try:
        with os.fdopen(descriptor, "wb") as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
                archive.write(database, DATABASE)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(draft, path)
    except FileExistsError:
        raise InvalidValue(f"{path} is there already: name a file that is not.") from None
    finally:
        Path(draft).unlink()


def read_manifest(path: Path) -> Manifest:
    """Return what a backup is of.

    Raises:
        InvalidValue: it is no whole backup, or of a later version of aednet.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            given = json.loads(archive.read(MANIFEST))
            archive.getinfo(DATABASE)
        manifest = Manifest(**given | {"keys": tuple(given["keys"])})
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, EOFError):
        raise InvalidValue(f"{path} is no whole backup of aednet: nothing was changed.") from None
    if manifest.format != FORMAT:
        raise InvalidValue(f"{path} was made by a later version of aednet: update aednet first.")
    return manifest


def unpack_database(path: Path, manifest: Manifest, target: Path) -> None:
    """Write the database of a backup to `target`.

    Raises:
        InvalidValue: it is not what was put in.
    """
    try:
        with zipfile.ZipFile(path) as archive, archive.open(DATABASE) as packed, target.open("wb") as stream:
            shutil.copyfileobj(packed, stream, PIECE)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise InvalidValue(f"{path} is damaged: nothing was changed.") from None
    if digest_of(target) != manifest.sha256:
        raise InvalidValue(f"{path} is damaged: nothing was changed.")


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
