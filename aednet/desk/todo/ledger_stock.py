"""Cabinets of which something has yet to be entered at HartslagNu."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from aednet.base.urgency import Spot
from aednet.cabinets.ledger.queries import count_open, count_open_by_area, list_open
from aednet.desk.todo.stock import MOST, Line, Scope
from aednet.desk.todo.urgency import Band, Kind, Place, Source


class LedgerStock:
    """What HartslagNu does not have yet, a line a cabinet."""

    def shelves(self, scope: Scope) -> Sequence[Source[Line]]:
        """Return the one shelf."""
        return [LedgerShelf(scope=scope)]

    def count(self, scope: Scope) -> Counter[Kind]:
        """Return of how many cabinets something is to be entered."""
        return Counter({Kind.LEDGER: count_open(scope.session, within=scope.within, most=MOST)})

    def count_by_area(self, scope: Scope, area_ids: Collection[int]) -> Counter[int]:
        """Return of how many cabinets of each area something is to be entered."""
        return count_open_by_area(scope.session, within=area_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerShelf:
    """Those cabinets, the most pressing first."""

    scope: Scope
    kind: Kind = Kind.LEDGER
    band: Band = Band.SOON

    def find(self, *, after: Spot | None, limit: int) -> Sequence[Line]:
        """Return at most `limit` of them behind a spot."""
        found = list_open(self.scope.session, within=self.scope.within, after=after, limit=limit)
        return [
            Line(
                place=Place(band=self.band, at=cabinet.at, kind=self.kind, id=cabinet.id),
                area_id=cabinet.area_id,
                facts=cabinet,
            )
            for cabinet in found
        ]
