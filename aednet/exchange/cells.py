"""What a cell says: texts, numbers and positions; read only where that is certain."""

import re
from math import isfinite
from typing import Final

from aednet.base.errors import InvalidValue
from aednet.exchange.tables import shorten
from aednet.geography.points import LatLon

EMPTY: Final = frozenset({"", "-", "na", "n/a", "null"})
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # what Excel may calculate
ESCAPE: Final = "'"


def write_text(text: str) -> str:
    """Return a text as a cell that no spreadsheet calculates and that `read_text` reads back exactly."""
    return ESCAPE + text if _needs_escape(text) else text


def read_text(cell: str) -> str | None:
    """Return the text in a cell, without the apostrophe of `write_text`; None where the cell says nothing."""
    text = cell.strip()
    if text.startswith(ESCAPE) and _needs_escape(text[1:]):
        return text[1:]
    return None if text.lower() in EMPTY else text


def _needs_escape(text: str) -> bool:
    """Tell whether a text would be calculated, or taken for nothing, or for an escaped text."""
    bare = text.lstrip(ESCAPE)
    return bare.startswith(FORMULA_STARTS) or bare.lower() in EMPTY - {""}


NUMBER: Final = re.compile(r"[+-]?\d{1,20}(?:[.,]\d{1,30})?(?:[eE][+-]?\d{1,3})?", re.ASCII)


def read_number(text: str) -> float:
    """Read a number with a decimal point or comma.

    Raises:
        InvalidValue: it is none, or not finite.
    """
    plain = text.strip().replace("\N{MINUS SIGN}", "-")
    number = float(plain.replace(",", ".")) if NUMBER.fullmatch(plain) else float("nan")
    if not isfinite(number):
        raise InvalidValue(f"{shorten(text)} is not a number")
    return number


_POINTED: Final = r"[+-]?\d{1,3}\.\d+"
_COMMAED: Final = r"[+-]?\d{1,3},\d+"
PAIRS: Final = (
    re.compile(rf"({_POINTED})\s*[,;\s]\s*({_POINTED})", re.ASCII),
    re.compile(rf"({_COMMAED})(?:\s*;\s*|,?\s+)({_COMMAED})", re.ASCII),
    re.compile(rf"({_COMMAED}),({_COMMAED})", re.ASCII),
)


def read_coordinates(text: str) -> LatLon:
    """Read a position in one cell, latitude first: `52.72,6.48`, `52,72; 6,48`, `52,72 6,48`.

    Both numbers need decimals: whole degrees are no place, and `52,6` could be one number.

    Raises:
        InvalidValue: it cannot be read with certainty, or is nowhere on the earth.
    """
    plain = text.strip().strip("()[]").strip().replace("\N{MINUS SIGN}", "-")
    for pattern in PAIRS:
        if found := pattern.fullmatch(plain):
            return LatLon(lat=read_number(found[1]), lon=read_number(found[2]))
    raise InvalidValue(
        f"{shorten(text)} is no position: write latitude and longitude, such as 52.7245,6.4788"
    )
