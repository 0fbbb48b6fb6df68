from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aednet.cabinets.care.checklist import DECISIVE, Answer, Item, Verdict, asked_on, contradicted, verdict
from tests.factories import TODAY

ANSWERS = st.dictionaries(st.sampled_from(Item), st.sampled_from(Answer))
ALL_OK = dict.fromkeys(Item, Answer.OK)


@given(ANSWERS)
def test_one_decisive_thing_amiss_fails_a_cabinet_and_nothing_else_does(answers: dict[Item, Answer]) -> None:
    amiss = {item for item, answer in answers.items() if answer is Answer.NOT_OK}
    assert (verdict(answers) is Verdict.FAILED) == bool(amiss & DECISIVE)


@given(ANSWERS)
def test_nothing_passes_unless_somebody_looked_at_all_that_is_decisive(answers: dict[Item, Answer]) -> None:
    if verdict(answers) is Verdict.PASSED:
        assert all(answers.get(item) is Answer.OK for item in DECISIVE)


@given(ANSWERS, st.sampled_from(Item))
def test_looking_at_one_thing_less_never_makes_a_cabinet_pass(
    answers: dict[Item, Answer], item: Item
) -> None:
    fewer = {known: answer for known, answer in answers.items() if known is not item}
    assert verdict(answers) is Verdict.PASSED or verdict(fewer) is not Verdict.PASSED or item not in DECISIVE


@pytest.mark.parametrize("item", [item for item in Item if item not in DECISIVE])
def test_what_only_wants_mending_does_not_take_an_aed_out_of_service(item: Item) -> None:
    assert verdict(ALL_OK | {item: Answer.NOT_OK}) is Verdict.PASSED


def test_the_heating_is_asked_after_in_frost_months_alone() -> None:
    months = [month for month in range(1, 13) if Item.HEATING in asked_on(date(2026, month, 15))]
    assert months == [1, 2, 3, 11, 12]
    assert set(asked_on(date(2026, 7, 1))) == set(Item) - {Item.HEATING}


@given(ANSWERS, st.dates(), st.dates(), st.dates())
def test_what_is_called_in_order_after_its_date_is_contradicted(
    answers: dict[Item, Answer], pads: date, battery: date, on: date
) -> None:
    found = contradicted(answers, pads_expire_on=pads, battery_expires_on=battery, on=on)
    expected = {item for item, day in ((Item.PADS, pads), (Item.BATTERY, battery)) if on > day}
    assert found == {item for item in expected if answers.get(item) is Answer.OK}


def test_on_its_very_date_it_is_in_order_still_and_an_unknown_date_contradicts_nothing() -> None:
    assert not contradicted(ALL_OK, pads_expire_on=TODAY, battery_expires_on=None, on=TODAY)
