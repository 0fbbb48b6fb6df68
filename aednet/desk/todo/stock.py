"""What the list is made of: lines, in order on shelves, and the stocks that keep the shelves.

A room of the house is one stock, or several. A new one is written beside the others, and takes its place
in `everything.STOCKS`.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from sqlalchemy.orm import Session

from aednet.cabinets.ledger.queries import OpenCabinet
from aednet.cabinets.todo.open import OpenAtCabinet
from aednet.cabinets.todo.queries import CabinetToDo
from aednet.desk.todo.urgency import Kind, Place, Source
from aednet.messaging.queries import InboundRow
from aednet.messaging.todo_queries import CircuitsToDo, MessagesToDo
from aednet.volunteers.todo_queries import CertificatesToDo

MessageFacts = InboundRow | MessagesToDo | CircuitsToDo

MOST = 100  # counting stops here; pages then say "99+"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose things to do are meant. `within` is None for everything, also what lies in no area."""

    session: Session
    within: frozenset[int] | None
    sees_people: bool
    now: datetime
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing to do: where it stands in the list, in which area, and what there is to say of it."""

    place: Place
    area_id: int | None
    facts: CabinetToDo | OpenAtCabinet | OpenCabinet | CertificatesToDo | MessageFacts


class Stock(Protocol):
    """Some shelves that are counted together."""

    def shelves(self, scope: Scope) -> Sequence[Source[Line]]:
        """Return the shelves. None of them costs anything until it is looked at."""

    def count(self, scope: Scope) -> Counter[Kind]:
        """Return how many things there are of each kind, counting to `MOST`."""

    def count_by_area(self, scope: Scope, area_ids: Collection[int]) -> Counter[int]:
        """Return how many things there are in each of some areas, which are bounded."""
