from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aednet.cabinets.hours.openness import Openness
from aednet.cabinets.rules import Readiness, Status, Upkeep, readiness, serves
from tests.factories import TODAY, make_upkeep

DAY = timedelta(days=1)
DATES = st.dates(date(2024, 1, 1), date(2030, 1, 1))
UPKEEP = st.builds(
    Upkeep,
    status=st.sampled_from(Status),
    pads_expire_on=st.none() | DATES,
    battery_expires_on=st.none() | DATES,
    inspected_on=st.none() | DATES,
    passed=st.none() | st.booleans(),
)
WORSE = [Readiness.READY, Readiness.DUE, Readiness.OVERDUE, Readiness.OUT_OF_SERVICE]


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.IN_SERVICE])
def test_whatever_is_not_in_service_is_out_of_service(status: Status) -> None:
    assert readiness(make_upkeep(status=status), today=TODAY) is Readiness.OUT_OF_SERVICE


@pytest.mark.parametrize("date_of", ["pads_expire_on", "battery_expires_on"])
def test_pads_and_battery_may_be_used_up_to_and_including_their_date(date_of: str) -> None:
    assert readiness(make_upkeep(**{date_of: TODAY}), today=TODAY) is Readiness.READY
    assert readiness(make_upkeep(**{date_of: TODAY - DAY}), today=TODAY) is Readiness.OUT_OF_SERVICE


@pytest.mark.parametrize(
    ("days_ago", "expected"),
    [
        (0, Readiness.READY),
        (29, Readiness.READY),
        (30, Readiness.DUE),
        (43, Readiness.DUE),
        (44, Readiness.OVERDUE),
        (4_000, Readiness.OVERDUE),
    ],
)
def test_a_check_is_due_after_30_days_and_overdue_14_days_later(days_ago: int, expected: Readiness) -> None:
    assert readiness(make_upkeep(inspected_on=TODAY - days_ago * DAY), today=TODAY) is expected


@pytest.mark.parametrize("missing", ["pads_expire_on", "battery_expires_on", "inspected_on"])
def test_what_was_never_written_down_is_unknown(missing: str) -> None:
    assert readiness(make_upkeep(**{missing: None}), today=TODAY) is Readiness.UNKNOWN


def test_a_failed_inspection_and_a_lapsed_date_weigh_more_than_what_is_missing() -> None:
    assert readiness(make_upkeep(passed=False), today=TODAY) is Readiness.OUT_OF_SERVICE
    lapsed = make_upkeep(pads_expire_on=TODAY - DAY, battery_expires_on=None, inspected_on=None)
    assert readiness(lapsed, today=TODAY) is Readiness.OUT_OF_SERVICE


@given(UPKEEP, DATES, st.integers(min_value=0, max_value=2_000))
def test_readiness_never_improves_as_days_pass(upkeep: Upkeep, today: date, days: int) -> None:
    before, after = readiness(upkeep, today=today), readiness(upkeep, today=today + days * DAY)
    if Readiness.UNKNOWN in {before, after}:
        assert after in {before, Readiness.OUT_OF_SERVICE}
    else:
        assert WORSE.index(after) >= WORSE.index(before)


@given(st.sampled_from(Readiness), st.sampled_from(Openness))
def test_only_what_is_known_to_be_open_and_not_out_of_service_serves(
    ready: Readiness, openness: Openness
) -> None:
    expected = openness is Openness.OPEN and ready is not Readiness.OUT_OF_SERVICE
    assert serves(ready, openness) is expected
