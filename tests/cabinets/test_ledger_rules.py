from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from aednet.cabinets.ledger.rules import (
    NAMED,
    NOT_THERE,
    PATIENCE,
    Change,
    Fact,
    Standing,
    Told,
    carried,
    pressing_on,
    standing,
)
from aednet.cabinets.rules import Status

DAY = date(2026, 11, 24)
values = st.one_of(st.none(), st.sampled_from(["een", "twee", "drie"]))


def told(code: str | None = None, **facts: str | None) -> Told:
    known: dict[Fact, str | None] = {**dict.fromkeys(NAMED), Fact.STANDING: Standing.IN_SERVICE}
    return Told(values=known | {Fact(name): value for name, value in facts.items()}, code=code)


states = st.builds(
    told,
    code=values,
    name=values,
    address=values,
    standing=st.sampled_from([Standing.IN_SERVICE, Standing.MISSING]),
)
anywhere = st.one_of(states, st.just(NOT_THERE))


@given(st.lists(states, min_size=1, max_size=6))
def test_what_is_open_is_the_difference_between_what_was_told_and_what_is(history: list[Told]) -> None:
    still_open: dict[Fact, Change] = {}
    for before, after in pairwise(history):
        still_open = carried(still_open, before=before, after=after)
    first, last = history[0], history[-1]
    assert {fact: change for fact, change in still_open.items() if fact is not Fact.CODE} == {
        fact: Change(old=first.values[fact], new=last.values[fact])
        for fact in NAMED
        if first.values[fact] != last.values[fact]
    }


@given(st.lists(anywhere, min_size=2, max_size=6))
def test_a_cabinet_that_the_registry_never_had_is_one_entry_or_none(history: list[Told]) -> None:
    still_open: dict[Fact, Change] = {}
    for before, after in zip([NOT_THERE, *history], history, strict=False):
        still_open = carried(still_open, before=before, after=after)
    wanted = history[-1].values[Fact.STANDING]
    assert still_open == ({} if wanted is None else {Fact.STANDING: Change(old=None, new=wanted)})


@given(anywhere)
def test_what_stays_as_it_is_needs_no_entry(state: Told) -> None:
    assert carried({}, before=state, after=state) == {}


def test_a_code_is_to_be_entered_until_somebody_says_so_and_is_never_told() -> None:
    changed = carried({}, before=told("4711"), after=told("0815"))
    assert changed == {Fact.CODE: Change(old=None, new=None)}
    assert carried(changed, before=told("0815"), after=told("4711")) == changed
    assert "4711" not in repr(told("4711"))


def test_a_planned_or_retired_cabinet_is_none_of_the_registrys() -> None:
    assert standing(Status.PLANNED, passed=None) is None
    assert standing(Status.RETIRED, passed=True) is None
    assert standing(Status.MISSING, passed=True) is Standing.MISSING


def test_one_that_failed_its_last_inspection_is_out_of_service_there_too() -> None:
    assert standing(Status.IN_SERVICE, passed=False) is Standing.OUT_OF_SERVICE
    assert standing(Status.IN_SERVICE, passed=None) is Standing.IN_SERVICE


@given(st.integers(-400, 4_000))
def test_a_date_presses_when_the_old_one_lapses_and_after_thirty_days_at_the_latest(ahead: int) -> None:
    old = DAY + timedelta(days=ahead)
    change = Change(old=old.isoformat(), new="2031-01-01")
    assert pressing_on(Fact.BATTERY, change, changed_on=DAY) == min(old, DAY + PATIENCE)
    assert pressing_on(Fact.NAME, Change(old="een", new="twee"), changed_on=DAY) == DAY
