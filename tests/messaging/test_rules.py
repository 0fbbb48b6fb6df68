from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aednet.messaging.rules import (
    FINAL,
    FOLLOWERS,
    PROVIDER_STATES,
    AttemptState,
    State,
    may_follow,
    predecessors,
    raised,
)

STATUSES = st.sampled_from(sorted(PROVIDER_STATES))


def heard(statuses: list[str], start: AttemptState = AttemptState.CLAIMED) -> AttemptState:
    for status in statuses:
        start = raised(start, PROVIDER_STATES[status])
    return start


@given(statuses=st.lists(STATUSES, max_size=8), data=st.data())
def test_order_and_repetition_of_callbacks_make_no_difference(
    statuses: list[str], data: st.DataObject
) -> None:
    shuffled = data.draw(
        st.permutations(statuses + data.draw(st.lists(st.sampled_from(statuses or ["sent"]))))
    )
    if statuses:
        assert heard(shuffled) is heard(statuses)


@given(statuses=st.lists(STATUSES), start=st.sampled_from(AttemptState))
def test_a_status_never_lowers_a_state(statuses: list[str], start: AttemptState) -> None:
    order = list(AttemptState)
    passed = [heard(statuses[:count], start) for count in range(len(statuses) + 1)]
    assert all(order.index(one) <= order.index(next_one) for one, next_one in pairwise(passed))


def test_a_delivered_message_stays_delivered() -> None:
    assert FOLLOWERS[State.DELIVERED] == frozenset()


@pytest.mark.parametrize("state", sorted(FINAL))
def test_nothing_comes_back_from_the_end_but_good_news(state: State) -> None:
    assert FOLLOWERS[state] <= {State.DELIVERED}


@pytest.mark.parametrize("state", list(State))
def test_every_state_says_what_may_follow_it(state: State) -> None:
    for later in State:
        assert may_follow(state, later) == (state in predecessors(later))


@pytest.mark.parametrize("state", sorted(set(State) - FINAL))
def test_every_state_that_is_not_final_leads_to_an_end(state: State) -> None:
    reached, frontier = {state}, {state}
    while frontier:
        frontier = {later for one in frontier for later in FOLLOWERS[one]} - reached
        reached |= frontier
    assert reached & FINAL


def test_nothing_is_sent_while_it_may_be_on_its_way() -> None:
    for state in (State.UNKNOWN, State.ACCEPTED, State.SENT, State.HELD, State.NEEDS_REVIEW):
        assert not may_follow(state, State.CLAIMED)
