"""What keeping cabinets will cost, from what lapses when and how long new ones last. Pure; money in cents."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from aednet.cabinets.rules import ConsumableKind


class PriceKind(StrEnum):
    """What costs money."""

    PADS_ADULT = "pads_adult"
    PADS_CHILD = "pads_child"
    BATTERY = "battery"
    DEVICE = "device"
    TEST = "test"  # the yearly one by somebody from outside
    MESSAGE = "message"  # a segment of an SMS


class OrderState(StrEnum):
    """Where an order stands."""

    ORDERED = "ordered"
    RECEIVED = "received"
    CANCELLED = "cancelled"


YEARS_AHEAD: Final = 5  # this one and the next four
PRICE_OF: Final = {
    ConsumableKind.PADS_ADULT: PriceKind.PADS_ADULT,
    ConsumableKind.PADS_CHILD: PriceKind.PADS_CHILD,
    ConsumableKind.BATTERY: PriceKind.BATTERY,
}
ASSUMED_CENTS: Final = {  # assumptions, and the pages say so until somebody fills in what they pay
    PriceKind.PADS_ADULT: 7_500,
    PriceKind.PADS_CHILD: 9_500,
    PriceKind.BATTERY: 25_000,
    PriceKind.DEVICE: 150_000,
    PriceKind.TEST: 6_000,
    PriceKind.MESSAGE: 9,
}
TESTS_A_YEAR: Final = 1  # AED Keurmerk
# Segments, of which a message takes two. A guardian hears of each monthly check; guardian and coordinator
# hear of each date four times, which is every two years for pads and every four for a battery. A volunteer
# hears of the refresher four times a year, and once on the day before it.
MESSAGES_A_CABINET: Final = 2 * (12 + 4 + 2)
MESSAGES_A_VOLUNTEER: Final = 2 * (4 + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapsing:
    """So many of a kind, in devices of one model, that are to be replaced in the year they lapse.

    New ones last `life_years`, at least one.
    """

    kind: PriceKind
    model: str | None
    year: int
    life_years: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What an area has to keep. `devices` are those in use, `cabinets` those that are looked after."""

    lapsing: Sequence[Lapsing]
    devices: int
    cabinets: int
    volunteers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What one of each kind costs; a model that has no price of its own costs what any does."""

    of_any: Mapping[PriceKind, int]
    of_model: Mapping[tuple[PriceKind, str], int]

    def cents(self, kind: PriceKind, model: str | None = None) -> int:
        """Return what one costs."""
        own = None if model is None else self.of_model.get((kind, model))
        return self.of_any.get(kind, ASSUMED_CENTS[kind]) if own is None else own


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """How many of a kind a year asks for, and what they cost together."""

    count: int = 0
    cents: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(count=self.count + other.count, cents=self.cents + other.cents)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What some years are expected to cost, by year and kind; what costs nothing is left out."""

    costs: Mapping[tuple[int, PriceKind], Cost]

    def of(self, year: int, kind: PriceKind) -> Cost:
        """Return what a kind costs in a year."""
        return self.costs.get((year, kind), Cost())

    def cents(self, year: int) -> int:
        """Return what a year costs."""
        return sum(cost.cents for (of_year, _), cost in self.costs.items() if of_year == year)


def replacement_years(lapsing: Lapsing, *, first_year: int) -> list[int]:
    """Return the years in which it is replaced: when it lapses, and again whenever a new one has lived.

    What lapsed before `first_year` and is there still is replaced in that year.
    """
    return list(range(max(lapsing.year, first_year), first_year + YEARS_AHEAD, lapsing.life_years))


def forecast(holding: Holding, prices: Prices, *, first_year: int) -> Forecast:
    """Return what keeping all this is expected to cost in `first_year` and the next four years."""
    costs: dict[tuple[int, PriceKind], Cost] = {}

    def add(year: int, kind: PriceKind, count: int, model: str | None = None) -> None:
        if count:
            cost = Cost(count=count, cents=count * prices.cents(kind, model))
            costs[year, kind] = costs.get((year, kind), Cost()) + cost

    for one in holding.lapsing:
        for year in replacement_years(one, first_year=first_year):
            add(year, one.kind, one.count, one.model)
    messages = holding.cabinets * MESSAGES_A_CABINET + holding.volunteers * MESSAGES_A_VOLUNTEER
    for year in range(first_year, first_year + YEARS_AHEAD):
        add(year, PriceKind.TEST, holding.devices * TESTS_A_YEAR)
        add(year, PriceKind.MESSAGE, messages)
    return Forecast(costs=costs)


def total(forecasts: Iterable[Forecast]) -> Forecast:
    """Return what several areas cost together."""
    costs: dict[tuple[int, PriceKind], Cost] = {}
    for one in forecasts:
        for key, cost in one.costs.items():
            costs[key] = costs.get(key, Cost()) + cost
    return Forecast(costs=costs)
