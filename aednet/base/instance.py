"""The instance folder: where one installation keeps its database and its keys."""

import base64
import os
import secrets
import tempfile
from pathlib import Path

from pydantic import ValidationError

from aednet.config import KEY_BYTES, SQLITE_FILE, InvalidSettings, Settings

KEY_FILE = "secret_keys"
RESTORING = "restoring"


def prepare_instance(settings: Settings) -> None:
    """Create the instance folder and the database's file in it, for their owner alone. Repeatable."""
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not settings.database_url:
        (settings.instance / SQLITE_FILE).touch(mode=0o600, exist_ok=True)


def restore_mark(settings: Settings) -> Path:
    """Return the file that is there while a restore is not yet at its end: nothing is served or sent then."""
    return settings.instance / RESTORING


def secret_keys(settings: Settings) -> tuple[bytes, ...]:
    """Return the keys, newest first: from the settings, else from the instance, created once.

    Processes that start at the same moment agree on one key: the file appears whole or not at all.
    """
    encoded = settings.secret_keys or _stored_keys(settings.instance / KEY_FILE)
    return tuple(base64.urlsafe_b64decode(key) for key in encoded)


def _stored_keys(path: Path) -> tuple[str, ...]:
    if not path.exists():
        _create_key_file(path)
    try:
        return Settings.model_validate({"secret_keys": path.read_text().strip()}).secret_keys
    except ValidationError:
        raise InvalidSettings(f"{path}: holds something else than {KEY_BYTES}-byte keys in base64") from None


def _create_key_file(path: Path) -> None:
    """Write the first key, through to the disk: a database that outlives its key is lost."""
    key = base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".key-")  # mode 600
    try:
        with os.fdopen(descriptor, "w") as stream:
            stream.write(key + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.link(draft, path)
        _sync_folder(path.parent)
    except FileExistsError:
        pass  # another process was first; its key holds
    finally:
        Path(draft).unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
