"""Certificates that lapse: one line an area, for the people themselves have pages of their own."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from aednet.base.urgency import NEVER, Spot
from aednet.desk.todo.stock import MOST, Line, Scope
from aednet.desk.todo.urgency import Band, Kind, Place, Source
from aednet.volunteers.todo_queries import (
    NOWHERE,
    Lapsing,
    areas_with_lapsing,
    certificates_lapsed,
    certificates_lapsing,
    list_lapsing,
)


class CertificateStock:
    """Certificates of responders, for whoever may see people."""

    def shelves(self, scope: Scope) -> Sequence[Source[Line]]:
        """Return the shelves."""
        return [CertificateShelf(scope=scope, band=band, lapsing=lapsing) for band, lapsing in _lists(scope)]

    def count(self, scope: Scope) -> Counter[Kind]:
        """Return how many lines there are."""
        return Counter(
            {
                Kind.CERTIFICATE: sum(
                    len(areas_with_lapsing(scope.session, lapsing, within=scope.within, limit=MOST))
                    for _, lapsing in _lists(scope)
                )
            }
        )

    def count_by_area(self, scope: Scope, area_ids: Collection[int]) -> Counter[int]:
        """Return how many lines there are of each area."""
        return Counter(
            area_id
            for _, lapsing in _lists(scope)
            for area_id in areas_with_lapsing(scope.session, lapsing, within=area_ids, limit=len(area_ids))
        )


def _lists(scope: Scope) -> Sequence[tuple[Band, Lapsing]]:
    if not scope.sees_people:
        return ()
    return (
        (Band.LATE, certificates_lapsed(scope.today)),
        (Band.SOON, certificates_lapsing(scope.today)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateShelf:
    """Areas in which certificates lapse; they stand behind what has a day of its own."""

    scope: Scope
    band: Band
    lapsing: Lapsing
    kind: Kind = Kind.CERTIFICATE

    def find(self, *, after: Spot | None, limit: int) -> Sequence[Line]:
        """Return at most `limit` of them behind a spot, by area."""
        found = list_lapsing(
            self.scope.session,
            self.lapsing,
            within=self.scope.within,
            after=after.id if after is not None and after.at == NEVER else None,
            limit=limit,
            most=MOST,
        )
        return [
            Line(
                place=Place(band=self.band, at=NEVER, kind=self.kind, id=some.area_id or NOWHERE),
                area_id=some.area_id,
                facts=some,
            )
            for some in found
        ]
