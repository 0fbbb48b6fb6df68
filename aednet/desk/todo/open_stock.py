"""What happened at cabinets and waits to be dealt with: reports of people, uses, findings of checks."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from aednet.base.urgency import Spot
from aednet.cabinets.todo.open import (
    FINDINGS,
    REPORTS,
    USES,
    OpenTable,
    count_open,
    count_open_by_area,
    list_open,
)
from aednet.desk.todo.stock import MOST, Line, Scope
from aednet.desk.todo.urgency import Band, Kind, Place, Source

TABLES: Final = (
    (Kind.REPORT, Band.WAITING, REPORTS),
    (Kind.AFTER_USE, Band.WAITING, USES),
    (Kind.FINDING, Band.LATE, FINDINGS),
)


class OpenStock:
    """Rows that are open until somebody closes them."""

    def shelves(self, scope: Scope) -> Sequence[Source[Line]]:
        """Return a shelf for each table."""
        return [OpenShelf(scope=scope, kind=kind, band=band, table=table) for kind, band, table in TABLES]

    def count(self, scope: Scope) -> Counter[Kind]:
        """Return how many rows are open of each table."""
        return Counter(
            {
                kind: count_open(scope.session, table, within=scope.within, most=MOST)
                for kind, _, table in TABLES
            }
        )

    def count_by_area(self, scope: Scope, area_ids: Collection[int]) -> Counter[int]:
        """Return how many rows are open in each area."""
        counts: Counter[int] = Counter()
        for _, _, table in TABLES:
            counts += count_open_by_area(scope.session, table, within=area_ids)
        return counts


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenShelf:
    """The open rows of one table."""

    scope: Scope
    kind: Kind
    band: Band
    table: OpenTable

    def find(self, *, after: Spot | None, limit: int) -> Sequence[Line]:
        """Return at most `limit` of them behind a spot, the oldest first."""
        found = list_open(self.scope.session, self.table, within=self.scope.within, after=after, limit=limit)
        return [
            Line(
                place=Place(band=self.band, at=row.at, kind=self.kind, id=row.id),
                area_id=row.area_id,
                facts=row,
            )
            for row in found
        ]
