"""What every room may ask of the running application: its settings, clock and keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import Flask, current_app

if TYPE_CHECKING:
    from aednet.base.clock import Clock
    from aednet.base.encryption import KeyRing
    from aednet.config import Settings

EXTENSION = "aednet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The parts that `create_app` puts together once."""

    settings: Settings
    clock: Clock
    keyring: KeyRing


def attach(app: Flask, context: Context) -> None:
    """Make `context` what `current()` returns inside `app`."""
    app.extensions[EXTENSION] = context


def current() -> Context:
    """Return the context of the application that is handling this request or command."""
    return cast("Context", current_app.extensions[EXTENSION])


def is_demo() -> bool:
    """Tell whether this is the demo, in which whatever is added is invented too."""
    return current().settings.demo
