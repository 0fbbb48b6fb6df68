from datetime import timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from aednet.base.database import db
from aednet.base.errors import Conflict
from aednet.base.revisions import Counter, read_revision
from aednet.base.transactions import transaction
from aednet.cabinets.guarding.services import appoint_guardian, end_guardianship
from aednet.cabinets.models import Cabinet, Guardianship
from aednet.cabinets.queries import list_without_guardian
from aednet.cabinets.rules import GuardianRole, Status
from aednet.volunteers.models import Volunteer
from tests.factories import TODAY, make_cabinet, make_cabinets, make_volunteer

GUARDIAN, DEPUTY = GuardianRole.GUARDIAN, GuardianRole.DEPUTY
LATER = TODAY + timedelta(days=9)
History = list[tuple[int, GuardianRole, bool]]


def history() -> History:
    rows = db.session.scalars(select(Guardianship).order_by(Guardianship.id))
    return [(row.volunteer_id, row.role, row.until_on is None) for row in rows]


def unguarded() -> list[str]:
    return [cabinet.ref for cabinet in list_without_guardian(db.session(), within=None, limit=10)]


def test_a_cabinet_has_one_guardian_and_any_number_of_deputies(app: APIFlask) -> None:
    with transaction() as session:
        cabinet = make_cabinet(session)
        one, two, three = (make_volunteer(session, number) for number in range(3))
        assert appoint_guardian(session, cabinet, one, role=GUARDIAN, today=TODAY)
        assert not appoint_guardian(session, cabinet, one, role=GUARDIAN, today=LATER)
        with pytest.raises(Conflict):
            appoint_guardian(session, cabinet, two, role=GUARDIAN, today=LATER)
        assert appoint_guardian(session, cabinet, two, role=DEPUTY, today=TODAY)
        assert appoint_guardian(session, cabinet, three, role=DEPUTY, today=TODAY)
    assert history() == [(one, GUARDIAN, True), (two, DEPUTY, True), (three, DEPUTY, True)]


def test_the_database_itself_allows_one_guardian(app: APIFlask) -> None:
    with transaction() as session:
        cabinet, people = make_cabinet(session), [make_volunteer(session, number) for number in range(2)]
    with pytest.raises(IntegrityError), transaction() as session:
        session.add_all(
            Guardianship(cabinet_id=cabinet, volunteer_id=one, role=GUARDIAN, since_on=TODAY)
            for one in people
        )
    with pytest.raises(IntegrityError), transaction() as session:
        session.add_all(
            Guardianship(cabinet_id=cabinet, volunteer_id=people[0], role=role, since_on=TODAY)
            for role in GuardianRole
        )


def test_a_deputy_may_take_over_once_the_guardian_stops(app: APIFlask) -> None:
    with transaction() as session:
        cabinet = make_cabinet(session)
        one, two = (make_volunteer(session, number) for number in range(2))
        appoint_guardian(session, cabinet, one, role=GUARDIAN, today=TODAY)
        appoint_guardian(session, cabinet, two, role=DEPUTY, today=TODAY)
        assert end_guardianship(session, cabinet, one, today=LATER)
        assert not end_guardianship(session, cabinet, one, today=LATER)
        assert appoint_guardian(session, cabinet, two, role=GUARDIAN, today=LATER)
    assert history() == [(one, GUARDIAN, False), (two, DEPUTY, False), (two, GUARDIAN, True)]
    assert {row.until_on for row in db.session.scalars(select(Guardianship))} == {None, LATER}


def test_without_a_guardian_are_those_with_none_or_only_a_deputy_or_one_that_stopped(app: APIFlask) -> None:
    make_cabinets({}, {}, {}, {}, {"status": Status.PLANNED}, {"status": Status.RETIRED})
    with transaction() as session:
        one, two, three, *_ = session.scalars(select(Cabinet.id).order_by(Cabinet.ref))
        volunteer = make_volunteer(session)
        appoint_guardian(session, one, volunteer, role=GUARDIAN, today=TODAY)
        appoint_guardian(session, two, volunteer, role=DEPUTY, today=TODAY)
        appoint_guardian(session, three, volunteer, role=GUARDIAN, today=TODAY)
        end_guardianship(session, three, volunteer, today=LATER)
    assert unguarded() == ["HGV-002", "HGV-003", "HGV-004"]


def test_who_is_erased_guards_nothing_and_the_public_sees_no_difference(app: APIFlask) -> None:
    with transaction() as session:
        cabinet, volunteer = make_cabinet(session), make_volunteer(session)
    before = read_revision(db.session(), Counter.NETWORK)
    with transaction() as session:
        appoint_guardian(session, cabinet, volunteer, role=GUARDIAN, today=TODAY)
    assert unguarded() == []
    with transaction() as session:
        session.delete(session.get_one(Volunteer, volunteer))
    assert history() == []
    assert unguarded() == ["HGV-001"]
    assert read_revision(db.session(), Counter.NETWORK) == before
