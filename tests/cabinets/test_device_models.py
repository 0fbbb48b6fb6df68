from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aednet.base.texts import folded
from aednet.cabinets.device_models import (
    MODELS,
    USUAL,
    battery_expires_on,
    installed_life,
    pads_expire_on,
    years_after,
)

DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))
YEARS = st.integers(1, 7)


@pytest.mark.parametrize(
    ("manufacturer", "model", "pads", "battery"),
    [
        ("Philips", "HeartStart FRx", 2, 4),
        ("philips", "HEARTSTART HS1 (OnSite)", 2, 4),
        ("Physio-Control", "LIFEPAK CR2", 4, 4),
        ("Stryker", "Lifepak CR Plus", 2, 2),
        ("HeartSine", "samaritan PAD 350P", 4, 4),
        ("ZOLL", "AED Plus", 5, 5),
        (None, "Zoll AED 3", 5, 5),
        ("Defibtech", "Lifeline VIEW", 2, 4),
        ("Defibtech", "Lifeline", 2, 5),
    ],
)
def test_a_model_is_known_however_it_is_written(
    manufacturer: str | None, model: str, pads: int, battery: int
) -> None:
    life = installed_life(manufacturer, model)
    assert (life.pads_years, life.battery_years, life.is_of_model) == (pads, battery, True)


@pytest.mark.parametrize("model", [None, "", "AED 100", "CR2", "HeartStart", "Zoll"])
def test_of_any_other_model_the_cautious_figures_hold(model: str | None) -> None:
    assert installed_life("Voorbeeld Medisch", model) == USUAL


def test_the_table_is_as_folded_as_what_it_is_compared_with_and_within_what_makers_publish() -> None:
    for one in MODELS:
        assert all(folded(word) == word for word in one.words)
        assert 2 <= one.life.pads_years <= 5
        assert 2 <= one.life.battery_years <= 6


@given(printed=st.none() | DAYS, before=st.none() | DAYS, installed=DAYS, years=YEARS)
def test_a_battery_never_lasts_beyond_its_life_nor_beyond_what_is_printed(
    printed: date | None, before: date | None, installed: date, years: int
) -> None:
    last = battery_expires_on(
        printed_on=printed, install_before_on=before, installed_on=installed, years=years
    )
    assert last <= years_after(installed, years)
    if before is not None and installed > before:
        assert last == before
    elif printed is not None:
        assert last <= printed
        assert last in {printed, years_after(installed, years)}
    else:
        assert last == years_after(installed, years)


@given(printed=DAYS, installed=DAYS, years=YEARS)
def test_pads_last_until_the_date_printed_on_them(printed: date, installed: date, years: int) -> None:
    assert pads_expire_on(printed_on=printed, installed_on=installed, years=years) == printed
    without = pads_expire_on(printed_on=None, installed_on=installed, years=years)
    assert without == years_after(installed, years)


@given(day=DAYS, years=YEARS)
def test_the_same_day_some_years_later_is_at_most_a_day_off(day: date, years: int) -> None:
    later = years_after(day, years)
    assert (later.year, later.month) == (day.year + years, day.month)
    assert day.day - later.day in {0, 1}
    assert later - day > timedelta(days=365 * years - 1)
