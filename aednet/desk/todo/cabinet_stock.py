"""What is to be done with cabinets themselves."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from aednet.base.urgency import Spot
from aednet.cabinets.todo.queries import (
    HOURS_MISSING,
    STATE_MISSING,
    UNGUARDED,
    Due,
    checks_due,
    checks_overdue,
    child_pads_lapsed,
    child_pads_lapsing,
    count_due,
    count_due_by_area,
    devices_nearing,
    devices_past,
    list_due,
    out_of_service,
    supplies_lapsing,
)
from aednet.desk.todo.stock import MOST, Line, Scope
from aednet.desk.todo.urgency import Band, Kind, Place, Source


class CabinetStock:
    """Cabinets that are out of service or will be, to be checked, to be looked after, or not fully known."""

    def shelves(self, scope: Scope) -> Sequence[Source[Line]]:
        """Return the shelves."""
        return [
            CabinetShelf(scope=scope, kind=kind, band=band, due=due)
            for kind, band, due in _lists(scope.today)
        ]

    def count(self, scope: Scope) -> Counter[Kind]:
        """Return how many things there are of each kind."""
        lists = _lists(scope.today)
        dues = [due for _, _, due in lists]
        counts: Counter[Kind] = Counter()
        held = count_due(scope.session, dues, within=scope.within, most=MOST)
        for (kind, _, _), count in zip(lists, held, strict=True):
            counts[kind] += count
        return counts

    def count_by_area(self, scope: Scope, area_ids: Collection[int]) -> Counter[int]:
        """Return how many things there are in each area."""
        dues = [due for _, _, due in _lists(scope.today)]
        return count_due_by_area(scope.session, dues, within=area_ids)


def _lists(today: date) -> Sequence[tuple[Kind, Band, Due]]:
    return (
        (Kind.OUT_OF_SERVICE, Band.OUT, out_of_service(today)),
        (Kind.UNKNOWN, Band.OUT, STATE_MISSING),
        (Kind.CHECK, Band.LATE, checks_overdue(today)),
        (Kind.CHECK, Band.SOON, checks_due(today)),
        (Kind.SUPPLIES, Band.SOON, supplies_lapsing(today)),
        (Kind.CHILD_PADS, Band.LATE, child_pads_lapsed(today)),
        (Kind.CHILD_PADS, Band.SOON, child_pads_lapsing(today)),
        (Kind.DEVICE, Band.LATE, devices_past(today)),
        (Kind.DEVICE, Band.SOON, devices_nearing(today)),
        (Kind.GUARDIAN, Band.LOOSE, UNGUARDED),
        (Kind.HOURS, Band.LOOSE, HOURS_MISSING),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CabinetShelf:
    """Cabinets with which the same is to be done."""

    scope: Scope
    kind: Kind
    band: Band
    due: Due

    def find(self, *, after: Spot | None, limit: int) -> Sequence[Line]:
        """Return at most `limit` of them behind a spot, in order."""
        found = list_due(self.scope.session, self.due, within=self.scope.within, after=after, limit=limit)
        return [
            Line(
                place=Place(band=self.band, at=cabinet.at, kind=self.kind, id=cabinet.id),
                area_id=cabinet.area_id,
                facts=cabinet,
            )
            for cabinet in found
        ]
