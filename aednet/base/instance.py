"""The instance folder: where one installation keeps its database and its keys."""

import base64
import os
import secrets
import tempfile
from pathlib import Path

from aednet.config import KEY_BYTES, Settings

KEY_FILE = "secret_keys"


def prepare_instance(settings: Settings) -> None:
    """Create the instance folder, readable by its owner alone. Repeating it changes nothing."""
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)


def secret_keys(settings: Settings) -> tuple[bytes, ...]:
    """Return the keys, newest first: from the settings, else from the instance, created once.

    Processes that start at the same moment agree on one key: the file appears whole or not at all.
    """
    encoded = settings.secret_keys or _stored_keys(settings.instance / KEY_FILE)
    return tuple(base64.urlsafe_b64decode(key) for key in encoded)


def _stored_keys(path: Path) -> tuple[str, ...]:
    if not path.exists():
        _create_key_file(path)
    return Settings.model_validate({"secret_keys": path.read_text().strip()}).secret_keys


def _create_key_file(path: Path) -> None:
    key = base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".key-")  # mode 600
    try:
        with os.fdopen(descriptor, "w") as stream:
            stream.write(key + "\n")
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first; its key holds
    finally:
        Path(draft).unlink()
