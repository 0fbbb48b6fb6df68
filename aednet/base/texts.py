"""Texts as they come in from outside: trimmed, bounded, without characters that no person types."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints


def refuse_controls(text: str) -> str:
    """Return `text` unless it holds control characters other than line breaks and tabs.

    PostgreSQL cannot store NUL; bidirectional overrides could make a text read as something else.

    Raises:
        ValueError: it holds such a character, or half a surrogate pair.
    """
    for character in text:
        category = unicodedata.category(character)
        if (category == "Cc" and character not in "\n\r\t") or category == "Cs":
            raise ValueError("holds a control character")
        if character in BIDIRECTIONAL_OVERRIDES:
            raise ValueError("holds a character that reverses text")
    return text


BIDIRECTIONAL_OVERRIDES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def _one_line(text: str) -> str:
    return " ".join(text.split())


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(refuse_controls),
    AfterValidator(_one_line),
]
Note = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000),
    AfterValidator(refuse_controls),
]


def folded(text: str) -> str:
    """Return `text` as it is compared: without case, accents and signs, single spaces between words."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in plain.casefold()).split())
