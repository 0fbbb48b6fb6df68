from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from aednet.cabinets.costs.rules import (
    ASSUMED_CENTS,
    YEARS_AHEAD,
    Holding,
    Lapsing,
    PriceKind,
    Prices,
    forecast,
    replacement_years,
    total,
)

FIRST = 2026
YEARS = range(FIRST, FIRST + YEARS_AHEAD)
ASSUMED = Prices(of_any={}, of_model={})

lapsing = st.builds(
    Lapsing,
    kind=st.sampled_from([PriceKind.PADS_ADULT, PriceKind.PADS_CHILD, PriceKind.BATTERY, PriceKind.DEVICE]),
    model=st.sampled_from([None, "Voorbeeld AED 100", "Fictief F1"]),
    year=st.integers(FIRST - 5, FIRST + 9),
    life_years=st.integers(1, 10),
    count=st.integers(0, 2_000),
)
holdings = st.builds(
    Holding,
    lapsing=st.lists(lapsing, max_size=6),
    devices=st.integers(0, 2_000),
    cabinets=st.integers(0, 2_000),
    volunteers=st.integers(0, 20_000),
)
prices = st.builds(
    Prices,
    of_any=st.dictionaries(st.sampled_from(PriceKind), st.integers(0, 1_000_000)),
    of_model=st.dictionaries(
        st.tuples(st.sampled_from(PriceKind), st.just("Fictief F1")), st.integers(0, 1_000_000)
    ),
)


def together(held: Sequence[Holding]) -> Holding:
    return Holding(
        lapsing=[one for holding in held for one in holding.lapsing],
        devices=sum(holding.devices for holding in held),
        cabinets=sum(holding.cabinets for holding in held),
        volunteers=sum(holding.volunteers for holding in held),
    )


@given(st.lists(holdings, max_size=4), prices)
def test_what_areas_cost_adds_up_to_what_all_of_them_cost(held: list[Holding], prices: Prices) -> None:
    summed = total(forecast(one, prices, first_year=FIRST) for one in held)
    whole = forecast(together(held), prices, first_year=FIRST)
    for year in YEARS:
        assert summed.cents(year) == whole.cents(year)
        for kind in PriceKind:
            assert summed.of(year, kind) == whole.of(year, kind)


@given(holdings, holdings, prices)
def test_no_cost_is_below_zero_and_another_cabinet_never_lowers_it(
    held: Holding, more: Holding, prices: Prices
) -> None:
    before = forecast(held, prices, first_year=FIRST)
    after = forecast(together([held, more]), prices, first_year=FIRST)
    for year in YEARS:
        for kind in PriceKind:
            assert 0 <= before.of(year, kind).cents <= after.of(year, kind).cents


@given(lapsing)
def test_what_has_lapsed_is_replaced_now_and_each_new_one_when_it_has_lived(one: Lapsing) -> None:
    years = replacement_years(one, first_year=FIRST)
    assert all(year in YEARS for year in years)
    assert (max(one.year, FIRST) in years) == (one.year in range(FIRST - 5, FIRST + YEARS_AHEAD))
    assert all(later - earlier == one.life_years for earlier, later in pairwise(years))


def test_a_year_of_one_cabinet_is_worked_out_by_hand() -> None:
    holding = Holding(
        lapsing=[
            Lapsing(kind=PriceKind.PADS_ADULT, model="Fictief F1", year=2025, life_years=2, count=1),
            Lapsing(kind=PriceKind.BATTERY, model=None, year=2028, life_years=4, count=1),
        ],
        devices=1,
        cabinets=1,
        volunteers=3,
    )
    costs = forecast(
        holding, Prices(of_any={}, of_model={(PriceKind.PADS_ADULT, "Fictief F1"): 5_000}), first_year=FIRST
    )
    every_year = ASSUMED_CENTS[PriceKind.TEST] + (36 + 3 * 10) * ASSUMED_CENTS[PriceKind.MESSAGE]
    assert [costs.cents(year) - every_year for year in YEARS] == [5_000, 0, 5_000 + 25_000, 0, 5_000]


def test_the_price_of_a_model_goes_before_that_of_any_and_that_before_what_is_assumed() -> None:
    own = Prices(of_any={PriceKind.BATTERY: 2}, of_model={(PriceKind.BATTERY, "Fictief F1"): 1})
    assert own.cents(PriceKind.BATTERY, "Fictief F1") == 1
    assert own.cents(PriceKind.BATTERY, "Voorbeeld AED 100") == own.cents(PriceKind.BATTERY) == 2
    assert own.cents(PriceKind.DEVICE) == ASSUMED_CENTS[PriceKind.DEVICE] == ASSUMED.cents(PriceKind.DEVICE)
