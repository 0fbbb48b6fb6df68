"""Which thing is more urgent than which: by band, in a band the longest waiting first. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from heapq import merge
from itertools import islice
from typing import Generic, Protocol, TypeVar

from aednet.base.database import LARGEST_ID
from aednet.base.paging import Page, page_of
from aednet.base.urgency import BEFORE_ALL_IDS, Spot


class Band(IntEnum):
    """How urgent a thing is. The numbers are ranks, and stand in the addresses of pages."""

    WAITING = 0  # somebody waits for an answer, or an AED for whoever fetches it back
    OUT = 1  # an AED that cannot be relied upon
    LATE = 2  # should have been done by now
    SOON = 3  # its day has come, or comes soon
    LOOSE = 4  # has no day


class Kind(StrEnum):
    """What is to be done, in the order in which things of one band and instant stand."""

    AFTER_USE = "after_use"
    REPORT = "report"
    REPLY = "reply"
    CIRCUIT = "circuit"
    OUT_OF_SERVICE = "out_of_service"
    UNKNOWN = "unknown"
    CHECK = "check"
    FINDING = "finding"
    SUPPLIES = "supplies"
    LEDGER = "ledger"
    CHILD_PADS = "child_pads"
    DEVICE = "device"
    DOUBT = "doubt"
    HELD = "held"
    CERTIFICATE = "certificate"
    GUARDIAN = "guardian"
    HOURS = "hours"


RANK = {kind: rank for rank, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a thing stands in the whole list."""

    band: Band
    at: datetime
    kind: Kind
    id: int

    @property
    def key(self) -> tuple[Band, datetime, int, int]:
        """What the whole list is sorted by. No two things share one."""
        return self.band, self.at, RANK[self.kind], self.id


class Placed(Protocol):
    """A thing that has a place."""

    @property
    def place(self) -> Place:
        """Where it stands."""


Thing = TypeVar("Thing", bound=Placed)
Found_co = TypeVar("Found_co", bound=Placed, covariant=True)


class Source(Protocol, Generic[Found_co]):
    """Where the things of one kind and band come from."""

    @property
    def kind(self) -> Kind:
        """Of which kind they are."""

    @property
    def band(self) -> Band:
        """In which band they stand."""

    def find(self, *, after: Spot | None, limit: int) -> Sequence[Found_co]:
        """Return at most `limit` of them behind a spot, in order."""


def page_of_all(sources: Sequence[Source[Thing]], *, after: Place | None, limit: int) -> Page[Thing, Place]:
    """Return the page of `limit` things behind a place of the whole list.

    No source is asked for more than one thing beyond the page, and none whose band the page does not reach.
    """
    found = list(islice(_in_order(sources, after=after, limit=limit + 1), limit + 1))
    return page_of(found, limit=limit, place_of=lambda thing: thing.place)


def _in_order(sources: Sequence[Source[Thing]], *, after: Place | None, limit: int) -> Iterator[Thing]:
    for band in Band:
        if after is None or band >= after.band:
            lists = [
                source.find(after=spot_behind(after, source), limit=limit)
                for source in sources
                if source.band is band
            ]
            yield from merge(*lists, key=lambda thing: thing.place.key)


def spot_behind(after: Place | None, source: Source[Placed]) -> Spot | None:
    """Return the last spot of a source's own list that does not lie behind a place of the whole."""
    if after is None or after.band < source.band:
        return None
    rank, other = RANK[source.kind], RANK[after.kind]
    if rank == other:
        return Spot(at=after.at, id=after.id)
    return Spot(at=after.at, id=BEFORE_ALL_IDS if rank > other else LARGEST_ID)
