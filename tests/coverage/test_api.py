import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from tests.factories import make_area_draft, make_areas, make_cabinets

HERE = {"lat": "52.7245", "lon": "6.4788"}
NEAREST = "/api/v1/cabinets/nearest"


@pytest.fixture(autouse=True)
def network(app: APIFlask) -> None:
    make_areas(make_area_draft())
    make_cabinets(
        {}, {"lat": 52.7262, "lon": 6.4829}, {"lat": 52.73, "lon": 6.48}, {"lat": 52.74, "lon": 6.48}
    )


def test_the_answer_has_the_shape_that_programs_rely_on(client: FlaskClient) -> None:
    answer = client.get(NEAREST, query_string=HERE | {"at": "2026-11-24T03:00"}).get_json()
    assert {key: answer[key] for key in ("origin", "at", "network_version", "emergency_number")} == {
        "origin": {"lat": 52.7245, "lon": 6.4788},
        "at": "2026-11-24T02:00:00Z",
        "network_version": answer["network_version"],
        "emergency_number": "112",
    }
    assert [cabinet["ref"] for cabinet in answer["cabinets"]] == ["HGV-001", "HGV-002", "HGV-003"]
    second = answer["cabinets"][1]
    assert second == {
        "ref": "HGV-002",
        "name": "Buurthuis HGV-002",
        "lat": 52.7262,
        "lon": 6.4829,
        "area": "krakeel",
        "straight_line_m": pytest.approx(335.6, abs=1),
        "walking_m": None,
        "minutes": 4.4,
        "open": "open",
        "readiness": "ready",
        "access": None,
        "locked": None,
        "location": None,
    }


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"lat": "6.4788", "lon": "52.7245"}, "lat"),
        ({"lat": "0", "lon": "0"}, "lat"),
        ({"lat": "nan"}, "lat"),
        ({"lat": "inf"}, "lat"),
        ({"lat": "1e400"}, "lat"),
        ({"lat": "91"}, "lat"),
        ({"lat": ""}, "lat"),
        ({"lon": "-181"}, "lon"),
        ({"lon": "oost"}, "lon"),
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"at": "gisteren"}, "at"),
        ({"at": "0000-00-00"}, "at"),
        ({"at": "9999-12-31T23:59:59-12:00"}, "at"),
        ({"mode": "fly"}, "mode"),
        ({"include_closed": "perhaps"}, "include_closed"),
        ({"radius": "5"}, "radius"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(client: FlaskClient, query: dict[str, str], field: str) -> None:
    answer = client.get(NEAREST, query_string=HERE | query)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    problem = answer.get_json()
    assert field in problem["errors"]
    assert problem["status"] == 422
    assert problem["code"]


def test_a_swapped_point_gets_the_right_one_as_a_suggestion(client: FlaskClient) -> None:
    problem = client.get(NEAREST, query_string={"lat": "6.4788", "lon": "52.7245"}).get_json()
    assert problem["code"] == "outside_extent"
    assert "lat=52.7245, lon=6.4788" in problem["errors"]["lat"][0]


def test_a_point_without_coordinates_names_both(client: FlaskClient) -> None:
    assert set(client.get(NEAREST).get_json()["errors"]) == {"lat", "lon"}


def test_the_list_near_a_phone_comes_as_a_fragment_and_never_through_the_address(client: FlaskClient) -> None:
    answer = client.post("/dichtbij", data=HERE)
    assert answer.status_code == 200
    assert answer.text.index("HGV-001") < answer.text.index("HGV-002")
    assert "<html" not in answer.text


def test_a_phone_outside_the_network_is_told_so(client: FlaskClient) -> None:
    assert client.post("/dichtbij", data={"lat": "48.85", "lon": "2.35"}).status_code == 422
    assert client.post("/dichtbij", data={"lat": "x"}).status_code == 422


def test_the_front_page_finds_a_place_and_says_when_it_cannot(client: FlaskClient) -> None:
    assert "HGV-001" in client.get("/").text
    assert "HGV-003" in client.get("/?plaats=Pesse").text
    assert client.get("/", query_string={"plaats": "<script>" + "x" * 5_000}).status_code == 200
