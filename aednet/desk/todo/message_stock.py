"""Messages that wait for a person, for whoever may see people; nobody is named here."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from aednet.base.urgency import NEVER, Spot
from aednet.desk.todo.stock import MOST, Line, Scope
from aednet.desk.todo.urgency import Band, Kind, Place, Source
from aednet.messaging.queries import list_unread
from aednet.messaging.rules import State
from aednet.messaging.todo_queries import (
    NOWHERE,
    areas_standing,
    count_unread,
    count_unread_by_area,
    find_resting,
    list_standing,
)

STANDING: Final = ((Kind.DOUBT, State.NEEDS_REVIEW), (Kind.HELD, State.HELD))


class MessageStock:
    """Replies to be read, messages in doubt or held, and routes that rest."""

    def shelves(self, scope: Scope) -> Sequence[Source[Line]]:
        """Return the shelves."""
        if not scope.sees_people:
            return ()
        shelves: list[Source[Line]] = [
            UnreadShelf(scope=scope),
            *(StandingShelf(scope=scope, kind=kind, state=state) for kind, state in STANDING),
        ]
        return [*shelves, CircuitShelf(scope=scope)] if scope.within is None else shelves

    def count(self, scope: Scope) -> Counter[Kind]:
        """Return how many lines there are of each kind."""
        if not scope.sees_people:
            return Counter()
        counts = Counter({Kind.REPLY: count_unread(scope.session, within=scope.within, most=MOST)})
        for kind, state in STANDING:
            counts[kind] = len(areas_standing(scope.session, state, within=scope.within, limit=MOST))
        if scope.within is None:
            counts[Kind.CIRCUIT] = int(find_resting(scope.session, now=scope.now) is not None)
        return counts

    def count_by_area(self, scope: Scope, area_ids: Collection[int]) -> Counter[int]:
        """Return how many lines there are of each area."""
        if not scope.sees_people:
            return Counter()
        counts = count_unread_by_area(scope.session, within=area_ids)
        for _, state in STANDING:
            counts += Counter(areas_standing(scope.session, state, within=area_ids, limit=len(area_ids)))
        return counts


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadShelf:
    """What people wrote and nobody has read, the oldest first."""

    scope: Scope
    kind: Kind = Kind.REPLY
    band: Band = Band.WAITING

    def find(self, *, after: Spot | None, limit: int) -> Sequence[Line]:
        """Return at most `limit` of them behind a spot."""
        found = list_unread(self.scope.session, within=self.scope.within, after=after, limit=limit)
        return [
            Line(
                place=Place(band=self.band, at=one.received_at, kind=self.kind, id=one.id),
                area_id=one.area_id,
                facts=one,
            )
            for one in found.rows
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingShelf:
    """Areas with messages that do not get on by themselves; they stand behind what has a day of its own."""

    scope: Scope
    kind: Kind
    state: State
    band: Band = Band.LATE

    def find(self, *, after: Spot | None, limit: int) -> Sequence[Line]:
        """Return at most `limit` of them behind a spot, by area."""
        found = list_standing(
            self.scope.session,
            self.state,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitShelf:
    """One line where sending rests, for those who answer for the whole network."""

    scope: Scope
    kind: Kind = Kind.CIRCUIT
    band: Band = Band.OUT

    def find(self, *, after: Spot | None, limit: int) -> Sequence[Line]:
        """Return the line, if it lies behind a spot."""
        resting = find_resting(self.scope.session, now=self.scope.now)
        if resting is None or limit < 1:
            return ()
        place = Place(band=self.band, at=resting.since, kind=self.kind, id=NOWHERE)
        if after is not None and Spot(at=place.at, id=place.id) <= after:
            return ()
        return [Line(place=place, area_id=None, facts=resting)]
