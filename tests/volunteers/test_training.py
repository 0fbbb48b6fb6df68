import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from hypothesis import given
from hypothesis import strategies as st

from aednet.accounts.rules import Caller
from aednet.accounts.rules import Role as AccountRole
from aednet.areas.ground import load_ground
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.errors import Conflict, InvalidValue, NotFound
from aednet.base.transactions import transaction
from aednet.volunteers.arrivals import Registrar
from aednet.volunteers.queries import find_volunteer
from aednet.volunteers.records import list_courses
from aednet.volunteers.rules import ConsentWay, Status
from aednet.volunteers.services import erase_volunteer
from aednet.volunteers.training import attendance, bookings
from aednet.volunteers.training import services as training
from aednet.volunteers.training.bookings import Booker, TrainingClosed
from aednet.volunteers.training.drafts import TrainingDraft
from aednet.volunteers.training.queries import (
    TrainingFacts,
    find_training,
    list_bookings,
    list_past_trainings,
    list_trainings,
    next_sessions,
)
from aednet.volunteers.training.rules import (
    HOLD_A_SEAT,
    BookingState,
    TrainingState,
    free_seats,
    state_of_who_comes,
)
from tests.factories import (
    CENTRE_LAT,
    CENTRE_LON,
    NOW,
    TODAY,
    make_area_draft,
    make_areas,
    make_training,
    make_volunteer,
)

ANYBODY = Booker(actor="volunteer", within=None)
ADMINISTRATOR = Caller(account_id=1, role=AccountRole.ADMINISTRATOR, area_ids=None)
EVENING = NOW + timedelta(days=7)
AFTER = EVENING + timedelta(hours=3)


def people(count: int, **changes: Any) -> list[int]:
    with transaction() as session:
        return [make_volunteer(session, number, **changes) for number in range(1, count + 1)]


def planned(**changes: Any) -> int:
    with transaction() as session:
        return make_training(session, **changes)


def do(verb: Callable[..., Any], *arguments: Any, now: Any = NOW, by: Any = ANYBODY, **more: Any) -> Any:
    with transaction() as session:
        return verb(session, *arguments, by=by, now=now, **more)


def get(training_id: int) -> TrainingFacts:
    db.session.rollback()
    facts = find_training(db.session(), training_id)
    assert facts is not None
    return facts


def states(training_id: int) -> dict[int, str]:
    db.session.rollback()
    return {one.volunteer_id: str(one.state) for one in list_bookings(db.session(), training_id)}


def courses(volunteer_id: int) -> tuple[date | None, list[date]]:
    db.session.rollback()
    facts = find_volunteer(db.session(), volunteer_id, within=None)
    assert facts is not None
    return facts.course_on, [one.course_on for one in list_courses(db.session(), volunteer_id)]


def draft_of(facts: TrainingFacts, **changes: Any) -> TrainingDraft:
    known = {
        "place": facts.place,
        "lat": facts.position.lat,
        "lon": facts.position.lon,
        "begins_at": facts.begins_at,
        "ends_at": facts.ends_at,
        "seats": facts.seats,
        "trainer": facts.trainer,
    }
    return TrainingDraft(**known | changes)


def change(training_id: int, *, version: str | None = None, **changes: Any) -> Any:
    facts = get(training_id)
    return do(
        training.change_training,
        training_id,
        draft_of(facts, **changes),
        by=ADMINISTRATOR,
        ground=load_ground(db.session(), current().settings),
        known_version=version or facts.version,
    )


def test_who_is_asked_holds_no_seat_until_they_say_yes(app: APIFlask) -> None:
    one, two, three = people(3)
    own = planned(seats=1)
    assert do(bookings.invite, own, [one, two, three]) == [one, two, three]
    assert do(bookings.invite, own, [one, two]) == []
    assert (get(own).free, get(own).invited) == (1, 3)
    assert do(bookings.accept, own, two) is BookingState.BOOKED
    assert do(bookings.accept, own, two) is BookingState.BOOKED
    assert do(bookings.accept, own, one) is BookingState.WAITING
    assert states(own) == {one: "waiting", two: "booked", three: "invited"}
    assert do(bookings.invite, own, [one, two]) == []


def test_who_waits_longest_moves_up_when_a_seat_is_freed(app: APIFlask) -> None:
    one, two, three, four = people(4)
    own = planned(seats=1)
    for somebody, minutes in ((one, 0), (four, 1), (two, 2), (three, 3)):
        do(bookings.accept, own, somebody, now=NOW + timedelta(minutes=minutes))
    assert do(bookings.decline, own, one) == [four]
    assert do(bookings.decline, own, one) == []
    assert do(bookings.decline, own, two) == []
    assert do(bookings.decline, own, four) == [three]
    assert states(own) == {one: "declined", four: "declined", two: "declined", three: "booked"}
    assert do(bookings.accept, own, one) is BookingState.WAITING


def test_more_seats_are_for_those_who_wait(app: APIFlask) -> None:
    everybody = people(4)
    own = planned(seats=1)
    for somebody in everybody:
        do(bookings.accept, own, somebody)
    assert change(own, seats=3) == everybody[1:3]
    with pytest.raises(InvalidValue, match="More seats are taken"):
        change(own, seats=2)
    assert (get(own).seats, get(own).taken, get(own).waiting) == (3, 3, 1)


def test_of_two_who_take_the_last_seat_at_once_one_waits(app: APIFlask) -> None:
    everybody = people(6)
    own = planned(seats=2)
    db.session.rollback()
    barrier, failed = threading.Barrier(len(everybody)), []

    def take(somebody: int) -> None:
        with app.app_context():
            barrier.wait(30)
            try:
                do(bookings.accept, own, somebody)
            except Exception as error:  # noqa: BLE001 whatever it was, the test tells
                failed.append(error)

    threads = [threading.Thread(target=take, args=(somebody,)) for somebody in everybody]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert sorted(states(own).values()) == ["booked"] * 2 + ["waiting"] * 4


def test_who_leaves_makes_room(app: APIFlask) -> None:
    one, two = people(2)
    own = planned(seats=1)
    do(bookings.accept, own, one)
    do(bookings.accept, own, two)
    by = Registrar(actor="coordinator 1", way=ConsentWay.COORDINATOR, status=Status.ACTIVE, within=None)
    with transaction() as session:
        erase_volunteer(session, one, by=by, now=NOW)
    assert states(own) == {two: "booked"}


def test_who_was_there_has_a_certificate_for_a_year_from_that_day(app: APIFlask) -> None:
    before = TODAY - timedelta(days=300)
    one, two = people(2, course_on=before)
    own = planned()
    for somebody in (one, two):
        do(bookings.accept, own, somebody)
    with pytest.raises(TrainingClosed):
        do(attendance.record_attendance, own, {one: True})
    for _ in range(2):
        do(attendance.record_attendance, own, {one: True, two: False}, now=AFTER)
    day = EVENING.date()
    assert courses(one) == (day, [day, before])
    assert courses(two) == (before, [before])
    assert (get(own).state, states(own)) == (TrainingState.HELD, {one: "attended", two: "absent"})


def test_a_note_that_was_wrong_takes_its_course_back(app: APIFlask) -> None:
    before = TODAY - timedelta(days=300)
    (one,) = people(1, course_on=before)
    own = planned()
    do(bookings.accept, own, one)
    do(attendance.record_attendance, own, {one: True}, now=AFTER)
    assert do(attendance.undo_attendance, own, one, now=AFTER) is True
    assert do(attendance.undo_attendance, own, one, now=AFTER) is False
    assert (courses(one), states(own)) == ((before, [before]), {one: "booked"})
    do(attendance.record_attendance, own, {one: True}, now=AFTER)
    do(attendance.record_attendance, own, {one: False}, now=AFTER)
    assert (courses(one), states(own)) == ((before, [before]), {one: "absent"})


def test_a_later_course_is_not_forgotten_for_an_earlier_one(app: APIFlask) -> None:
    (one,) = people(1, course_on=TODAY)
    own = planned(begins_at=NOW - timedelta(days=30))
    do(bookings.accept, own, one)
    do(attendance.record_attendance, own, {one: True})
    assert courses(one) == (TODAY, [TODAY])
    do(attendance.undo_attendance, own, one)
    assert courses(one) == (TODAY, [TODAY])


def test_a_training_day_that_is_cancelled_frees_everybody(app: APIFlask) -> None:
    one, two, three, four = people(4)
    own = planned(seats=1)
    do(bookings.invite, own, [three])
    do(bookings.accept, own, one)
    do(bookings.accept, own, two)
    do(bookings.accept, own, four)
    do(bookings.decline, own, four)
    assert sorted(do(training.cancel_training, own, by=ADMINISTRATOR)) == [one, two]
    assert do(training.cancel_training, own, by=ADMINISTRATOR) == []
    assert states(own) == {one: "freed", two: "freed", three: "freed", four: "declined"}
    assert (get(own).taken, get(own).waiting) == (0, 0)
    for refused in (
        lambda: do(bookings.accept, own, one),
        lambda: do(bookings.invite, own, [one]),
        lambda: do(attendance.record_attendance, own, {one: True}, now=AFTER),
        lambda: change(own, seats=9),
    ):
        with pytest.raises(TrainingClosed):
            refused()


def test_one_that_was_held_is_neither_cancelled_nor_moved(app: APIFlask) -> None:
    (one,) = people(1)
    own = planned()
    do(bookings.accept, own, one)
    do(attendance.record_attendance, own, {one: True}, now=AFTER)
    with pytest.raises(TrainingClosed):
        do(training.cancel_training, own, by=ADMINISTRATOR, now=AFTER)
    with pytest.raises(InvalidValue, match="held"):
        change(own, begins_at=EVENING + timedelta(hours=1))


def test_a_change_made_on_what_somebody_else_changed_is_refused(app: APIFlask) -> None:
    own = planned()
    version = get(own).version
    with transaction() as session:
        training.change_training(
            session,
            own,
            draft_of(find_training(session, own), trainer="Ida"),  # type: ignore[arg-type]  # it is there
            by=ADMINISTRATOR,
            ground=load_ground(session, current().settings),
            now=NOW + timedelta(minutes=1),
            known_version=version,
        )
    with pytest.raises(Conflict, match="meanwhile"):
        change(own, version=version, trainer="Jan")
    assert get(own).trainer == "Ida"


def test_nobody_books_whom_they_may_not_see_or_where_they_may_not(app: APIFlask) -> None:
    make_areas(make_area_draft("west", width=0.085), make_area_draft("oost", west=6.485))
    (one,) = people(1)
    west = find_volunteer(db.session(), one, within=None)
    assert west is not None
    own, foreign = planned(), planned(lon=6.49)
    here = Booker(actor="coordinator 1", within=frozenset({west.area_id or 0}))
    elsewhere = Booker(actor="coordinator 2", within=frozenset({(west.area_id or 0) + 1}))
    assert do(bookings.accept, own, one, by=here) is BookingState.BOOKED
    for by, where in ((elsewhere, own), (here, foreign), (elsewhere, foreign)):
        for verb, whom in ((bookings.accept, one), (bookings.decline, one), (bookings.invite, [one])):
            with pytest.raises(NotFound):
                do(verb, where, whom, by=by)
    caller = Caller(account_id=2, role=AccountRole.COORDINATOR, area_ids=elsewhere.within)
    with pytest.raises(NotFound):
        do(training.cancel_training, own, by=caller)
    with pytest.raises(InvalidValue, match="outside your areas"):
        do(
            training.plan_training,
            draft_of(get(own)),
            by=caller,
            ground=load_ground(db.session(), current().settings),
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"seats": 0},
        {"seats": 501},
        {"place": " "},
        {"ends_at": EVENING},
        {"ends_at": EVENING + timedelta(days=2)},
        {"begins_at": EVENING.replace(tzinfo=None)},
        {"lat": 91},
    ],
)
def test_what_is_no_training_day_is_refused(changes: dict[str, Any]) -> None:
    good: dict[str, Any] = {
        "place": "Dorpshuis",
        "lat": CENTRE_LAT,
        "lon": CENTRE_LON,
        "begins_at": EVENING,
        "ends_at": EVENING + timedelta(hours=2),
        "seats": 12,
    }
    TrainingDraft(**good)
    with pytest.raises(ValueError, match="validation error"):
        TrainingDraft(**good | changes)


def test_the_lists_go_from_today_on_and_back_and_the_next_ones_leave_out_what_was_cancelled(
    app: APIFlask,
) -> None:
    past, today, later, last = (planned(begins_at=NOW + timedelta(days=days)) for days in (-3, 0, 2, 9))
    do(training.cancel_training, later, by=ADMINISTRATOR)
    midnight = NOW.replace(hour=0)
    page = list_trainings(db.session(), area_ids=None, since=midnight, limit=2)
    assert [one.id for one in page.rows] == [today, later]
    rest = list_trainings(db.session(), area_ids=None, since=midnight, limit=2, after=page.next_after)
    assert ([one.id for one in rest.rows], rest.next_after) == ([last], None)
    old = list_past_trainings(db.session(), area_ids=frozenset({99}), until=midnight, limit=2)
    assert [one.id for one in old.rows] == [past]
    assert [one.id for one in next_sessions(db.session(), TODAY, 5)] == [today, last]
    assert [one.id for one in next_sessions(db.session(), TODAY, 1)] == [today]


@given(
    st.lists(st.sampled_from([*BookingState]), max_size=30),
    st.integers(1, 20),
    st.none() | st.sampled_from([*BookingState]),
)
def test_seats_held_never_exceed_seats(
    others: list[BookingState], seats: int, own: BookingState | None
) -> None:
    taken = sum(state in HOLD_A_SEAT for state in others)
    free, waiting = free_seats(others, seats=seats), others.count(BookingState.WAITING)
    assert free == max(0, seats - taken)
    wanted = state_of_who_comes(own, free=free, waiting=waiting)
    if own is None or own not in HOLD_A_SEAT:
        assert wanted is BookingState.WAITING or taken < seats
    else:
        assert wanted is own
