from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aednet.cabinets.hours.openness import LocalCalendar, Openness, openness
from aednet.volunteers.rules import (
    SHIFTS_OF,
    Promise,
    Role,
    Shift,
    Status,
    certificate_lapses_on,
    has_current_certificate,
    hours_of,
    is_responder,
    may_become,
    roles_on,
    shifts_of,
)

CALENDAR = LocalCalendar(timezone="Europe/Amsterdam", country="NL")
DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))
ROLES = st.frozensets(st.sampled_from(Role))
SHIFTS = st.frozensets(st.sampled_from(Shift), min_size=1)


def make_promise(*roles: Role, lapses_on: date | None = None) -> Promise:
    return Promise(roles=frozenset(roles), certificate_lapses_on=lapses_on)


@pytest.mark.parametrize(
    ("course_on", "lapses_on"),
    [
        (date(2026, 11, 24), date(2027, 11, 24)),
        (date(2027, 2, 28), date(2028, 2, 28)),
        (date(2028, 2, 28), date(2029, 2, 28)),
        (date(2028, 2, 29), date(2029, 2, 28)),
        (date(2028, 3, 1), date(2029, 3, 1)),
    ],
)
def test_a_certificate_lapses_a_year_after_the_course(course_on: date, lapses_on: date) -> None:
    assert certificate_lapses_on(course_on) == lapses_on


@given(one=DAYS, other=DAYS)
def test_a_certificate_counts_for_a_year_and_a_later_course_never_lapses_sooner(
    one: date, other: date
) -> None:
    assert timedelta(days=365) <= certificate_lapses_on(one) - one <= timedelta(days=366)
    if one <= other:
        assert certificate_lapses_on(one) <= certificate_lapses_on(other)


def test_a_certificate_counts_up_to_and_including_its_last_day() -> None:
    last = date(2027, 11, 24)
    assert has_current_certificate(last, today=last)
    assert not has_current_certificate(last, today=last + timedelta(days=1))
    assert not has_current_certificate(None, today=last)


def test_who_will_respond_without_a_certificate_fetches_until_trained() -> None:
    today = date(2026, 11, 24)
    lapsed, current = today - timedelta(days=1), today
    assert roles_on(make_promise(Role.RESPONDER, lapses_on=current), today=today) == {Role.RESPONDER}
    assert roles_on(make_promise(Role.RESPONDER, lapses_on=lapsed), today=today) == {Role.FETCHER}
    assert roles_on(make_promise(Role.RESPONDER, Role.GUARDIAN), today=today) == {
        Role.FETCHER,
        Role.GUARDIAN,
    }
    assert roles_on(make_promise(Role.GUARDIAN, lapses_on=current), today=today) == {Role.GUARDIAN}


@given(roles=ROLES, lapses_on=st.none() | DAYS, day=DAYS, later=st.integers(0, 10_000))
def test_nobody_becomes_a_responder_by_waiting_and_nobody_loses_all_roles(
    roles: frozenset[Role], lapses_on: date | None, day: date, later: int
) -> None:
    promise = Promise(roles=roles, certificate_lapses_on=lapses_on)
    then = day + timedelta(days=later)
    assert is_responder(promise, today=day) or not is_responder(promise, today=then)
    assert (Role.RESPONDER in roles_on(promise, today=day)) == is_responder(promise, today=day)
    assert bool(roles_on(promise, today=day)) == bool(roles)
    assert roles_on(promise, today=day) - roles <= {Role.FETCHER}


@given(shifts=SHIFTS)
def test_the_parts_of_a_week_come_back_from_the_hours_they_make(shifts: frozenset[Shift]) -> None:
    assert shifts_of(hours_of(shifts)) == shifts


def test_each_choice_has_hours_of_its_own_and_none_has_none() -> None:
    assert len(SHIFTS_OF) == 2 ** len(Shift) - 1
    assert hours_of(set(Shift)) == "24/7"
    assert hours_of({Shift.WEEKDAY_EVENING}) == "Mo-Fr 18:00-23:00"
    assert hours_of({Shift.WEEKDAY_NIGHT, Shift.WEEKEND_DAY, Shift.WEEKEND_EVENING}) == (
        "Mo-Fr 00:00-07:00,23:00-24:00; Sa-Su 07:00-23:00"
    )
    with pytest.raises(ValueError, match="at least one"):
        hours_of(set())


@pytest.mark.parametrize("hours", [None, "", "Mo-Fr 18:00-22:00", "als ik thuis ben", "24/7; PH off"])
def test_hours_that_others_wrote_are_no_choice_of_ours(hours: str | None) -> None:
    assert shifts_of(hours) is None


@given(shifts=SHIFTS, hour=st.integers(0, 167))
def test_somebody_is_there_exactly_in_the_parts_they_chose(shifts: frozenset[Shift], hour: int) -> None:
    monday = datetime(2026, 11, 23, tzinfo=CALENDAR.zone)
    at = (monday + timedelta(hours=hour, minutes=30)).astimezone(UTC)
    week = "weekend" if hour >= 5 * 24 else "weekday"
    of_day = "day" if 7 <= hour % 24 < 18 else "evening" if 18 <= hour % 24 < 23 else "night"
    is_there = openness(hours_of(shifts), at, CALENDAR) is Openness.OPEN
    assert is_there == (Shift(f"{week}_{of_day}") in shifts)


def test_a_holiday_counts_as_the_weekday_it_falls_on() -> None:
    christmas = datetime(2026, 12, 25, 13, tzinfo=UTC)
    assert openness(hours_of({Shift.WEEKDAY_DAY}), christmas, CALENDAR) is Openness.OPEN


def test_who_has_left_does_not_come_back_and_nobody_becomes_new() -> None:
    allowed = {(now, wanted) for now, wanted in product(Status, Status) if may_become(now, wanted)}
    assert {wanted for now, wanted in allowed if now is Status.LEFT} == {Status.LEFT}
    assert {now for now, wanted in allowed if wanted is Status.NEW} == {Status.NEW}
    assert (Status.NEW, Status.ACTIVE) in allowed
    assert (Status.PAUSED, Status.LEFT) in allowed
