"""The short code that a message carries in its text: by it alone it is known again at the provider."""

import re
import secrets
from collections.abc import Collection
from typing import Final

LETTERS: Final = "ACDEFGHJKMNPQRTUVWXY"  # none that looks like a digit
DIGITS: Final = "346789"
PATTERN: Final = (LETTERS, DIGITS, LETTERS, DIGITS, LETTERS)  # never a word; 288,000 of them
SIGN: Final = "#"
WIDTH: Final = len(PATTERN) + len(SIGN) + 1  # septets that it adds to a text


def new_code(taken: Collection[str]) -> str:
    """Return a random code that is not among `taken`, those of other messages to the same number."""
    while (code := "".join(map(secrets.choice, PATTERN))) in taken:
        pass
    return code


def with_code(text: str, code: str) -> str:
    """Return a text with its code behind it."""
    return f"{text} {SIGN}{code}"


def carries(text: str, code: str) -> bool:
    """Tell whether a text carries this code."""
    return re.search(rf"{SIGN}{re.escape(code)}(?![A-Z0-9])", text) is not None
