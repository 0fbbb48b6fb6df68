from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aednet.messaging.codes import WIDTH, carries, new_code, with_code
from aednet.messaging.rules import State
from aednet.messaging.sending_hours import SendingHours
from aednet.messaging.verdicts import (
    CIRCUIT_OPEN_FOR,
    MOST_TRIES,
    NEW_ATTEMPT_AFTER,
    VERDICTS,
    Action,
    History,
    back_off,
    next_step,
    verdict_of,
)
from tests.factories import NOW

HOURS = SendingHours.parse("09:00-20:00", ZoneInfo("Europe/Amsterdam"))
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)

TABLE = {  # as the design writes it
    Action.BACK_OFF: (429, 20429),
    Action.OPEN_ACCOUNT: (20003, 20005, 30002, 401),
    Action.FAIL: (21211, 21614, 21635, 30004, 30006, 30007),
    Action.SUPPRESS: (21610,),
    Action.OPEN_ROUTE: (21408, 21606, 21612),
    Action.AGAIN_SOON: (30001, 30008, 30500),
    Action.AGAIN_NEXT_DAY: (30003, 30005),
}


def test_each_code_means_what_the_table_says() -> None:
    assert {code: verdict.action for code, verdict in VERDICTS.items()} == {
        code: action for action, codes in TABLE.items() for code in codes
    }


@pytest.mark.parametrize("code", [None, 0, 30500_1, 21617, 99999])
def test_about_anything_else_a_person_decides(code: int | None) -> None:
    assert verdict_of(code).action is Action.REVIEW


def test_a_bad_number_is_asked_for_anew_and_a_filtered_text_is_told_to_the_operator() -> None:
    assert [code for code, verdict in VERDICTS.items() if verdict.wants_number] == [21211, 21614, 21635]
    assert verdict_of(30007).alerts
    assert not verdict_of(30004).alerts


@given(tries=st.integers(1, 1_000), jitter=st.floats(0, 1, exclude_max=True))
def test_backing_off_takes_from_one_second_to_a_minute(tries: int, jitter: float) -> None:
    wait = back_off(tries, jitter=jitter)
    assert SECOND <= wait <= MINUTE
    assert wait <= max(SECOND, timedelta(seconds=2 ** min(tries, 10)))


@given(tries=st.integers(0, 100), jitter=st.floats(0, 1, exclude_max=True))
def test_backing_off_loses_nothing_and_after_ten_tries_the_route_rests(tries: int, jitter: float) -> None:
    step = next_step(Action.BACK_OFF, History(tries=tries), now=NOW, hours=HOURS, jitter=jitter)
    assert step.state is State.DUE
    assert step.due_at is not None
    assert step.due_at > NOW
    assert (step.account_rests is not None) == (tries >= MOST_TRIES)


@pytest.mark.parametrize(
    ("code", "due_at"), [(30008, NOW + NEW_ATTEMPT_AFTER), (30003, HOURS.opening_next_day(NOW))]
)
def test_what_may_pass_is_tried_once_more_and_only_once(code: int, due_at: object) -> None:
    action = verdict_of(code).action
    once = next_step(action, History(failed_with=[code]), now=NOW, hours=HOURS, jitter=0)
    twice = next_step(action, History(failed_with=[30001, code]), now=NOW, hours=HOURS, jitter=0)
    assert (once.state, once.due_at) == (State.DUE, due_at)
    assert (twice.state, twice.due_at) == (State.FAILED, None)


@pytest.mark.parametrize("action", [Action.OPEN_ACCOUNT, Action.OPEN_ROUTE])
def test_what_is_our_own_fault_keeps_everything_due(action: Action) -> None:
    step = next_step(action, History(), now=NOW, hours=HOURS, jitter=0)
    assert (step.state, step.due_at) == (State.DUE, NOW + CIRCUIT_OPEN_FOR)
    assert (step.account_rests is None) != (step.route_rests is None)


@given(text=st.text(st.characters(codec="ascii"), max_size=160))
def test_a_text_carries_its_own_code_and_no_other(text: str) -> None:
    code = new_code(())
    other = new_code((code,))
    signed = with_code(text, code)
    assert carries(signed, code)
    assert not carries(signed, other) or other in text
    assert len(signed) == len(text) + WIDTH


def test_a_new_code_is_none_of_those_taken() -> None:
    codes: list[str] = []
    for _ in range(200):
        codes.append(new_code(codes))
    assert len(set(codes)) == 200
