import threading
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from aednet.areas.ground import Ground, load_ground
from aednet.base.audit import AuditEvent
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.errors import Conflict, InvalidValue, NotFound
from aednet.base.revisions import Counter, read_revision
from aednet.base.transactions import transaction
from aednet.geography.extent import OutsideExtent
from aednet.volunteers import services
from aednet.volunteers.arrivals import Registrar
from aednet.volunteers.drafts import VolunteerChange
from aednet.volunteers.facts import VolunteerFacts
from aednet.volunteers.models import ConsentEvent, Volunteer, VolunteerNameWord
from aednet.volunteers.placing import place_among
from aednet.volunteers.queries import Sought, VolunteerFilter, find_volunteer, list_volunteers
from aednet.volunteers.rules import ConsentKind, ConsentWay, Role, Status
from tests.factories import CENTRE_LAT, CENTRE_LON, NOW, TODAY, make_area_draft, make_areas, make_volunteer

LATER = NOW + timedelta(hours=1)


def registrar(within: frozenset[int] | None = None) -> Registrar:
    return Registrar(actor="coordinator 7", way=ConsentWay.COORDINATOR, status=Status.ACTIVE, within=within)


def ground() -> Ground:
    return load_ground(db.session(), current().settings)


def get(volunteer_id: int) -> VolunteerFacts:
    facts = find_volunteer(db.session(), volunteer_id, within=None)
    assert facts is not None
    return facts


def change(volunteer_id: int, *, by: Registrar | None = None, **fields: Any) -> bool:
    known = fields.pop("known_versions", None)
    with transaction() as session:
        return services.change_volunteer(
            session,
            volunteer_id,
            VolunteerChange(**fields),
            by=by or registrar(),
            ground=ground(),
            now=LATER,
            today=TODAY,
            known_versions=known,
        )


def found(text: str) -> list[int]:
    wanted = VolunteerFilter(within=None, sought=Sought.parse(text, "NL"))
    return [facts.id for facts in list_volunteers(db.session(), wanted, limit=9).volunteers]


def count(table: type) -> int:
    return db.session().scalar(select(func.count()).select_from(table)) or 0


def test_who_registers_is_new_in_the_area_where_they_live(app: APIFlask) -> None:
    make_areas()
    with transaction() as session:
        volunteer_id = make_volunteer(session, name="Ida  Voorbeeld", email="Ida@aednet.example")
    facts = get(volunteer_id)
    assert (facts.status, facts.area) == (Status.NEW, "krakeel")
    assert (facts.name, facts.phone.e164, facts.email) == (
        "Ida Voorbeeld",
        "+31612340001",
        "Ida@aednet.example",
    )
    assert (facts.home.lat, facts.home.lon) == (CENTRE_LAT, CENTRE_LON)
    assert facts.promise.certificate_lapses_on == facts.course_on.replace(year=2027)  # type: ignore[union-attr]
    assert facts.counts_as(TODAY) == {Role.RESPONDER}
    assert "Voorbeeld" not in repr(facts)


def test_nothing_that_says_who_or_where_somebody_is_can_be_read_in_the_database(app: APIFlask) -> None:
    with transaction() as session:
        make_volunteer(session, name="Ida Voorbeeld", email="ida@aednet.example", note="woont boven")
    row = db.session.execute(text("SELECT * FROM volunteer")).one()
    words = db.session.execute(text("SELECT * FROM volunteer_name_word")).all()
    stored = repr((tuple(map(_plain, row)), [tuple(map(_plain, word)) for word in words]))
    for canary in ("Ida", "Voorbeeld", "ida@", "12340001", "woont", "52.7245", "6.4788"):
        assert canary not in stored


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def test_consent_is_kept_with_version_time_and_way_and_cannot_be_changed(app: APIFlask) -> None:
    with transaction() as session:
        volunteer_id = make_volunteer(session)
    event = db.session.scalars(select(ConsentEvent)).one()
    assert (event.volunteer_id, event.kind, event.way, event.at) == (
        volunteer_id,
        ConsentKind.GIVEN,
        ConsentWay.JOIN_PAGE,
        NOW,
    )
    assert event.version == get(volunteer_id).consent_version
    for change_of in ("UPDATE consent_event SET version = 'x'", "DELETE FROM consent_event"):
        with pytest.raises(DatabaseError, match="append-only"), db.engine.begin() as connection:
            connection.execute(text(change_of))


def test_the_same_number_and_name_again_changes_nothing(app: APIFlask) -> None:
    with transaction() as session:
        first = make_volunteer(session, name="Ida de Groot")
        before = read_revision(session, Counter.VOLUNTEERS)
    again = {"name": "IDA  DE GROOT", "phone": "+31 (0)6 1234 0001", "lat": CENTRE_LAT + 0.01}
    with transaction() as session:
        assert make_volunteer(session, **again) == first
    assert get(first).home.lat == CENTRE_LAT
    assert (count(Volunteer), count(ConsentEvent)) == (1, 1)
    assert read_revision(db.session(), Counter.VOLUNTEERS) == before + 1
    actions = db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions == ["volunteer_registered", "registration_repeated"]


def test_two_people_may_share_a_number(app: APIFlask) -> None:
    with transaction() as session:
        first = make_volunteer(session, name="Ida Voorbeeld")
        assert make_volunteer(session, name="Jan Voorbeeld") != first
    assert count(Volunteer) == 2


def test_who_left_can_register_anew(app: APIFlask) -> None:
    with transaction() as session:
        first = make_volunteer(session)
    assert change(first, status=Status.LEFT)
    with transaction() as session:
        assert make_volunteer(session) != first


def test_registrations_that_arrive_together_are_kept_once(app: APIFlask) -> None:
    def register() -> None:
        with app.app_context(), transaction() as session:
            numbers.append(make_volunteer(session))

    numbers: list[int] = []
    threads = [threading.Thread(target=register) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(numbers) == 8
    assert len(set(numbers)) == 1
    assert count(Volunteer) == 1


def test_a_registrar_sees_and_adds_nobody_outside_their_areas(app: APIFlask) -> None:
    make_areas(make_area_draft("west", width=0.08), make_area_draft("oost", west=6.48))
    with transaction() as session:
        elsewhere = make_volunteer(session, lon=6.49)
        (west,) = {get(make_volunteer(session, 2, lon=6.47)).area_id}
        assert west is not None
        mine = registrar(frozenset({west}))
        with pytest.raises(InvalidValue) as caught:
            make_volunteer(session, 3, by=mine, lon=6.49)
        assert set(caught.value.fields) == {"lat", "lon"}
        assert make_volunteer(session, by=mine, lon=6.47) != elsewhere  # as if nobody had that number
    with pytest.raises(NotFound):
        change(elsewhere, by=mine, note="x")
    with pytest.raises(InvalidValue):
        change(2, by=mine, lon=6.49)
    assert find_volunteer(db.session(), elsewhere, within=frozenset({west})) is None


def test_a_home_outside_the_network_and_a_course_yet_to_be_are_refused(app: APIFlask) -> None:
    make_areas()
    with transaction() as session:
        with pytest.raises(OutsideExtent) as caught:
            make_volunteer(session, lat=CENTRE_LON, lon=CENTRE_LAT)
        assert f"lat={CENTRE_LAT}" in caught.value.fields["lat"]
        with pytest.raises(InvalidValue, match="yet to be"):
            make_volunteer(session, course_on=TODAY + timedelta(days=1))
        volunteer_id = make_volunteer(session, course_on=TODAY)
    with pytest.raises(InvalidValue, match="yet to be"):
        change(volunteer_id, course_on=TODAY + timedelta(days=1))


def test_a_change_sets_what_it_names_and_what_follows_and_leaves_the_rest(app: APIFlask) -> None:
    make_areas(make_area_draft("west", width=0.08), make_area_draft("oost", west=6.48))
    with transaction() as session:
        volunteer_id = make_volunteer(session, name="Ida Voorbeeld", email="ida@aednet.example")
    before = get(volunteer_id)
    assert change(volunteer_id, lon=6.49, course_on=None, roles={Role.GUARDIAN}, name="Ida Anders")
    after = get(volunteer_id)
    assert (after.area, after.home.lat, after.home.lon) == ("oost", CENTRE_LAT, 6.49)
    assert (after.course_on, after.promise.certificate_lapses_on) == (None, None)
    assert (after.promise.roles, after.name) == ({Role.GUARDIAN}, "Ida Anders")
    assert (after.phone, after.email, after.consented_at) == (before.phone, before.email, before.consented_at)
    assert (before.updated_at, after.updated_at) == (NOW, LATER)
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert (event.actor, event.action, event.subject) == (
        "coordinator 7",
        "volunteer_changed",
        f"volunteer {volunteer_id}",
    )
    assert "course_on" in event.detail["fields"]
    assert "Anders" not in repr(event.detail)
    assert (found("ida anders"), found("voorbeeld")) == ([volunteer_id], [])


def test_a_change_that_changes_nothing_leaves_no_trace(app: APIFlask) -> None:
    with transaction() as session:
        volunteer_id = make_volunteer(session)
    before = read_revision(db.session(), Counter.VOLUNTEERS), count(AuditEvent)
    assert not change(volunteer_id, phone="06-12340001", roles={Role.RESPONDER}, lat=CENTRE_LAT, email=None)
    assert (read_revision(db.session(), Counter.VOLUNTEERS), count(AuditEvent)) == before
    assert get(volunteer_id).updated_at == NOW


def test_a_change_that_starts_from_an_old_state_is_refused(app: APIFlask) -> None:
    with transaction() as session:
        volunteer_id = make_volunteer(session)
    read = get(volunteer_id).version
    assert change(volunteer_id, note="eerst", known_versions={read})
    with pytest.raises(Conflict):
        change(volunteer_id, note="dan", known_versions={read})
    with pytest.raises(Conflict):
        change(volunteer_id, note="dan", known_versions=set())
    assert get(volunteer_id).note == "eerst"


def test_who_leaves_has_withdrawn_their_consent_and_does_not_come_back(app: APIFlask) -> None:
    with transaction() as session:
        volunteer_id = make_volunteer(session)
    assert change(volunteer_id, status=Status.LEFT)
    kinds = db.session.scalars(select(ConsentEvent.kind).order_by(ConsentEvent.id)).all()
    assert kinds == [ConsentKind.GIVEN, ConsentKind.WITHDRAWN]
    for status in (Status.ACTIVE, Status.NEW, Status.PAUSED):
        with pytest.raises(Conflict):
            change(volunteer_id, status=status)


def test_a_volunteer_moves_one_counter_and_never_the_networks(app: APIFlask) -> None:
    make_areas()
    network, volunteers = (read_revision(db.session(), counter) for counter in Counter)
    with transaction() as session:
        volunteer_id = make_volunteer(session)
    assert read_revision(db.session(), Counter.VOLUNTEERS) == volunteers + 1
    assert change(volunteer_id, lon=CENTRE_LON + 0.01)
    assert read_revision(db.session(), Counter.VOLUNTEERS) == volunteers + 2
    assert read_revision(db.session(), Counter.NETWORK) == network


def test_volunteers_follow_when_a_border_moves(app: APIFlask) -> None:
    make_areas()
    with transaction() as session:
        numbers = [make_volunteer(session, 1), make_volunteer(session, 2, lon=6.6)]
    assert [get(number).area for number in numbers] == ["krakeel", None]
    make_areas(make_area_draft(west=6.55), make_area_draft("wolfsbos", width=0.15))
    before = read_revision(db.session(), Counter.VOLUNTEERS)
    with transaction() as session:
        assert place_among(session, ground().locator, [1]) == 2
    assert [get(number).area for number in numbers] == ["wolfsbos", "krakeel"]
    assert read_revision(db.session(), Counter.VOLUNTEERS) == before + 1
    with transaction() as session:
        assert place_among(session, ground().locator, [1, 2]) == 0


def test_the_number_of_somebody_erased_is_never_given_to_another(app: APIFlask) -> None:
    with transaction() as session:
        first = make_volunteer(session)
        session.delete(session.get_one(Volunteer, first))
    assert count(VolunteerNameWord) == 0
    with transaction() as session:
        assert make_volunteer(session, 2) > first
