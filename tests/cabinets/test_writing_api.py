import json
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from aednet.accounts.rules import Role
from aednet.base.audit import AuditEvent
from aednet.base.database import db
from aednet.base.revisions import Counter, read_revision
from aednet.cabinets.models import Cabinet, Consumable, Device, Inspection
from aednet.cabinets.queries import find_cabinet, find_device
from aednet.web.geojson import MEDIA_TYPE
from tests.factories import (
    CENTRE_LAT,
    FAR_OFF,
    NOW,
    TODAY,
    make_area_draft,
    make_areas,
    make_cabinets,
    make_token,
)
from tests.fakes import MovableClock

CABINETS = "/api/v1/cabinets"
ONE = f"{CABINETS}/HGV-001"
INSPECTIONS = f"{ONE}/inspections"
CODE = "C1234X"
IN_WEST, IN_OOST, IN_NO_AREA = 6.47, 6.49, 6.6
BODY: dict[str, Any] = {"name": "Buurthuis De Invaller", "lat": CENTRE_LAT, "lon": IN_WEST}
Header = dict[str, str]


@pytest.fixture
def app(open_app: Callable[..., APIFlask], clock: MovableClock) -> Iterator[APIFlask]:
    """An application with a clock that stands still, on a ground of two areas."""
    app = open_app(clock=clock)
    with app.app_context():
        make_areas(make_area_draft("west", width=0.08), make_area_draft("oost", west=6.48))
        yield app


@pytest.fixture
def west(app: APIFlask) -> Header:
    """The token of a coordinator of one of the two areas."""
    return make_token("west", role=Role.COORDINATOR)


@pytest.fixture
def everywhere(app: APIFlask) -> Header:
    return make_token(email="baas@aednet.example")


def count(table: type = Cabinet) -> int:
    return db.session().scalar(select(func.count()).select_from(table)) or 0


def events() -> list[tuple[str, str, dict[str, str]]]:
    trail = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id))
    return [(event.action, event.subject, event.detail) for event in trail if "cabinet" in event.subject]


def listed(client: FlaskClient) -> list[str]:
    return [feature["id"] for feature in client.get(CABINETS).get_json()["features"]]


def public(feature: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in feature.items() if name != "updated_at"}


def test_a_registered_cabinet_is_as_the_public_reads_it(client: FlaskClient, west: Header) -> None:
    device = {
        "model": "Voorbeeld 3",
        "pads_adult_expire_on": "2028-01-31",
        "battery_expires_on": "2029-01-31",
    }
    more = {"access_code": CODE, "locked": True, "opening_hours": "24/7", "device": device}
    answer = client.post(CABINETS, json=BODY | more, headers=west)
    assert (answer.status_code, answer.content_type) == (201, MEDIA_TYPE), answer.text
    assert answer.headers["Location"] == ONE
    read = client.get(answer.headers["Location"])
    assert read.get_json() == public(answer.get_json())
    assert read.headers["ETag"] == answer.headers["ETag"]
    properties = answer.get_json()["properties"]
    assert (properties["ref"], properties["area"], properties["status"]) == ("HGV-001", "west", "in_service")
    assert properties["readiness"] == "unknown"
    cabinet = db.session.scalars(select(Cabinet)).one()
    stored = find_device(db.session(), cabinet.id)
    assert stored is not None
    assert (stored.model, stored.pads_adult_expire_on) == ("Voorbeeld 3", date(2028, 1, 31))
    assert cabinet.access_code == CODE
    assert listed(client) == ["HGV-001"]
    assert events() == [("cabinet_registered", "cabinet HGV-001", {})]


def test_a_reference_is_the_next_one_or_the_one_named_and_given_once(
    client: FlaskClient, west: Header
) -> None:
    make_cabinets({"ref": "HGV-041"})
    assert client.post(CABINETS, json=BODY, headers=west).get_json()["id"] == "HGV-042"
    assert client.post(CABINETS, json=BODY | {"ref": "kerk.1"}, headers=west).get_json()["id"] == "kerk.1"
    before = (count(), events())
    again = client.post(CABINETS, json=BODY | {"ref": "kerk.1"}, headers=west)
    assert (again.status_code, again.get_json()["code"]) == (409, "conflict")
    assert (count(), events()) == before


def test_several_at_once_all_get_a_reference_of_their_own(app: APIFlask, west: Header) -> None:
    statuses = []
    start = threading.Barrier(6)

    def ask() -> None:
        start.wait()
        statuses.append(app.test_client().post(CABINETS, json=BODY, headers=west).status_code)

    threads = [threading.Thread(target=ask) for _ in range(start.parties)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [201] * 6
    db.session.rollback()
    refs = db.session.scalars(select(Cabinet.ref).order_by(Cabinet.ref)).all()
    assert refs == [f"HGV-{number:03d}" for number in range(1, 7)]


BAD_FACTS: list[tuple[dict[str, Any], set[str]]] = [
    ({"name": " "}, {"name"}),
    ({"name": None}, {"name"}),
    ({"name": "x" * 201}, {"name"}),
    ({"name": "a\u0000b"}, {"name"}),
    ({"lat": IN_WEST, "lon": CENTRE_LAT}, {"lat", "lon"}),
    ({"lat": 0, "lon": 0}, {"lat", "lon"}),
    ({"lat": 91, "lon": IN_WEST}, {"lat"}),
    ({"lat": float("nan"), "lon": IN_WEST}, {"lat"}),
    ({"lat": CENTRE_LAT, "lon": float("inf")}, {"lon"}),
    ({"lat": CENTRE_LAT, "lon": IN_OOST}, {"lat", "lon"}),
    ({"lat": CENTRE_LAT, "lon": IN_NO_AREA}, {"lat", "lon"}),
    ({"status": "gone"}, {"status"}),
    ({"status": None}, {"status"}),
    ({"access": "maybe"}, {"access"}),
    ({"location": "x" * 1_001}, {"location"}),
    ({"opening_hours": "x" * 501}, {"opening_hours"}),
    ({"access_code": "x" * 51}, {"access_code"}),
    ({"locked": "soms"}, {"locked"}),
    ({"readiness": "ready"}, {"readiness"}),
    ({"area": "west"}, {"area"}),
    ({"device": {"battery_expires_on": "1989-12-31"}}, {"device.battery_expires_on"}),
    ({"device": {"pads_adult_expire_on": "2027-02-29"}}, {"device.pads_adult_expire_on"}),
    ({"device": {"colour": "groen"}}, {"device.colour"}),
    ({"device": "Voorbeeld 3"}, {"device"}),
]
BAD_REGISTRATIONS = [
    *BAD_FACTS,
    ({"ref": "a b"}, {"ref"}),
    ({"ref": "x" * 41}, {"ref"}),
    ({"ref": "nearest"}, {"ref"}),
    ({"updated_at": "2026-11-24T13:00"}, {"updated_at"}),
]
BAD_CHANGES = [
    *BAD_FACTS,
    ({"lat": CENTRE_LAT}, {"lon"}),
    ({"lon": IN_WEST}, {"lat"}),
    ({"lat": None, "lon": None}, {"lat", "lon"}),
    ({"device": None}, {"device"}),
    ({"ref": "HGV-002"}, {"ref"}),
    ({"updated_at": "ooit"}, {"updated_at"}),
]


@pytest.mark.parametrize(("facts", "fields"), BAD_REGISTRATIONS)
def test_what_cannot_be_registered_names_its_fields_and_stores_nothing(
    client: FlaskClient, west: Header, facts: dict[str, Any], fields: set[str]
) -> None:
    answer = client.post(CABINETS, json=BODY | facts, headers=west)
    assert answer.status_code == 422, answer.text
    assert set(answer.get_json()["errors"]) == fields
    assert count() == count(Device) == count(Consumable) == 0
    assert events() == []


@pytest.mark.parametrize(("facts", "fields"), BAD_CHANGES)
def test_a_change_that_cannot_be_names_its_fields_and_changes_nothing(
    client: FlaskClient, west: Header, facts: dict[str, Any], fields: set[str]
) -> None:
    make_cabinets({"lon": IN_WEST})
    before = client.get(ONE)
    body = {"address": "Voorbeeldlaan 9", "device": {"battery_expires_on": "2027-01-01"}} | facts
    answer = client.patch(ONE, json=body, headers=west)
    assert answer.status_code == 422, answer.text
    assert set(answer.get_json()["errors"]) == fields
    after = client.get(ONE)
    assert (after.data, after.headers["ETag"]) == (before.data, before.headers["ETag"])
    assert events() == []


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_swapped_position_is_refused_with_the_right_one_as_a_suggestion(
    client: FlaskClient, west: Header, method: str
) -> None:
    make_cabinets({"lon": IN_WEST})
    swapped = {"lat": IN_WEST, "lon": CENTRE_LAT}
    body, address = (BODY | swapped, CABINETS) if method == "POST" else (swapped, ONE)
    answer = client.open(address, method=method, json=body, headers=west)
    assert f"lat={CENTRE_LAT}, lon={IN_WEST}" in answer.get_json()["errors"]["lat"][0]


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_cannot_be_read_is_400(client: FlaskClient, west: Header, body: bytes) -> None:
    make_cabinets({"lon": IN_WEST})
    for method, address in (("POST", CABINETS), ("PATCH", ONE), ("POST", INSPECTIONS)):
        answer = client.open(address, method=method, data=body, content_type="application/json", headers=west)
        assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


def test_a_change_sets_what_it_names_and_null_empties(
    client: FlaskClient, west: Header, clock: MovableClock
) -> None:
    make_cabinets({"lon": IN_WEST, "location": "in de hal", "address": "Voorbeeldlaan 1"})
    before = client.get(ONE).get_json()
    clock.move(timedelta(minutes=1))
    facts = {"name": "Sporthal", "locked": True, "location": None, "opening_hours": "ma-vr 8-18 uur"}
    answer = client.patch(ONE, json=facts | {"lat": 52.73, "lon": 6.46}, headers=west)
    assert (answer.status_code, answer.content_type) == (200, MEDIA_TYPE), answer.text
    after = public(answer.get_json())
    assert after["geometry"]["coordinates"] == [6.46, 52.73]
    assert after["properties"] == before["properties"] | facts | {"opening_hours": "Mo-Fr 08:00-18:00"}
    assert client.get(ONE).get_json() == after
    fields = "lat, location, locked, lon, name, opening_hours"
    assert events() == [("cabinet_changed", "cabinet HGV-001", {"fields": fields})]


def test_dates_of_the_device_change_and_readiness_follows(client: FlaskClient, west: Header) -> None:
    make_cabinets({"lon": IN_WEST})
    lapsed = (TODAY - timedelta(days=1)).isoformat()
    answer = client.patch(ONE, json={"device": {"battery_expires_on": lapsed}}, headers=west)
    assert answer.get_json()["properties"]["readiness"] == "out_of_service"
    cabinet = db.session.scalars(select(Cabinet)).one()
    device = find_device(db.session(), cabinet.id)
    assert device is not None
    assert (device.battery_expires_on, device.pads_adult_expire_on) == (TODAY - timedelta(days=1), FAR_OFF)
    unknown = client.patch(ONE, json={"device": {"battery_expires_on": None}}, headers=west)
    assert unknown.get_json()["properties"]["readiness"] == "unknown"
    detail = {"fields": "device.battery_expires_on"}
    assert events() == [("cabinet_changed", "cabinet HGV-001", detail)] * 2


def test_a_change_of_nothing_leaves_no_trace(client: FlaskClient, west: Header, clock: MovableClock) -> None:
    make_cabinets({"lon": IN_WEST, "access_code": CODE})
    before, revision = client.get(ONE), read_revision(db.session(), Counter.NETWORK)
    clock.move(timedelta(minutes=1))
    same = {"name": "Buurthuis HGV-001", "access_code": CODE, "device": {"serial_number": None}}
    for body in ({}, same, {"lat": CENTRE_LAT, "lon": IN_WEST}):
        assert client.patch(ONE, json=body, headers=west).status_code == 200
    assert client.get(ONE).headers["ETag"] == before.headers["ETag"]
    assert read_revision(db.session(), Counter.NETWORK) == revision
    assert events() == []


def test_an_access_code_is_in_no_byte_of_any_answer_or_trail(client: FlaskClient, west: Header) -> None:
    other = "Z9876Y"
    answers = [
        client.post(CABINETS, json=BODY | {"access_code": CODE}, headers=west),
        client.post(CABINETS, json=BODY | {"access_code": CODE, "ref": "HGV-001"}, headers=west),
        client.post(CABINETS, json=BODY | {"access_code": CODE * 9}, headers=west),
        client.patch(ONE, json={"access_code": other}, headers=west),
        client.patch(ONE, json={"access_code": CODE, "name": None}, headers=west),
        client.post(INSPECTIONS, json={"passed": True}, headers=west),
        client.get(ONE),
        client.get(CABINETS),
    ]
    assert [answer.status_code for answer in answers] == [201, 409, 422, 200, 422, 201, 200, 200]
    trail = json.dumps(events())
    for text in (*(f"{answer.headers} {answer.text}" for answer in answers), trail):
        assert CODE not in text
        assert other not in text
    assert ("cabinet_changed", "cabinet HGV-001", {"fields": "access_code"}) in events()
    assert db.session.scalars(select(Cabinet.access_code)).one() == other


def test_a_change_that_starts_from_an_old_state_is_409(
    client: FlaskClient, west: Header, clock: MovableClock
) -> None:
    make_cabinets({"lon": IN_WEST})
    tag = client.get(ONE).headers["ETag"]
    clock.move(timedelta(seconds=1))
    for stated in ('"x"', f"W/{tag}", '"x", "y"'):
        assert client.patch(ONE, json={"name": "x"}, headers=west | {"If-Match": stated}).status_code == 409
    first = client.patch(ONE, json={"access_code": CODE}, headers=west | {"If-Match": f'"x", {tag}'})
    assert first.status_code == 200, first.text  # what the public does not see is a change too
    stale = client.patch(ONE, json={"name": "y"}, headers=west | {"If-Match": tag})
    assert (stale.status_code, stale.get_json()["code"]) == (409, "conflict")
    assert "2026-11-24T13:00:01Z" in stale.get_json()["detail"]
    at = first.get_json()["updated_at"]
    clock.move(timedelta(seconds=1))
    second = client.patch(ONE, json={"name": "z", "updated_at": at}, headers=west)
    assert second.status_code == 200
    assert client.patch(ONE, json={"name": "y", "updated_at": at}, headers=west).status_code == 409
    both = west | {"If-Match": second.headers["ETag"]}
    assert client.patch(ONE, json={"name": "y", "updated_at": at}, headers=both).status_code == 409
    assert client.delete(ONE, headers=west | {"If-Match": tag}).status_code == 409
    assert client.get(ONE).get_json()["properties"]["name"] == "z"
    tag = client.get(ONE).headers["ETag"]
    clock.move(timedelta(seconds=1))
    serial = {"device": {"serial_number": "V-7"}}
    assert client.patch(ONE, json=serial, headers=west | {"If-Match": tag}).status_code == 200
    assert client.patch(ONE, json=serial, headers=west | {"If-Match": tag}).status_code == 409
    assert client.patch(ONE, json={"name": "y"}, headers=west | {"If-Match": "*"}).status_code == 200
    assert client.patch(ONE, json={"name": "w"}, headers=west).status_code == 200


def test_a_retired_cabinet_leaves_the_public_lists_and_keeps_its_history(
    client: FlaskClient, west: Header
) -> None:
    make_cabinets({"lon": IN_WEST}, {})
    before = read_revision(db.session(), Counter.NETWORK)
    tag = client.get(ONE).headers["ETag"]
    for _ in range(2):
        answer = client.delete(ONE, headers=west | {"If-Match": tag})
        assert (answer.status_code, answer.data) == (204, b"")
    assert client.get(ONE).status_code == 404
    assert listed(client) == ["HGV-002"]
    assert read_revision(db.session(), Counter.NETWORK) == before + 1
    facts = find_cabinet(db.session(), "HGV-001")
    assert facts is not None
    assert facts.verified_on == TODAY
    assert events() == [("cabinet_retired", "cabinet HGV-001", {})]
    assert client.post(INSPECTIONS, json={"passed": True}, headers=west).status_code == 409
    back = client.patch(ONE, json={"status": "in_service"}, headers=west)
    assert back.status_code == 200
    assert listed(client) == ["HGV-001", "HGV-002"]


def test_an_inspection_is_logged_with_who_and_what_and_readiness_follows(
    client: FlaskClient, west: Header
) -> None:
    make_cabinets({"lon": IN_WEST, "inspected_on": TODAY - timedelta(days=50)})
    assert client.get(ONE).get_json()["properties"]["readiness"] == "overdue"
    before = read_revision(db.session(), Counter.NETWORK)
    answer = client.post(INSPECTIONS, json={"passed": True, "note": "Zegel heel."}, headers=west)
    assert (answer.status_code, answer.content_type) == (201, MEDIA_TYPE), answer.text
    properties = answer.get_json()["properties"]
    assert (properties["readiness"], properties["verified_on"]) == ("ready", TODAY.isoformat())
    assert client.get(ONE).get_json() == public(answer.get_json())
    assert read_revision(db.session(), Counter.NETWORK) == before + 1
    logged = db.session.scalars(select(Inspection).order_by(Inspection.id.desc())).first()
    assert logged is not None
    assert (logged.note, logged.recorded_by, logged.recorded_at) == ("Zegel heel.", "coordinator 1", NOW)
    detail = {"inspected_on": TODAY.isoformat(), "passed": "yes"}
    assert events() == [("inspection_logged", "cabinet HGV-001", detail)]
    failed = client.post(INSPECTIONS, json={"passed": False}, headers=west)
    assert failed.get_json()["properties"]["readiness"] == "out_of_service"


def test_an_inspection_that_passes_overrides_no_lapsed_date(client: FlaskClient, west: Header) -> None:
    make_cabinets({"lon": IN_WEST, "battery_expires_on": TODAY - timedelta(days=1)})
    answer = client.post(INSPECTIONS, json={"passed": True}, headers=west)
    assert (answer.status_code, answer.get_json()["properties"]["readiness"]) == (201, "out_of_service")


def test_the_same_inspection_sent_twice_is_logged_once(
    client: FlaskClient, west: Header, everywhere: Header, clock: MovableClock
) -> None:
    make_cabinets({"lon": IN_WEST, "inspected_on": None})
    passed, failed = {"passed": True}, {"passed": False}

    def log(body: dict[str, Any], headers: Header, *, after: timedelta = timedelta()) -> int:
        clock.move(after)
        assert client.post(INSPECTIONS, json=body, headers=headers).status_code == 201
        return count(Inspection)

    assert log(passed, west) == 1
    assert log(passed, west, after=timedelta(minutes=9)) == 1
    assert len(events()) == 1
    assert log(passed, everywhere) == 2
    assert log(passed | {"inspected_on": "2026-11-23"}, everywhere) == 3
    assert log(failed, west) == 4
    assert log(passed, west) == 5  # taken back: the last word counts
    assert log(passed, west, after=timedelta(minutes=10)) == 6


def test_two_taps_at_once_log_one_inspection(app: APIFlask, west: Header) -> None:
    make_cabinets({"lon": IN_WEST, "inspected_on": None})
    start = threading.Barrier(4)
    statuses = []

    def ask() -> None:
        start.wait()
        answer = app.test_client().post(INSPECTIONS, json={"passed": True}, headers=west)
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=ask) for _ in range(start.parties)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert (statuses, count(Inspection)) == ([201] * 4, 1)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"inspected_on": (TODAY + timedelta(days=1)).isoformat()}, "inspected_on"),
        ({"inspected_on": "1989-12-31"}, "inspected_on"),
        ({"inspected_on": "gisteren"}, "inspected_on"),
        ({"passed": None}, "passed"),
        ({"passed": "ja"}, "passed"),
        ({"note": "x" * 1_001}, "note"),
        ({"note": "a\u202eb"}, "note"),
        ({"readiness": "ready"}, "readiness"),
    ],
)
def test_an_inspection_that_cannot_be_names_its_field_and_is_not_logged(
    client: FlaskClient, west: Header, facts: dict[str, Any], field: str
) -> None:
    make_cabinets({"lon": IN_WEST, "inspected_on": None})
    answer = client.post(INSPECTIONS, json={"passed": True} | facts, headers=west)
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [field])
    assert (count(Inspection), events()) == (0, [])


def test_a_cabinet_moves_only_to_where_the_caller_may_change(
    client: FlaskClient, west: Header, everywhere: Header
) -> None:
    make_cabinets({"lon": IN_WEST})
    away = {"lat": CENTRE_LAT, "lon": IN_OOST}
    assert client.patch(ONE, json=away, headers=west).status_code == 422
    assert client.patch(ONE, json=away, headers=everywhere).get_json()["properties"]["area"] == "oost"
    assert client.patch(ONE, json={"name": "x"}, headers=west).status_code == 404


CALLS = [
    ("POST", CABINETS, BODY, 201),
    ("PATCH", ONE, {"name": "Sporthal"}, 200),
    ("POST", INSPECTIONS, {"passed": False}, 201),
    ("DELETE", ONE, None, 204),
]
NOBODY, NO_TOKEN = None, "no token"


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "asker",
    [
        (NOBODY, (), 401),
        (NO_TOKEN, (), 401),
        (Role.VIEWER, ("west",), 403),
        (Role.VIEWER, ("oost",), 403),
        (Role.COORDINATOR, ("oost",), 404),
        (Role.COORDINATOR, ("west",), None),
        (Role.COORDINATOR, ("west", "oost"), None),
        (Role.ADMINISTRATOR, (), None),
    ],
)
def test_only_those_who_may_write_do_and_only_in_their_areas(
    client: FlaskClient,
    call: tuple[str, str, dict[str, Any] | None, int],
    asker: tuple[Role | str | None, tuple[str, ...], int | None],
) -> None:
    method, address, body, done = call
    role, areas, refused = asker
    make_cabinets({"lon": IN_WEST})
    if isinstance(role, Role):
        headers = make_token(*areas, role=role)
    else:
        headers = {} if role is NOBODY else {"Authorization": "Bearer x"}
    before = client.get(CABINETS).data
    answer = client.open(address, method=method, json=body, headers=headers)
    if refused == 404 and address == CABINETS:
        refused = 422  # what is to be has no place to hide
    assert answer.status_code == (refused or done), answer.text
    if refused:
        assert answer.content_type == "application/problem+json"
        assert client.get(CABINETS).data == before
        assert events() == []
    else:
        assert answer.headers["Cache-Control"] == "no-store"
        assert client.get(CABINETS).data != before
        assert len(events()) == 1


def test_a_foreign_cabinet_cannot_be_told_from_none(client: FlaskClient, west: Header) -> None:
    make_cabinets({"lon": IN_OOST}, {"lon": IN_NO_AREA})
    for method, body, tail in (
        ("PATCH", {}, ""),
        ("DELETE", None, ""),
        ("POST", {"passed": True}, "/inspections"),
    ):
        details = set()
        for ref in ("HGV-001", "HGV-002", "HGV-999", "x" * 300):
            answer = client.open(f"{CABINETS}/{ref}{tail}", method=method, json=body, headers=west)
            assert answer.status_code == 404
            details.add(answer.get_json()["detail"].replace(ref, "…"))
        assert len(details) == 1


def test_the_description_asks_for_a_token_and_names_the_answers(client: FlaskClient) -> None:
    paths = client.get("/api/v1/openapi.json").get_json()["paths"]
    for path, method, statuses in (
        (CABINETS, "post", {"201", "400", "401", "403", "409", "413", "422"}),
        (f"{CABINETS}/{{ref}}", "patch", {"200", "400", "401", "403", "404", "409", "413", "422"}),
        (f"{CABINETS}/{{ref}}", "delete", {"204", "401", "403", "404", "409"}),
        (f"{CABINETS}/{{ref}}/inspections", "post", {"201", "400", "401", "403", "404", "409", "413", "422"}),
    ):
        call = paths[path][method]
        assert call["security"] == [{"token": []}]
        assert set(call["responses"]) == statuses
    assert "security" not in paths[f"{CABINETS}/{{ref}}"]["get"]
