"""Errors that the service can explain: each states the fact and carries a code.

What status a web answer gets and in which words a page says it, is decided in `app.py` alone.
"""

from collections.abc import Mapping
from typing import ClassVar


class AednetError(Exception):
    """A fact that stops a request; the message is one plain sentence without personal data."""

    code: ClassVar[str] = "error"


class InvalidValue(AednetError):
    """A value cannot be used. `fields` maps the name of each bad field to what is wrong with it."""

    code: ClassVar[str] = "invalid_value"

    def __init__(self, message: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields: Mapping[str, str] = fields or {}


class NotFound(AednetError):
    """What was asked for does not exist, or not for whoever asks."""

    code: ClassVar[str] = "not_found"


class Conflict(AednetError):
    """The change does not fit what is stored by now."""

    code: ClassVar[str] = "conflict"


class TemporarilyUnavailable(AednetError):
    """The service cannot answer now and may well answer soon."""

    code: ClassVar[str] = "temporarily_unavailable"
