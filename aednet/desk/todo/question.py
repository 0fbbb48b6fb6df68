"""What somebody asks the to-do page, as it stands in the address: which part of the list, and from where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from aednet.base.errors import NotFound
from aednet.desk.todo.urgency import Band, Kind, Place
from aednet.web.places import read_id, read_place, write_place


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which lines are asked for: of one area and one kind or of all, behind a place or from the beginning.

    `areas_after` is behind which area the list of areas begins.
    """

    area: str | None
    kind: Kind | None
    after: Place | None
    areas_after: str | None

    @classmethod
    def parse(cls, fields: Mapping[str, str]) -> Self:
        """Read a query; what is missing or empty asks for everything.

        Raises:
            NotFound: it asks for what no page of ours leads to.
        """
        kind, after = fields.get("soort"), fields.get("na")
        try:
            return cls(
                area=fields.get("smederij") or None,
                kind=Kind(kind) if kind else None,
                after=read_todo_place(after) if after else None,
                areas_after=fields.get("smederijen") or None,
            )
        except ValueError as error:
            raise NotFound("There is no such list.") from error


def write_todo_place(place: Place | None) -> str | None:
    """Return a place as it stands in an address."""
    if place is None:
        return None
    return write_place(int(place.band), place.at.isoformat(), place.kind, place.id)


def read_todo_place(text: str) -> Place:
    """Return the place that an address names.

    Raises:
        NotFound: no page of ours leads there.
    """
    band, at, kind, number = read_place(text, _read_band, _read_instant, Kind, read_id)
    return Place(band=band, at=at, kind=kind, id=number)


def _read_band(text: str) -> Band:
    return Band(read_id(text))


def _read_instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo != UTC:
        raise ValueError("places are written in UTC")
    return instant
