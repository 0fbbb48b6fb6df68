from hypothesis import given
from hypothesis import strategies as st

from aednet.cabinets.care.recovery import Step, possible, status_at_end, status_while_open
from aednet.cabinets.rules import Status


@given(st.lists(st.sampled_from(Step), max_size=30))
def test_in_whatever_order_somebody_ticks_the_steps_only_a_complete_path_ends_in_service(
    taps: list[Step],
) -> None:
    done: list[Step] = []
    for step in taps:
        if step in possible(done):
            done.append(step)
    assert len(set(done)) == len(done)
    if Step.IN_SERVICE in done:
        assert set(done) == set(Step)
        assert done[-1] is Step.IN_SERVICE
    if done:
        assert done[0] is Step.FETCHED_BACK


@given(st.sets(st.sampled_from(Step)))
def test_there_is_always_something_to_do_until_all_is_done(some: set[Step]) -> None:
    reachable: list[Step] = []
    for _ in Step:
        reachable += [step for step in possible(reachable) if step in some]
    if Step.IN_SERVICE not in reachable:
        assert possible(reachable)
    assert possible(list(Step)) == ()


@given(st.sampled_from(Status))
def test_a_path_that_ends_at_once_leaves_a_cabinet_as_it_was(status: Status) -> None:
    during = status_while_open(status)
    assert during is not Status.IN_SERVICE
    assert status_at_end(during, was_in_service=status is Status.IN_SERVICE) is status


@given(st.sampled_from([status for status in Status if status is not Status.OUT_OF_SERVICE]), st.booleans())
def test_whoever_said_otherwise_meanwhile_is_not_overruled(status: Status, was_in_service: bool) -> None:  # noqa: FBT001
    assert status_at_end(status, was_in_service=was_in_service) is status
