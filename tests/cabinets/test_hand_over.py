from datetime import date, timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from aednet.base.audit import AuditEvent
from aednet.base.database import db
from aednet.base.errors import InvalidValue
from aednet.base.transactions import transaction
from aednet.cabinets.care.drafts import AbsenceDraft
from aednet.cabinets.guarding.absences import cancel_absence, forget_absences, note_absence
from aednet.cabinets.guarding.queries import list_absences, list_watches
from aednet.cabinets.guarding.rules import who_looks_after
from aednet.cabinets.guarding.services import (
    HandOverAgreed,
    HasGuardian,
    NoGuardian,
    appoint_guardian,
    end_all_of,
    end_guardianship,
    hand_over,
    take_back_hand_over,
)
from aednet.cabinets.models import Cabinet, Guardianship
from aednet.cabinets.rules import GuardianRole
from tests.factories import NOW, TODAY, make_cabinet, make_volunteer

GUARDIAN, DEPUTY = GuardianRole.GUARDIAN, GuardianRole.DEPUTY
SOON = TODAY + timedelta(days=30)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def people(app: APIFlask) -> tuple[int, int, int]:
    """The guardian of the one cabinet, its deputy, and somebody else."""
    with transaction() as session:
        cabinet_id = make_cabinet(session)
        one, two, three = (make_volunteer(session, number) for number in range(3))
        appoint_guardian(session, cabinet_id, one, role=GUARDIAN, today=YESTERDAY)
        appoint_guardian(session, cabinet_id, two, role=DEPUTY, today=YESTERDAY)
    return one, two, three


def the_cabinet() -> int:
    return db.session.scalars(select(Cabinet.id)).one()


def agree(volunteer: int, on: date = SOON, *, today: date = TODAY) -> bool:
    number = the_cabinet()
    with transaction() as session:
        return hand_over(session, number, volunteer, on=on, today=today)


def asked(day: date) -> tuple[int, ...]:
    db.session.rollback()
    number = the_cabinet()
    watches = list_watches(db.session(), number, today=min(day, TODAY))
    away = list_absences(db.session(), [one.volunteer_id for one in watches], today=day)
    return who_looks_after(watches, [one.away for one in away], today=day)


def kept_guardian() -> int | None:
    db.session.rollback()
    return db.session.scalars(select(Cabinet.guardian_id)).one()


def test_a_hand_over_that_is_agreed_today_holds_on_its_day_without_anybody_carrying_it_out(
    people: tuple[int, int, int],
) -> None:
    one, two, three = people
    assert agree(three)
    assert not agree(three)
    assert asked(TODAY) == asked(SOON - timedelta(days=1)) == (one, two)
    assert asked(SOON) == (three, two)
    rows = db.session.scalars(select(Guardianship).order_by(Guardianship.id)).all()
    assert [(row.volunteer_id, row.since_on, row.until_on) for row in rows] == [
        (one, YESTERDAY, SOON),
        (two, YESTERDAY, None),
        (three, SOON, None),
    ]
    assert kept_guardian() is not None


def test_a_deputy_who_takes_over_is_a_deputy_until_then(people: tuple[int, int, int]) -> None:
    one, two, _ = people
    agree(two)
    assert asked(TODAY) == (one, two)
    assert asked(SOON) == (two,)


def test_a_hand_over_today_holds_at_once(people: tuple[int, int, int]) -> None:
    _, two, three = people
    agree(three, TODAY)
    assert asked(TODAY) == (three, two)
    assert kept_guardian() == three


def test_a_hand_over_that_is_taken_back_never_was(people: tuple[int, int, int]) -> None:
    one, two, _ = people
    number = the_cabinet()
    agree(two)
    for did in (True, False):
        with transaction() as session:
            assert take_back_hand_over(session, number, today=TODAY) is did
    assert asked(TODAY) == asked(SOON) == (one, two)
    assert kept_guardian() == one


def test_once_its_day_has_come_a_hand_over_cannot_be_taken_back(people: tuple[int, int, int]) -> None:
    _, two, three = people
    number = the_cabinet()
    agree(three)
    with transaction() as session:
        assert not take_back_hand_over(session, number, today=SOON)
    assert asked(SOON) == (three, two)


def test_when_the_guardian_stops_sooner_the_next_one_begins_at_once(people: tuple[int, int, int]) -> None:
    one, two, three = people
    number = the_cabinet()
    agree(three)
    with transaction() as session:
        assert end_guardianship(session, number, one, today=TODAY)
    assert asked(TODAY) == (three, two)


def test_when_whoever_takes_over_cannot_the_guardian_stays(people: tuple[int, int, int]) -> None:
    one, two, _ = people
    number = the_cabinet()
    agree(two)
    with transaction() as session:
        assert end_guardianship(session, number, two, today=TODAY)
        assert not end_guardianship(session, number, two, today=TODAY)
    assert asked(TODAY) == asked(SOON) == (one,)
    assert kept_guardian() == one


def test_a_second_hand_over_and_a_change_of_those_in_it_wait_until_the_first_is_taken_back(
    people: tuple[int, int, int],
) -> None:
    one, two, three = people
    number = the_cabinet()
    agree(two)
    for volunteer, day in ((three, SOON), (two, SOON + timedelta(days=1))):
        with pytest.raises(HandOverAgreed):
            agree(volunteer, day)
    for volunteer in (one, two):
        with pytest.raises(HandOverAgreed), transaction() as session:
            appoint_guardian(session, number, volunteer, role=DEPUTY, today=TODAY)
    with pytest.raises(HasGuardian), transaction() as session:
        appoint_guardian(session, number, three, role=GUARDIAN, today=TODAY)
    with transaction() as session:
        assert appoint_guardian(session, number, three, role=DEPUTY, today=TODAY)


def test_nobody_hands_over_to_themselves_in_the_past_or_where_there_is_no_guardian(
    people: tuple[int, int, int],
) -> None:
    one, two, _ = people
    number = the_cabinet()
    with pytest.raises(HasGuardian):
        agree(one)
    for day in (YESTERDAY, TODAY + timedelta(days=367)):
        with pytest.raises(InvalidValue):
            agree(two, day)
    with transaction() as session:
        end_guardianship(session, number, one, today=TODAY)
    with pytest.raises(NoGuardian):
        agree(two)


def test_who_leaves_looks_after_nothing_and_their_successor_begins(people: tuple[int, int, int]) -> None:
    one, two, three = people
    with transaction() as session:
        other = make_cabinet(session, "HGV-002")
        appoint_guardian(session, other, one, role=DEPUTY, today=TODAY)
    first = db.session.scalars(select(Cabinet.id).where(Cabinet.ref == "HGV-001")).one()
    with transaction() as session:
        hand_over(session, first, three, on=SOON, today=TODAY)
    with transaction() as session:
        assert end_all_of(session, one, today=TODAY) == (first, other)
        assert end_all_of(session, one, today=TODAY) == ()
    watches = list_watches(db.session(), first, today=TODAY)
    assert [(watch.volunteer_id, watch.role) for watch in watches] == [(three, GUARDIAN), (two, DEPUTY)]
    assert list_watches(db.session(), other, today=TODAY) == ()


def note(volunteer: int, first: date, last: date, cover: int | None = None, *, today: date = TODAY) -> bool:
    draft = AbsenceDraft(from_on=first, until_on=last, cover_id=cover)
    with transaction() as session:
        return note_absence(session, volunteer, draft, actor="coordinator 1", now=NOW, today=today)


def test_on_holiday_the_cover_is_turned_to_from_the_first_day_to_the_last(
    people: tuple[int, int, int],
) -> None:
    one, two, three = people
    number = the_cabinet()
    with transaction() as session:
        appoint_guardian(session, number, three, role=DEPUTY, today=TODAY)
    last = SOON + timedelta(days=13)
    assert note(one, SOON, last, three)
    assert not note(one, SOON, last, three)
    assert asked(SOON - timedelta(days=1)) == (one, two, three)
    assert asked(SOON) == asked(last) == (three, two)
    assert asked(last + timedelta(days=1)) == (one, two, three)
    (event,) = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "absence_noted")).all()
    assert (event.subject, event.detail) == (f"volunteer {one}", {})


def test_absences_that_cannot_be_are_refused(people: tuple[int, int, int]) -> None:
    one, *_ = people
    note(one, SOON, SOON + timedelta(days=9))
    for first, last, cover, field in (
        (SOON, SOON - timedelta(days=1), None, "until_on"),
        (YESTERDAY - timedelta(days=3), YESTERDAY, None, "until_on"),
        (TODAY, TODAY + timedelta(days=400), None, "until_on"),
        (TODAY, TODAY, one, "cover_id"),
        (TODAY, SOON, None, "from_on"),
        (SOON + timedelta(days=9), SOON + timedelta(days=20), None, "from_on"),
    ):
        with pytest.raises(InvalidValue) as refusal:
            note(one, first, last, cover)
        assert refusal.value.fields.keys() == {field}


def test_an_absence_is_cancelled_once_and_by_the_right_number(people: tuple[int, int, int]) -> None:
    one, two, _ = people
    note(one, SOON, SOON, two)
    (absence,) = list_absences(db.session(), [one], today=TODAY)
    for volunteer, did in ((two, False), (one, True), (one, False)):
        with transaction() as session:
            assert cancel_absence(session, volunteer, absence.id, actor="coordinator 1", now=NOW) is did
    assert list_absences(db.session(), [one], today=TODAY) == ()


def test_who_leaves_is_away_nowhere_and_stands_in_for_nobody(people: tuple[int, int, int]) -> None:
    one, two, _ = people
    note(one, SOON, SOON, two)
    note(two, TODAY, TODAY)
    with transaction() as session:
        forget_absences(session, two)
    (absence,) = list_absences(db.session(), [one, two], today=TODAY)
    assert (absence.away.volunteer_id, absence.away.cover_id) == (one, None)
