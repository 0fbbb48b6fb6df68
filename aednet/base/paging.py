"""Pages of a list by key, never by number: the last one costs what the first one does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")
Place = TypeVar("Place")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row, Place]):
    """Some rows of a list in its order; `next_after` is behind which place the next page begins, if any."""

    rows: tuple[Row, ...]
    next_after: Place | None


def page_of(found: Sequence[Row], *, limit: int, place_of: Callable[[Row], Place]) -> Page[Row, Place]:
    """Return the page of `limit` rows that begins `found`, of which one more was asked for."""
    rows = tuple(found[:limit])
    return Page(rows=rows, next_after=place_of(rows[-1]) if len(found) > limit else None)
