"""What the budget shows of some areas: their costs year by year, and what they come to together."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from aednet.areas.names import AreaName
from aednet.cabinets.costs.order_queries import Supply
from aednet.cabinets.costs.queries import holdings
from aednet.cabinets.costs.rules import YEARS_AHEAD, Forecast, Prices, forecast, total
from aednet.cabinets.rules import ConsumableKind


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetView:
    """The costs of some areas, at most a page of them, and of all of those together."""

    years: range
    areas: Sequence[tuple[AreaName, Forecast]]
    total: Forecast


def view_budget(session: Session, areas: Sequence[AreaName], prices: Prices, *, today: date) -> BudgetView:
    """Work out what each of these areas costs."""
    held = holdings(session, [area.id for area in areas], today=today)
    rows = [(area, forecast(held[area.id], prices, first_year=today.year)) for area in areas]
    return BudgetView(
        years=range(today.year, today.year + YEARS_AHEAD),
        areas=rows,
        total=total(costs for _, costs in rows),
    )


def by_model(supplies: Sequence[Supply]) -> list[tuple[ConsumableKind, str | None, int]]:
    """Return how many of each kind are wanted for each model, the kinds in their order, the most first."""
    counts = Counter((supply.kind, supply.model) for supply in supplies)
    ranked = sorted(
        counts.items(), key=lambda item: (list(ConsumableKind).index(item[0][0]), -item[1], item[0][1] or "")
    )
    return [(kind, model, count) for (kind, model), count in ranked]
