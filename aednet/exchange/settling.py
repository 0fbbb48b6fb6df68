"""What lies on ground that changed hands, placed anew: cabinets, volunteers, training days, inhabitants."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from aednet.areas.queries import AreaFacts, area_locator
from aednet.areas.redrawing import ChangingGround
from aednet.areas.services import place_cells
from aednet.cabinets import placing as cabinets
from aednet.volunteers import placing as volunteers


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How many came into another area."""

    cabinets: int = 0
    volunteers: int = 0


def settle(
    session: Session, ground: ChangingGround, *, before: Iterable[AreaFacts], after: Sequence[AreaFacts]
) -> Settled:
    """Place anew whatever lies on ground that changes hands; nothing else can move.

    `after` are the areas that count, as they are stored by now.
    """
    if ground.box is None:
        return Settled()
    locator, concerned = area_locator(after), ids_of(ground, before)
    place_cells(session, locator, among=concerned)
    volunteers.place_trainings(session, locator, ground.box)
    return Settled(
        cabinets=cabinets.place_within(session, locator, ground.box),
        volunteers=volunteers.place_among(session, locator, concerned),
    )


def ids_of(ground: ChangingGround, areas: Iterable[AreaFacts]) -> list[int]:
    """Return the numbers of the areas on whose ground something changes."""
    return [area.id for area in areas if area.slug in ground.concerned]
