"""Whether a row tells of a cabinet that is stored already, or that an earlier row of the file told of."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from aednet.cabinets.known import (
    KnownCabinet,
    is_within_reach,
    known_at,
    known_by_key,
    known_by_ref,
)
from aednet.exchange.rows import CabinetRow, RefusedRow
from aednet.geography.points import LatLon


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The row that told of a cabinet first."""

    number: int
    fingerprint: int


class Recogniser:
    """Knows cabinets again, for rows of one file that come in batches, in order.

    A row is known by its `ref`, our own reference; without one by its `id` in the register that the
    file is from; else by name and position. A cabinet that the register knows by another id is another
    one, even in the same place.
    """

    def __init__(self, session: Session, *, source: str) -> None:
        """Begin with the first row of a file that is from the register `source`."""
        self._session = session
        self._source = source
        self._claims: dict[int, Claim] = {}

    def look_up(self, rows: Sequence[CabinetRow]) -> None:
        """Read what is stored of all cabinets that `rows`, the next ones, may be about."""
        refs = [row.ref for row in rows if row.ref is not None]
        keys = [row.key for row in rows if row.key is not None]
        self._by_ref = {known.ref: known for known in known_by_ref(self._session, refs)}
        self._by_key = {
            known.source_key: known for known in known_by_key(self._session, keys, source=self._source)
        }
        unsure = {row.place for row in rows if row.place and not self._is_sure(row)}
        self._by_name: dict[str, list[KnownCabinet]] = defaultdict(list)
        for known in known_at(self._session, list(unsure)):
            self._by_name[known.matching_name].append(known)
        self._refs: dict[str, Claim] = {}
        self._keys: dict[str, Claim] = {}
        self._places: dict[str, list[tuple[LatLon, Claim]]] = defaultdict(list)

    def find(self, row: CabinetRow) -> KnownCabinet | Claim | None:
        """Return the stored cabinet that a row is about, or which earlier row was about the same one.

        Raises:
            RefusedRow: the row contradicts itself: what it says by itself points at two cabinets.
        """
        if row.ref is not None:
            return self._find_by_ref(row, row.ref)
        if row.key is not None:
            return self._find_by_key(row, row.key)
        return self._find_by_place(row)

    def claim(self, row: CabinetRow, known: KnownCabinet | None) -> None:
        """Note that a row is about `known`, or about a new cabinet."""
        claim = Claim(number=row.number, fingerprint=row.fingerprint())
        if row.ref is not None:
            self._refs[row.ref] = claim
        if row.key is not None:
            self._keys[row.key] = claim
        if known is not None:
            self._claims[known.id] = claim
        elif row.place is not None:
            self._places[row.place.matching_name].append((row.place.position, claim))

    def stored(self, row: CabinetRow, cabinet_id: int) -> None:
        """Note the id under which a row's cabinet is stored now."""
        self._claims[cabinet_id] = Claim(number=row.number, fingerprint=row.fingerprint())

    def _find_by_ref(self, row: CabinetRow, ref: str) -> KnownCabinet | Claim | None:
        if ref in self._refs:
            return self._refs[ref]
        if known := self._by_ref.get(ref):
            return self._claims.get(known.id, known)
        if row.key is not None and row.key in self._keys:
            raise RefusedRow(f"has the id of row {self._keys[row.key].number}, but another ref")
        if other := self._by_key.get(row.key):
            raise RefusedRow(f"has the id of cabinet {other.ref}, but another ref")
        return None

    def _find_by_key(self, row: CabinetRow, key: str) -> KnownCabinet | Claim | None:
        if key in self._keys:
            return self._keys[key]
        known = self._by_key.get(key)
        if known is not None and known.id in self._claims:
            return self._claims[known.id]
        unclaimed = [near for near in self._near(row) if near.id not in self._claims]
        if known is not None:
            if unclaimed and not _is_there(row, known):
                raise RefusedRow(
                    f"has the id of cabinet {known.ref}, but name and place of cabinet {unclaimed[0].ref}"
                )
            return known
        return next((near for near in unclaimed if near.source != self._source), None)

    def _find_by_place(self, row: CabinetRow) -> KnownCabinet | Claim | None:
        near = sorted(self._near(row), key=lambda known: known.source == self._source)
        for known in near:
            if known.id not in self._claims:
                return known
        if near:
            return self._claims[near[0].id]
        if row.place is None:
            return None
        told, here = self._places.get(row.place.matching_name, []), row.place.position
        return next((claim for position, claim in told if is_within_reach(position, here)), None)

    def _near(self, row: CabinetRow) -> list[KnownCabinet]:
        if row.place is None:
            return []
        named, here = self._by_name.get(row.place.matching_name, []), row.place.position
        return [known for known in named if is_within_reach(known.position, here)]

    def _is_sure(self, row: CabinetRow) -> bool:
        """Tell whether a row is known without its place: by its ref, or by an id that its place confirms."""
        known = self._by_key.get(row.key)
        return row.ref is not None or (known is not None and _is_there(row, known))


def _is_there(row: CabinetRow, known: KnownCabinet) -> bool:
    return row.place is None or is_within_reach(row.place.position, known.position)
