from collections import Counter
from datetime import UTC, date, datetime
from random import Random

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select

from aednet.areas.queries import list_areas
from aednet.base.audit import AuditEvent
from aednet.base.database import db
from aednet.base.phone import PhoneNumber
from aednet.base.revisions import Counter as Revisions
from aednet.base.revisions import read_revision
from aednet.base.transactions import transaction
from aednet.cabinets.models import Guardianship
from aednet.cabinets.queries import list_without_guardian
from aednet.cabinets.rules import GuardianRole
from aednet.config import Settings
from aednet.demo.cells import shipped_cells
from aednet.demo.seed import seed_example_network
from aednet.demo.volunteers import example_volunteers, seed_example_volunteers
from aednet.geography.points import LatLon
from aednet.volunteers.facts import VolunteerFacts
from aednet.volunteers.models import ConsentEvent, Volunteer
from aednet.volunteers.queries import Sought, VolunteerFilter, list_volunteers
from aednet.volunteers.rules import ConsentWay, Role, Status
from tests.factories import make_cabinets, make_volunteer

NOW, TODAY = datetime(2026, 11, 24, 2, tzinfo=UTC), date(2026, 11, 24)


def seed(settings: Settings) -> None:
    with transaction() as session:
        seed_example_network(session, settings=settings, now=NOW, today=TODAY)


def seed_people(settings: Settings) -> int:
    with transaction() as session:
        return seed_example_volunteers(session, settings=settings, now=NOW, today=TODAY)


def everybody() -> tuple[VolunteerFacts, ...]:
    return list_volunteers(db.session(), VolunteerFilter(within=None), limit=1_000).volunteers


def test_520_people_are_added_as_examples(app: APIFlask, settings: Settings) -> None:
    seed(settings)
    people = everybody()
    assert len(people) == 520
    assert all(person.is_example for person in people)
    assert len({person.phone for person in people}) == 520
    for person in people:
        assert PhoneNumber.parse(person.phone.e164, "NL") == person.phone
        assert person.email is None or person.email.endswith("@aednet.example")
        assert person.created_at <= NOW
    ways = db.session.scalars(select(ConsentEvent.way)).all()
    assert ways == [ConsentWay.EXAMPLE] * 520


def test_they_live_in_every_area_as_people_do(app: APIFlask, settings: Settings) -> None:
    seed(settings)
    lives = Counter(person.area for person in everybody())
    areas = list_areas(db.session())
    inhabitants = sum(area.population or 0 for area in areas)
    assert set(lives) == {area.slug for area in areas}
    for area in areas:
        assert lives[area.slug] == pytest.approx((area.population or 0) * 520 / inhabitants, abs=3)


def test_every_kind_is_among_them(app: APIFlask, settings: Settings) -> None:
    seed(settings)
    people = everybody()
    assert {role for person in people for role in person.counts_as(TODAY)} == set(Role)
    assert {person.status for person in people} == set(Status)
    assert sum(person.status is Status.ACTIVE for person in people) > 440
    assert len({person.language for person in people}) == 2
    assert len({person.travel_mode for person in people}) == 3
    assert {None, "24/7", "als ik thuis ben"} < {person.available for person in people}
    lapses = [person.promise.certificate_lapses_on for person in people]
    assert sum(day is None for day in lapses) > 20
    assert sum(day is not None and day < TODAY for day in lapses) > 60
    assert sum(day is not None and 0 <= (day - TODAY).days < 35 for day in lapses) > 20
    assert sum(day is not None and (day - TODAY).days >= 35 for day in lapses) > 250


def test_most_cabinets_have_a_guardian_who_lives_near_and_some_a_deputy(
    app: APIFlask, settings: Settings
) -> None:
    seed(settings)
    assert len(list_without_guardian(db.session(), within=None, limit=50)) == 7
    posts = db.session.scalars(select(Guardianship)).all()
    assert Counter(post.role for post in posts) == {GuardianRole.GUARDIAN: 38, GuardianRole.DEPUTY: 14}
    assert max(Counter(post.volunteer_id for post in posts).values()) <= 2
    willing = {person.id for person in everybody() if Role.GUARDIAN in person.promise.roles}
    assert {post.volunteer_id for post in posts} <= willing


def test_they_are_found_as_anybody_is(app: APIFlask, settings: Settings) -> None:
    seed(settings)
    someone = everybody()[0]
    for text in (someone.name, someone.phone.international):
        sought = VolunteerFilter(within=None, sought=Sought.parse(text, "NL"))
        assert someone.id in [found.id for found in list_volunteers(db.session(), sought, limit=9).volunteers]


def test_a_second_run_changes_nothing(app: APIFlask, settings: Settings) -> None:
    seed(settings)
    before = everybody(), [read_revision(db.session(), counter) for counter in Revisions]
    assert seed_people(settings) == 0
    after = everybody(), [read_revision(db.session(), counter) for counter in Revisions]
    assert before == after
    assert db.session.scalar(select(func.count()).where(AuditEvent.action == "example_volunteers_added")) == 1


def test_where_anything_is_real_nobody_is_invented(app: APIFlask, settings: Settings) -> None:
    with transaction() as session:
        make_volunteer(session)
    assert seed_people(settings) == 0
    with transaction() as session:
        session.delete(session.scalars(select(Volunteer)).one())
    make_cabinets({"ref": "HGV-900"})
    assert seed_people(settings) == 0


def test_the_same_520_live_in_the_same_places_every_day(app: APIFlask, settings: Settings) -> None:
    seed(settings)
    areas, cells = list_areas(db.session()), shipped_cells()

    def homes(today: date) -> list[tuple[str, LatLon]]:
        people = example_volunteers(areas, cells, today=today, random=Random(1))
        return [(person.draft.name, person.draft.home) for person in people]

    assert homes(TODAY) == homes(date(2030, 2, 28))
