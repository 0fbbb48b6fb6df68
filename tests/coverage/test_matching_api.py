import pytest
from flask.testing import FlaskClient

from aednet.accounts.rules import Role
from aednet.base.transactions import transaction
from tests.factories import (
    CENTRE_LAT,
    make_area_draft,
    make_areas,
    make_cabinets,
    make_token,
    make_volunteer,
)

NORTH_300_M = CENTRE_LAT + 300 / 111_260


@pytest.fixture
def people(client: FlaskClient) -> list[int]:
    """Thirteen volunteers with a certificate beside a cabinet of `west`, one 300 m away, one in `oost`."""
    make_areas(make_area_draft("west", width=0.08), make_area_draft("oost", west=6.48, width=0.08))
    make_cabinets({}, {"lat": NORTH_300_M}, {"lon": 6.55})
    with transaction() as session:
        near = [make_volunteer(session, number) for number in range(1, 14)]
        away = make_volunteer(session, 14, lat=NORTH_300_M, course_on=None)
        across = make_volunteer(session, 15, lon=6.4805)
    bearer = make_token(email="active@aednet.example")
    for volunteer_id in (*near, away, across):
        path = f"/api/v1/volunteers/{volunteer_id}"
        assert client.patch(path, json={"status": "active"}, headers=bearer).status_code == 200
    return [*near, away, across]


def test_the_cabinets_near_a_volunteer_come_nearest_first(client: FlaskClient, people: list[int]) -> None:
    path, bearer = f"/api/v1/volunteers/{people[0]}/cabinets", make_token()
    answer = client.get(path, headers=bearer).get_json()
    assert [(c["ref"], c["area"]) for c in answer["cabinets"]] == [("HGV-001", "west"), ("HGV-002", "west")]
    assert [c["straight_line_m"] for c in answer["cabinets"]] == pytest.approx([0, 300], abs=1)
    close = client.get(path, query_string={"radius": "299"}, headers=bearer).get_json()
    assert [c["ref"] for c in close["cabinets"]] == ["HGV-001"]


def test_the_volunteers_near_a_cabinet_are_counted_against_the_norm(
    client: FlaskClient, people: list[int]
) -> None:
    path = "/api/v1/cabinets/HGV-001/volunteers"
    answer = client.get(path, headers=make_token()).get_json()
    assert [v["id"] for v in answer["volunteers"]] == [*people[:13], people[14], people[13]]
    assert (answer["responders"], answer["strength"]) == (14, "within")  # one has no certificate
    assert answer["norm"] == {"fewest": 12, "most": 15}
    assert answer["volunteers"][-1]["responder"] is False


def test_names_of_another_area_stay_there_though_its_responders_count(
    client: FlaskClient, people: list[int]
) -> None:
    west = make_token("west", email="west@aednet.example", role=Role.COORDINATOR)
    answer = client.get("/api/v1/cabinets/HGV-001/volunteers", headers=west).get_json()
    assert people[14] not in [v["id"] for v in answer["volunteers"]]
    assert answer["responders"] == 14


def test_what_lies_in_another_area_does_not_exist(client: FlaskClient, people: list[int]) -> None:
    east = make_token("oost", email="oost@aednet.example", role=Role.COORDINATOR)
    for path in (
        "/api/v1/cabinets/HGV-001/volunteers",
        "/api/v1/cabinets/HGV-999/volunteers",
        f"/api/v1/volunteers/{people[0]}/cabinets",
        f"/api/v1/volunteers/{10**30}/cabinets",
    ):
        assert client.get(path, headers=east).status_code == 404, path


def test_only_those_who_may_see_people_may_ask(client: FlaskClient, people: list[int]) -> None:
    path = f"/api/v1/volunteers/{people[0]}/cabinets"
    viewer = make_token("west", email="kijker@aednet.example", role=Role.VIEWER)
    assert client.get(path).status_code == 401
    assert client.get(path, headers=viewer).status_code == 403
    for radius in ("0", "50000"):
        answer = client.get(
            path, query_string={"radius": radius}, headers=make_token(email=f"{radius}@x.example")
        )
        assert answer.status_code == 422
