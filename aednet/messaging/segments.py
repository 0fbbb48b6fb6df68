"""How many SMS a text costs. GSM 03.38 (3GPP TS 23.038), and UCS-2 for what it cannot write.

Of several segments, each loses six bytes to a header that puts them together again.
"""

from dataclasses import dataclass
from typing import Final

BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION: Final = frozenset("\f^{}\\[~]|€")  # each is written as two septets
SEPTETS_ALONE: Final = 160
SEPTETS_EACH: Final = 153
UNITS_ALONE: Final = 70  # of UCS-2, two bytes each
UNITS_EACH: Final = 67


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What a text takes: its units (septets, or 16-bit units if not `is_gsm`) and its segments."""

    is_gsm: bool
    units: int
    segments: int


def size_of(text: str) -> Size:
    """Return what a text takes; an empty one takes a segment too."""
    if all(sign in BASIC or sign in EXTENSION for sign in text):
        widths = [2 if sign in EXTENSION else 1 for sign in text]
        return Size(is_gsm=True, units=sum(widths), segments=_segments(widths, SEPTETS_ALONE, SEPTETS_EACH))
    widths = [len(sign.encode("utf-16-be")) // 2 for sign in text]
    return Size(is_gsm=False, units=sum(widths), segments=_segments(widths, UNITS_ALONE, UNITS_EACH))


def _segments(widths: list[int], alone: int, each: int) -> int:
    """Return how many segments hold signs of these widths, none of which is cut in two."""
    if sum(widths) <= alone:
        return 1
    segments, room = 1, each
    for width in widths:
        if width > room:
            segments, room = segments + 1, each
        room -= width
    return segments
