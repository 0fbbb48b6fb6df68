from datetime import timedelta
from random import Random

import pytest
from apiflask import APIFlask
from sqlalchemy import func, insert, select, text

from aednet.areas.ground import load_ground
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.errors import Conflict, NotFound
from aednet.base.revisions import Counter, read_revision
from aednet.base.transactions import transaction
from aednet.cabinets import services
from aednet.cabinets.drafts import DeviceDraft, ReportDraft
from aednet.cabinets.models import Cabinet, Consumable, ProblemReport
from aednet.cabinets.placing import place_within
from aednet.cabinets.queries import find_cabinet, find_device
from aednet.cabinets.rules import ReportKind, Status
from aednet.geography.extent import Extent, OutsideExtent
from tests.factories import (
    CENTRE_LAT,
    CENTRE_LON,
    FAR_OFF,
    NOW,
    TODAY,
    make_area_draft,
    make_areas,
    make_cabinet,
)
from tests.plans import asked_here, prefer_indexes, scans_of

PLAIN = {
    "name": "Buurthuis",
    "matching_name": "buurthuis",
    "status": Status.IN_SERVICE,
    "lat": CENTRE_LAT,
    "lon": CENTRE_LON,
    "created_at": NOW,
    "updated_at": NOW,
}
REPORT = ReportDraft(kind=ReportKind.DAMAGED, text="De ruit is stuk.")


def test_a_cabinet_gets_the_area_that_it_hangs_in(app: APIFlask) -> None:
    make_areas()
    with transaction() as session:
        make_cabinet(session)
    facts = find_cabinet(db.session(), "HGV-001")
    assert facts is not None
    assert (facts.area, facts.area_name) == ("krakeel", "Krakeel")


def test_a_cabinet_follows_when_a_border_moves(app: APIFlask) -> None:
    make_areas()
    with transaction() as session:
        make_cabinet(session)
    make_areas(make_area_draft(west=6.5), make_area_draft("wolfsbos"))
    with transaction() as session:
        locator = load_ground(session, current().settings).locator
        beside = Extent(west=6.5, south=52.6, east=6.6, north=52.8)
        assert place_within(session, locator, beside) == 0
        around = Extent(west=6.4, south=52.6, east=6.6, north=52.8)
        assert [place_within(session, locator, around) for _ in range(2)] == [1, 0]
    facts = find_cabinet(db.session(), "HGV-001")
    assert facts is not None
    assert facts.area == "wolfsbos"


def test_a_swapped_position_is_refused_with_a_suggestion(app: APIFlask) -> None:
    make_areas()
    with transaction() as session, pytest.raises(OutsideExtent) as caught:
        make_cabinet(session, lat=CENTRE_LON, lon=CENTRE_LAT)
    assert f"lat={CENTRE_LAT}" in caught.value.fields["lat"]


def test_a_reference_is_given_once(app: APIFlask) -> None:
    with transaction() as session:
        make_cabinet(session)
        with pytest.raises(Conflict):
            make_cabinet(session)


def test_an_access_code_is_unreadable_in_the_database(app: APIFlask) -> None:
    with transaction() as session:
        make_cabinet(session, access_code="C1234X")
    stored = db.session.execute(text("SELECT access_code FROM cabinet")).scalar_one()
    assert b"C1234X" not in bytes(stored)
    assert db.session.scalars(select(Cabinet.access_code)).one() == "C1234X"


def test_new_dates_replace_the_old_ones_and_the_same_again_changes_nothing(app: APIFlask) -> None:
    with transaction() as session:
        cabinet_id = make_cabinet(session)
        draft = DeviceDraft(battery_expires_on=TODAY)
        assert services.put_device(session, cabinet_id, draft, fields=["battery_expires_on"])
        assert not services.put_device(session, cabinet_id, draft, fields=["battery_expires_on"])
    device = find_device(db.session(), cabinet_id)
    assert device is not None
    assert (device.battery_expires_on, device.pads_adult_expire_on) == (TODAY, FAR_OFF)
    assert db.session.scalar(select(func.count()).select_from(Consumable)) == 2


def test_the_last_inspection_by_day_counts_even_if_an_older_one_is_logged_later(app: APIFlask) -> None:
    with transaction() as session:
        cabinet_id = make_cabinet(session, inspected_on=TODAY)
        services.record_inspection(
            session, cabinet_id, inspected_on=TODAY - timedelta(days=9), passed=False, now=NOW
        )
    facts = find_cabinet(db.session(), "HGV-001")
    assert facts is not None
    assert (facts.verified_on, facts.upkeep.passed) == (TODAY, True)


def test_references_go_on_from_the_highest(app: APIFlask) -> None:
    with transaction() as session:
        assert services.next_ref(session, "HGV") == "HGV-001"
        make_cabinet(session, "HGV-007")
        make_cabinet(session, "HGV-x")
        make_cabinet(session, "HGVX-900")
        assert services.next_ref(session, "HGV") == "HGV-008"


def follows(refs: set[str], prefix: str) -> str:
    """Work out from all references which one follows the highest number behind `prefix`."""
    tails = [ref.removeprefix(f"{prefix}-") for ref in refs if ref.startswith(f"{prefix}-")]
    return f"{prefix}-{max((int(tail) for tail in tails if tail.isdecimal()), default=0) + 1:03d}"


@pytest.mark.parametrize("seed", range(3))
def test_references_of_any_shape_go_on_from_the_highest_number(app: APIFlask, seed: int) -> None:
    random = Random(seed)
    prefixes = ("HGV", "HGVX", "HG", "HGV-N", "H.V")
    tails = ("", "x", "-", "9a9", "a99", "99-", "99.5", "0", "000007", "999", "1000", "98", "0998", "9" * 17)
    numbers = [str(random.randrange(10**digits)) for digits in range(1, 7)]
    drawn = {f"{random.choice(prefixes)}-{random.choice([*tails, *numbers])}" for _ in range(60)}
    drawn |= {"HGV", "999"}
    known: set[str] = set()
    for ref in sorted(drawn, key=lambda _: random.random()):
        for prefix in prefixes:
            assert services.next_ref(db.session(), prefix) == follows(known, prefix)
        with transaction() as session:
            session.execute(insert(Cabinet), {"ref": ref, **PLAIN})
        known.add(ref)
    assert len(known) > 30


def test_the_next_reference_is_looked_up_in_an_index(app: APIFlask) -> None:
    with db.engine.connect() as connection, asked_here() as asked:
        prefer_indexes(connection)
        services.next_ref(db.session(), "HGV")
        assert [scan for one in asked if one.is_read for scan in scans_of(connection, one)] == []


def test_the_same_report_within_minutes_is_kept_once(app: APIFlask) -> None:
    with transaction() as session:
        make_cabinet(session)
    with transaction() as session:
        assert services.report_problem(session, "HGV-001", REPORT, now=NOW)
        assert not services.report_problem(session, "HGV-001", REPORT, now=NOW + timedelta(minutes=9))
        assert services.report_problem(session, "HGV-001", REPORT, now=NOW + timedelta(minutes=11))
    assert db.session.scalar(select(func.count()).select_from(ProblemReport)) == 2


@pytest.mark.parametrize("status", [Status.PLANNED, Status.RETIRED])
def test_nobody_can_report_on_a_cabinet_that_the_public_does_not_see(app: APIFlask, status: Status) -> None:
    with transaction() as session:
        make_cabinet(session, status=status)
    with transaction() as session, pytest.raises(NotFound):
        services.report_problem(session, "HGV-001", REPORT, now=NOW)


def test_a_report_does_not_raise_the_networks_revision(app: APIFlask) -> None:
    with transaction() as session:
        make_cabinet(session)
    before = read_revision(db.session(), Counter.NETWORK)
    with transaction() as session:
        services.report_problem(session, "HGV-001", REPORT, now=NOW)
    assert read_revision(db.session(), Counter.NETWORK) == before
