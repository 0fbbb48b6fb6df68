import json
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from aednet.accounts.rules import Role as AccountRole
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.revisions import Counter, read_revision
from aednet.base.transactions import transaction
from aednet.volunteers.models import ConsentEvent, Volunteer
from aednet.volunteers.rules import ConsentWay
from tests.factories import (
    CENTRE_LAT,
    make_area_draft,
    make_areas,
    make_cabinets,
    make_token,
    make_volunteer,
)

VOLUNTEERS = "/api/v1/volunteers"
BODY: dict[str, Any] = {
    "name": "Ida Voorbeeld",
    "phone": "06-12345678",
    "lat": CENTRE_LAT,
    "lon": 6.47,
    "roles": ["responder", "guardian"],
    "consent": True,
}
Header = dict[str, str]


@pytest.fixture
def west(app: APIFlask) -> Header:
    """The token of a coordinator of one of two areas."""
    make_areas(make_area_draft("west", width=0.08), make_area_draft("oost", west=6.48))
    return make_token("west", role=AccountRole.COORDINATOR)


@pytest.fixture
def everywhere(app: APIFlask) -> Header:
    return make_token(email="baas@aednet.example")


def store(number: int = 1, **changes: Any) -> int:
    with transaction() as session:
        return make_volunteer(session, number, **changes)


def count(table: type = Volunteer) -> int:
    return db.session().scalar(select(func.count()).select_from(table)) or 0


def test_a_coordinator_registers_somebody_and_reads_the_same_back(client: FlaskClient, west: Header) -> None:
    course_on = (current().clock.today() - timedelta(days=9)).isoformat()
    body = BODY | {"email": "ida@aednet.example", "available": "Mo-Fr 07:00-18:00", "course_on": course_on}
    answer = client.post(VOLUNTEERS, json=body, headers=west)
    assert answer.status_code == 201, answer.text
    given = answer.get_json()
    assert given == {
        "id": given["id"],
        "name": "Ida Voorbeeld",
        "phone": "+31612345678",
        "email": "ida@aednet.example",
        "note": None,
        "lat": CENTRE_LAT,
        "lon": 6.47,
        "area": "west",
        "roles": ["responder", "guardian"],
        "counts_as": ["responder", "guardian"],
        "course_on": course_on,
        "certificate_lapses_on": given["certificate_lapses_on"],
        "available": "Mo-Fr 07:00-18:00",
        "travel_mode": "walk",
        "language": "nl",
        "status": "active",
        "consent_version": given["consent_version"],
        "consented_at": given["created_at"],
        "example": False,
        "created_at": given["created_at"],
        "updated_at": given["created_at"],
    }
    assert answer.headers["Location"] == f"{VOLUNTEERS}/{given['id']}"
    read = client.get(answer.headers["Location"], headers=west)
    assert read.get_json() == given
    assert read.headers["Cache-Control"] == "no-store"
    event = db.session.scalars(select(ConsentEvent)).one()
    assert event.way is ConsentWay.COORDINATOR


def test_without_a_certificate_a_responder_counts_as_a_fetcher(client: FlaskClient, west: Header) -> None:
    given = client.post(VOLUNTEERS, json=BODY, headers=west).get_json()
    assert (given["roles"], given["counts_as"]) == (["responder", "guardian"], ["fetcher", "guardian"])


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"phone": "0528 123456"}, {"phone"}),
        ({"phone": "0470 12 34 56"}, {"phone"}),
        ({"phone": 612345678}, {"phone"}),
        ({"phone": None}, {"phone"}),
        ({"name": " "}, {"name"}),
        ({"name": "!?"}, {"name"}),
        ({"name": "x" * 201}, {"name"}),
        ({"name": "a\u0000b"}, {"name"}),
        ({"email": "ida"}, {"email"}),
        ({"email": "a" * 250 + "@aednet.example"}, {"email"}),
        ({"consent": False}, {"consent"}),
        ({"consent": None}, {"consent"}),
        ({"roles": []}, {"roles"}),
        ({"roles": ["doctor"]}, {"roles.0"}),
        ({"lat": 6.47, "lon": CENTRE_LAT}, {"lat", "lon"}),
        ({"lat": 0, "lon": 0}, {"lat", "lon"}),
        ({"lat": 91}, {"lat"}),
        ({"lat": "x"}, {"lat"}),
        ({"lon": 6.49}, {"lat", "lon"}),
        ({"course_on": "2099-01-01"}, {"course_on"}),
        ({"course_on": "gisteren"}, {"course_on"}),
        ({"course_on": "1900-01-01"}, {"course_on"}),
        ({"available": "x" * 501}, {"available"}),
        ({"travel_mode": "plane"}, {"travel_mode"}),
        ({"language": "fr"}, {"language"}),
        ({"status": "active"}, {"status"}),
        ({"id": 7}, {"id"}),
    ],
)
def test_what_cannot_be_registered_names_its_fields_and_stores_nothing(
    client: FlaskClient, west: Header, changes: dict[str, Any], fields: set[str]
) -> None:
    answer = client.post(VOLUNTEERS, json=BODY | changes, headers=west)
    assert answer.status_code == 422, answer.text
    assert set(answer.get_json()["errors"]) == fields
    assert count() == count(ConsentEvent) == 0


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_json_is_400(client: FlaskClient, west: Header, body: bytes) -> None:
    answer = client.post(VOLUNTEERS, data=body, content_type="application/json", headers=west)
    assert answer.status_code == 400
    assert client.post(VOLUNTEERS, json=[], headers=west).status_code == 422


@pytest.mark.parametrize("number", ["1e400", "-1e400", "NaN", "Infinity"])
def test_a_position_past_all_numbers_is_422(client: FlaskClient, west: Header, number: str) -> None:
    body = json.dumps(BODY | {"lat": "?"}).replace('"?"', number)
    answer = client.post(VOLUNTEERS, data=body, content_type="application/json", headers=west)
    assert answer.status_code == 422
    assert count() == 0


def test_swapped_coordinates_are_refused_with_the_suggestion(client: FlaskClient, west: Header) -> None:
    answer = client.post(VOLUNTEERS, json=BODY | {"lat": 6.47, "lon": CENTRE_LAT}, headers=west)
    assert answer.get_json()["code"] == "outside_extent"
    assert f"lat={CENTRE_LAT}, lon=6.47" in answer.get_json()["errors"]["lat"][0]


def test_the_same_person_twice_is_registered_once_and_answered_the_same(
    client: FlaskClient, west: Header
) -> None:
    first = client.post(VOLUNTEERS, json=BODY, headers=west)
    again = client.post(VOLUNTEERS, json=BODY | {"phone": "+31 (0)6 12345678", "note": "x"}, headers=west)
    assert (again.status_code, again.get_json()) == (first.status_code, first.get_json())
    assert count() == 1


def test_that_a_number_is_known_in_another_area_shows_nowhere(
    client: FlaskClient, west: Header, everywhere: Header
) -> None:
    client.post(VOLUNTEERS, json=BODY | {"lon": 6.49}, headers=everywhere)
    unknown = client.post(VOLUNTEERS, json=BODY | {"phone": "06-12345679"}, headers=west)
    known = client.post(VOLUNTEERS, json=BODY, headers=west)
    assert (known.status_code, unknown.status_code) == (201, 201)
    differing = {name for name, value in known.get_json().items() if unknown.get_json()[name] != value}
    assert differing == {"id", "phone", "created_at", "updated_at", "consented_at"}
    assert count() == 3


def test_an_object_of_another_area_does_not_exist(
    client: FlaskClient, west: Header, everywhere: Header
) -> None:
    elsewhere, nowhere, mine = store(1, lon=6.49), store(2, lon=6.7), store(3, lon=6.47)
    for foreign in (elsewhere, nowhere, 999, 2**31 - 1, 2**31, 2**70):
        address = f"{VOLUNTEERS}/{foreign}"
        assert client.get(address, headers=west).status_code == 404
        assert client.patch(address, json={"note": "x"}, headers=west).status_code == 404
    listed = client.get(VOLUNTEERS, headers=west).get_json()["volunteers"]
    assert [volunteer["id"] for volunteer in listed] == [mine]
    assert client.get(f"{VOLUNTEERS}?area=oost", headers=west).get_json() == {"volunteers": []}
    found = client.post(f"{VOLUNTEERS}/search", json={"text": "06 1234 0001"}, headers=west)
    assert found.get_json() == {"volunteers": []}
    everybody = client.get(VOLUNTEERS, headers=everywhere).get_json()["volunteers"]
    assert [volunteer["id"] for volunteer in everybody] == [elsewhere, nowhere, mine]
    assert client.patch(f"{VOLUNTEERS}/{nowhere}", json={"note": "x"}, headers=everywhere).status_code == 200


def test_only_those_who_may_see_people_do(client: FlaskClient, west: Header) -> None:
    mine = store(lon=6.47)
    viewer = make_token("west", email="kijker@aednet.example", role=AccountRole.VIEWER)
    calls = [
        ("GET", VOLUNTEERS, None),
        ("POST", VOLUNTEERS, BODY),
        ("POST", f"{VOLUNTEERS}/search", {"text": "ida"}),
        ("GET", f"{VOLUNTEERS}/{mine}", None),
        ("PATCH", f"{VOLUNTEERS}/{mine}", {"note": "x"}),
    ]
    for method, address, body in calls:
        for headers, status in (({}, 401), ({"Authorization": "Bearer x"}, 401), (viewer, 403)):
            answer = client.open(address, method=method, json=body, headers=headers)
            assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
        assert client.open(address, method=method, json=body, headers=west).status_code in {200, 201}


def test_a_change_names_what_it_changes(client: FlaskClient, west: Header) -> None:
    before = client.get(f"{VOLUNTEERS}/{store(lon=6.47)}", headers=west).get_json()
    address = f"{VOLUNTEERS}/{before['id']}"
    changes = {"lon": 6.46, "roles": ["fetcher"], "email": "ida@aednet.example", "status": "paused"}
    answer = client.patch(address, json=changes, headers=west)
    assert answer.status_code == 200
    changes |= {"counts_as": ["fetcher"], "updated_at": answer.get_json()["updated_at"]}
    assert answer.get_json() == before | changes
    assert client.patch(address, json={"email": None}, headers=west).get_json()["email"] is None
    assert client.patch(address, json={}, headers=west).status_code == 200


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": None}, {"name"}),
        ({"phone": None}, {"phone"}),
        ({"phone": "0900-1234"}, {"phone"}),
        ({"roles": []}, {"roles"}),
        ({"roles": None}, {"roles"}),
        ({"lat": None}, {"lat"}),
        ({"lat": 0}, {"lat", "lon"}),
        ({"lon": 6.49}, {"lat", "lon"}),
        ({"status": None}, {"status"}),
        ({"status": "gone"}, {"status"}),
        ({"consent": True}, {"consent"}),
        ({"area": "oost"}, {"area"}),
        ({"updated_at": "ooit"}, {"updated_at"}),
    ],
)
def test_a_change_that_cannot_be_names_its_fields(
    client: FlaskClient, west: Header, changes: dict[str, Any], fields: set[str]
) -> None:
    address = f"{VOLUNTEERS}/{store(lon=6.47)}"
    before = client.get(address, headers=west).get_json()
    answer = client.patch(address, json=changes, headers=west)
    assert (answer.status_code, set(answer.get_json()["errors"])) == (422, fields)
    assert client.get(address, headers=west).get_json() == before


def test_a_change_that_starts_from_an_old_state_is_409(client: FlaskClient, west: Header) -> None:
    address = f"{VOLUNTEERS}/{store(lon=6.47)}"
    read = client.get(address, headers=west)
    tag, at = read.headers["ETag"], read.get_json()["updated_at"]
    for headers in ({"If-Match": '"x"'}, {"If-Match": f"W/{tag}"}, {"If-Match": f'{tag.upper()}, "y"'[1:]}):
        assert client.patch(address, json={"note": "x"}, headers=west | headers).status_code == 409
    assert client.patch(address, json={"note": "x"}, headers=west | {"If-Match": tag}).status_code == 200
    assert client.patch(address, json={"note": "y"}, headers=west | {"If-Match": tag}).status_code == 409
    answer = client.patch(address, json={"note": "y", "updated_at": at}, headers=west)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "conflict")
    at = client.get(address, headers=west).get_json()["updated_at"]
    both = west | {"If-Match": tag}
    assert client.patch(address, json={"note": "y", "updated_at": at}, headers=both).status_code == 409
    assert client.patch(address, json={"note": "y", "updated_at": at}, headers=west).status_code == 200
    anything = west | {"If-Match": "*"}
    assert client.patch(address, json={"note": "z"}, headers=anything).status_code == 200


def test_who_left_cannot_be_made_active(client: FlaskClient, west: Header) -> None:
    address = f"{VOLUNTEERS}/{store(lon=6.47)}"
    assert client.patch(address, json={"status": "left"}, headers=west).get_json()["status"] == "left"
    assert client.patch(address, json={"status": "active"}, headers=west).status_code == 409


def test_pages_hold_everybody_once_and_keep_the_filter(client: FlaskClient, west: Header) -> None:
    everybody = [store(number, lon=6.47) for number in range(7)]
    client.patch(f"{VOLUNTEERS}/{everybody[3]}", json={"status": "paused"}, headers=west)
    seen: list[int] = []
    answer = client.get(f"{VOLUNTEERS}?limit=2&status=new&lapses_before=2099-01-01&area=west", headers=west)
    for _ in range(9):
        seen += [volunteer["id"] for volunteer in answer.get_json()["volunteers"]]
        link = answer.headers.get("Link")
        if link is None:
            break
        assert link.endswith('>; rel="next"')
        answer = client.get(link[1 : link.index(">")], headers=west)
    assert seen == [own for own in everybody if own != everybody[3]]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": str(2**31)}, "cursor"),
        ({"status": "away"}, "status"),
        ({"lapses_before": "nu"}, "lapses_before"),
        ({"area": "a" * 101}, "area"),
        ({"phone": "0612345678"}, "phone"),
        ({"name": "ida"}, "name"),
    ],
)
def test_a_question_that_cannot_be_answered_names_its_field(
    client: FlaskClient, west: Header, query: dict[str, str], field: str
) -> None:
    answer = client.get(VOLUNTEERS, query_string=query, headers=west)
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [field])


def test_somebody_is_looked_for_in_a_body_never_in_an_address(client: FlaskClient, west: Header) -> None:
    mine = store(name="Ida de Groot", lon=6.47, email="ida@aednet.example")
    for text in ("06 12340001", "IDA@aednet.example", "groot ida"):
        found = client.post(f"{VOLUNTEERS}/search", json={"text": text}, headers=west).get_json()
        assert [volunteer["id"] for volunteer in found["volunteers"]] == [mine], text
    for text in ("%", "_", "'", "groot jan"):
        found = client.post(f"{VOLUNTEERS}/search", json={"text": text}, headers=west).get_json()
        assert found == {"volunteers": []}
    assert client.post(f"{VOLUNTEERS}/search", json={"text": ""}, headers=west).status_code == 422


def test_public_answers_do_not_move_when_somebody_joins_or_moves(client: FlaskClient, west: Header) -> None:
    make_cabinets({})
    public = ("/api/v1/cabinets", "/api/v1/areas", f"/api/v1/cabinets/nearest?lat={CENTRE_LAT}&lon=6.47")
    at = "2026-11-24T14:00"
    addresses = [
        f"{path}{'&' if '?' in path else '?'}at={at}" if "nearest" in path else path for path in public
    ]
    before = [client.get(address).data for address in addresses]
    revision = read_revision(db.session(), Counter.NETWORK)
    given = client.post(VOLUNTEERS, json=BODY, headers=west).get_json()
    client.patch(f"{VOLUNTEERS}/{given['id']}", json={"lon": 6.46, "status": "left"}, headers=west)
    assert [client.get(address).data for address in addresses] == before
    assert read_revision(db.session(), Counter.NETWORK) == revision


def test_the_description_asks_for_a_token_and_names_the_answers(client: FlaskClient) -> None:
    spec = client.get("/api/v1/openapi.json").get_json()
    for path, methods in (
        ("", ("get", "post")),
        ("/search", ("post",)),
        ("/{volunteer_id}", ("get", "patch")),
    ):
        for method in methods:
            call = spec["paths"][f"{VOLUNTEERS}{path}"][method]
            assert call["security"] == [{"token": []}]
            assert {"401", "403"} <= set(call["responses"])
    assert "409" in spec["paths"][f"{VOLUNTEERS}/{{volunteer_id}}"]["patch"]["responses"]
