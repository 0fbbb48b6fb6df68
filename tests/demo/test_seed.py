import json
from collections.abc import Callable
from datetime import UTC, date, datetime

from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from aednet.areas.ground import load_ground
from aednet.areas.queries import list_areas
from aednet.areas.services import put_areas
from aednet.base.audit import AuditEvent
from aednet.base.database import db
from aednet.base.revisions import Counter, read_revision
from aednet.base.transactions import transaction
from aednet.cabinets.drafts import CabinetDraft
from aednet.cabinets.models import Cabinet
from aednet.cabinets.queries import every_cabinet, find_device
from aednet.cabinets.rules import Readiness
from aednet.cabinets.services import register_cabinet
from aednet.config import Settings
from aednet.coverage.live import load_network
from aednet.coverage.nearest import nearest_cabinets
from aednet.demo.cabinets import example_cabinets
from aednet.demo.cells import shipped_cells
from aednet.demo.seed import is_for_examples, seed_example_network
from aednet.exchange.areas_in import shipped_areas
from aednet.geography.points import LatLon
from tests.factories import make_cabinet, make_volunteer

NOW, TODAY = datetime(2026, 11, 24, 2, tzinfo=UTC), date(2026, 11, 24)
CENTRE = LatLon(lat=52.7245, lon=6.4788)


def seed(settings: Settings) -> int:
    with transaction() as session:
        return seed_example_network(session, settings=settings, now=NOW, today=TODAY)


def test_an_empty_database_gets_the_areas_and_the_cabinets_all_marked_as_examples(
    app: APIFlask, settings: Settings
) -> None:
    assert seed(settings) == 47
    session = db.session()
    assert len(list_areas(session)) == 24
    stored = list(every_cabinet(session))
    assert len(stored) == 47
    assert all(cabinet.is_example for cabinet in stored)
    examples = example_cabinets(today=TODAY, areas=shipped_areas(), cells=shipped_cells())
    for cabinet, example in zip(stored, examples, strict=True):
        assert (cabinet.ref, cabinet.area) == (example.ref, example.area)
        last = example.last_inspection
        assert cabinet.upkeep.inspected_on == (last and last.inspected_on)
        assert cabinet.upkeep.passed == (last and last.passed)
        device = find_device(session, cabinet.id)
        assert device is not None
        assert device.serial_number == example.device.serial_number
        assert device.pads_child_expire_on == example.device.pads_child_expire_on
        assert cabinet.upkeep.battery_expires_on == example.device.battery_expires_on


def test_a_second_run_changes_nothing(app: APIFlask, settings: Settings) -> None:
    seed(settings)
    before = standing()
    assert seed(settings) == 0
    assert standing() == before
    actions = db.session.scalars(select(AuditEvent.action)).all()
    assert actions.count("example_volunteers_added") == actions.count("example_network_added") == 1


def standing() -> tuple[object, ...]:
    """Return what a second run must leave as it is."""
    session = db.session()
    events = session.scalars(select(func.count()).select_from(AuditEvent)).one()
    return list(every_cabinet(session)), read_revision(session, Counter.NETWORK), events


def test_a_database_that_holds_areas_is_left_alone(app: APIFlask, settings: Settings) -> None:
    with transaction() as session:
        put_areas(session, shipped_areas()[:1])
    assert seed(settings) == 0
    assert len(list_areas(db.session())) == 1


def test_a_database_that_holds_a_cabinet_is_left_alone(app: APIFlask, settings: Settings) -> None:
    with transaction() as session:
        draft = CabinetDraft(name="Werkplaats", lat=CENTRE.lat, lon=CENTRE.lon)
        ground = load_ground(session, settings)
        register_cabinet(session, draft, ref="HGV-900", ground=ground, now=NOW)
    assert seed(settings) == 0
    assert [cabinet.ref for cabinet in every_cabinet(db.session())] == ["HGV-900"]


def test_three_can_be_reached_at_night_from_the_middle_of_hoogeveen(
    app: APIFlask, settings: Settings
) -> None:
    seed(settings)
    network = load_network(db.session(), settings)
    found = nearest_cabinets(network, CENTRE, at=NOW, limit=3)
    assert len(found) == 3
    assert found[0].cabinet.ref == "HGV-001"
    assert found[0].readiness is Readiness.READY
    assert all(near.straight_line_m < 1_200 for near in found)


def test_the_public_sees_45_of_them_and_no_access_code(
    app: APIFlask, client: FlaskClient, settings: Settings
) -> None:
    seed(settings)
    codes = {code for code in db.session().scalars(select(Cabinet.access_code)) if code}
    assert len(codes) > 10
    body = client.get("/api/v1/cabinets").text
    assert len(json.loads(body)["features"]) == 45
    facts = repr(list(every_cabinet(db.session())))
    assert not any(code in body or code in facts for code in codes)


def test_who_registers_in_the_demo_is_an_example_too_and_the_next_start_takes_them_along(
    open_app: Callable[..., APIFlask], settings: Settings
) -> None:
    with open_app(demo=True).app_context():
        seed(settings)
        with transaction() as session:
            make_volunteer(session, number=9_001)
            make_cabinet(session, "HGV-901")
        assert is_for_examples(db.session())


def test_outside_the_demo_nobody_who_registers_is_an_example(app: APIFlask, settings: Settings) -> None:
    seed(settings)
    with transaction() as session:
        make_volunteer(session, number=9_001)
    assert not is_for_examples(db.session())
