from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from aednet.cabinets.guarding.rules import Away, Watch, who_looks_after
from aednet.cabinets.rules import GuardianRole
from tests.factories import TODAY

GUARDIAN, DEPUTY = GuardianRole.GUARDIAN, GuardianRole.DEPUTY
NEAR = st.integers(-5, 5).map(lambda days: TODAY + timedelta(days=days))
PEOPLE = st.integers(1, 5)
WATCHES = st.lists(
    st.builds(
        Watch,
        volunteer_id=PEOPLE,
        role=st.sampled_from(GuardianRole),
        since_on=NEAR,
        until_on=st.none() | NEAR,
    ),
    max_size=6,
)
ABSENCES = st.lists(
    st.builds(Away, volunteer_id=PEOPLE, from_on=NEAR, until_on=NEAR, cover_id=st.none() | PEOPLE), max_size=6
)


def watch(number: int, role: GuardianRole = DEPUTY, *, since: int = -100, until: int | None = None) -> Watch:
    return Watch(
        volunteer_id=number,
        role=role,
        since_on=TODAY + timedelta(days=since),
        until_on=None if until is None else TODAY + timedelta(days=until),
    )


def away(number: int, *, first: int = 0, last: int = 0, cover: int | None = None) -> Away:
    return Away(
        volunteer_id=number,
        from_on=TODAY + timedelta(days=first),
        until_on=TODAY + timedelta(days=last),
        cover_id=cover,
    )


def asked(*watches: Watch, absences: tuple[Away, ...] = (), today: date = TODAY) -> tuple[int, ...]:
    return who_looks_after(watches, absences, today=today)


def test_the_guardian_comes_first_and_then_the_deputies_the_longest_serving_first() -> None:
    assert asked(watch(7, since=-5), watch(8, since=-9), watch(9, GUARDIAN, since=-1)) == (9, 8, 7)
    assert asked(watch(8), watch(7)) == (7, 8)
    assert asked() == ()


def test_while_the_guardian_is_away_their_cover_comes_first() -> None:
    people = (watch(1, GUARDIAN), watch(2, since=-90), watch(3, since=-10))
    assert asked(*people, absences=(away(1),)) == (2, 3)
    assert asked(*people, absences=(away(1, cover=3),)) == (3, 2)
    assert asked(*people, absences=(away(1, first=1, last=3, cover=3),)) == (1, 2, 3)
    assert asked(*people, absences=(away(1, cover=3), away(3))) == (2,)
    assert asked(*people, absences=(away(2, cover=3),)) == (1, 3)


def test_somebody_who_never_looked_after_the_cabinet_stands_in_nowhere() -> None:
    assert asked(watch(1, GUARDIAN), watch(2), absences=(away(1, cover=99),)) == (2,)


def test_with_everybody_away_nobody_is_left_to_ask() -> None:
    assert asked(watch(1, GUARDIAN), watch(2), absences=(away(1, cover=2), away(2))) == ()


def test_who_hands_over_is_the_guardian_until_that_day_and_the_next_one_from_then_on() -> None:
    agreed = (watch(1, GUARDIAN, until=10), watch(2, until=10), watch(2, GUARDIAN, since=10))
    days = [asked(*agreed, today=TODAY + timedelta(days=day)) for day in (0, 9, 10, 11)]
    assert days == [(1, 2), (1, 2), (2,), (2,)]


@given(WATCHES, ABSENCES)
def test_whoever_is_asked_looks_after_it_today_is_there_and_is_asked_once(
    watches: list[Watch], absences: list[Away]
) -> None:
    people = who_looks_after(watches, absences, today=TODAY)
    assert len(set(people)) == len(people)
    holding = {one.volunteer_id for one in watches if one.since_on <= TODAY < (one.until_on or date.max)}
    gone = {one.volunteer_id for one in absences if one.from_on <= TODAY <= one.until_on}
    assert set(people) == holding - gone
    guardians = {one.volunteer_id for one in watches if one.role is GUARDIAN and one.holds_on(TODAY)}
    if guardians - gone:
        assert people[0] in guardians


@given(WATCHES, ABSENCES)
def test_the_order_of_the_rows_does_not_matter_as_long_as_nobody_is_away_twice(
    watches: list[Watch], absences: list[Away]
) -> None:
    once = list({one.volunteer_id: one for one in absences}.values())
    assert who_looks_after(watches, once, today=TODAY) == who_looks_after(
        watches[::-1], once[::-1], today=TODAY
    )
