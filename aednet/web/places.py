"""Where a page of a list begins, as it stands in an address: parts of a sort key joined by tildes."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote, unquote

from aednet.base.database import LARGEST_ID
from aednet.base.errors import NotFound

JOINT = "~"

Part = str | int | date


def write_place(*parts: Part) -> str:
    """Return a sort key as one text: `2026-11-24~17`."""
    return JOINT.join(quote(str(part), safe="").replace(JOINT, "%7E") for part in parts)


def read_place(text: str, *kinds: Callable[[str], Any]) -> tuple[Any, ...]:
    """Return the parts of a sort key, each read by its kind: `read_day`, `read_instant`, `read_id` or `str`.

    Raises:
        NotFound: no page of ours leads to such a place.
    """
    parts = text.split(JOINT)
    if len(parts) != len(kinds):
        raise NotFound("There is no such page.")
    try:
        return tuple(kind(unquote(part)) for kind, part in zip(kinds, parts, strict=True))
    except ValueError as error:
        raise NotFound("There is no such page.") from error


def read_day(text: str) -> date:
    """Read a day.

    Raises:
        ValueError: it is none.
    """
    return date.fromisoformat(text)


def read_instant(text: str) -> datetime:
    """Read an instant, which says how far it is from UTC.

    Raises:
        ValueError: it is none.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("has no offset")
    return instant.astimezone(UTC)


def read_id(text: str) -> int:
    """Read the number of a row.

    Raises:
        ValueError: no row can have it.
    """
    if not (text.isascii() and text.isdecimal() and int(text[:11]) <= LARGEST_ID):
        raise ValueError("is no number of a row")
    return int(text)
