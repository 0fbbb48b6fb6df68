import json
from typing import Any

import pytest
import shapely
from apiflask import APIFlask
from flask.testing import FlaskClient
from shapely.geometry import shape

from aednet.accounts.rules import Role
from aednet.areas.ground import load_ground
from aednet.areas.services import CellDraft, put_cells
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.coverage.live import load_network
from aednet.geography.projection import Projection
from aednet.geography.shapes import from_geojson, to_metres
from tests.factories import (
    make_area_draft,
    make_areas,
    make_cabinets,
    make_token,
    make_volunteer,
)
from tests.statements import noted_statements

COVERAGE, GAPS = "/api/v1/coverage", "/api/v1/coverage/gaps"
DAY, NIGHT = "2026-11-24T14:00", "2026-11-24T03:00"
OFFICE = "Mo-Fr 08:00-17:00"


@pytest.fixture(autouse=True)
def network(app: APIFlask) -> None:
    """Two areas side by side with a cabinet each; one of them opens by day alone."""
    west = make_area_draft("west", width=0.08, population=1_000)
    east = make_area_draft("oost", west=6.48, width=0.08, population=None)
    make_areas(west, east)
    make_cabinets({"lon": 6.44}, {"lon": 6.52, "opening_hours": OFFICE})
    with transaction() as session:
        cells = [
            CellDraft(
                code="W1", name="W1", population=900, source="test", shape=shapely.box(6.4, 52.7, 6.48, 52.74)
            ),
            CellDraft(
                code="W2", name="W2", population=100, source="test", shape=shapely.box(6.4, 52.65, 6.48, 52.7)
            ),
        ]
        put_cells(session, cells, load_ground(session, current().settings).locator)


def ask(client: FlaskClient, **query: str) -> Any:
    answer = client.get(COVERAGE, query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def test_the_answer_has_the_shape_that_programs_rely_on(client: FlaskClient) -> None:
    answer = ask(client, at=DAY)
    assert {key: answer[key] for key in ("at", "radius_m", "method")} == {
        "at": "2026-11-24T13:00:00Z",
        "radius_m": 500,
        "method": "straight_line",
    }
    total, west = answer["total"], next(a for a in answer["areas"] if a["slug"] == "west")
    assert (
        set(west) - {"slug"}
        == set(total)
        == {
            "area_km2",
            "population",
            "cabinets",
            "covered_area_km2",
            "covered_population",
            "population_share",
            "responders_per_1000",
        }
    )
    assert west["covered_area_km2"] == pytest.approx(3.14159 * 0.25, rel=0.001)
    assert west["covered_population"] / 900 == pytest.approx(0.7854 / 24.0, rel=0.05)
    assert west["responders_per_1000"] is None


def test_the_total_is_the_sum_of_the_areas(client: FlaskClient) -> None:
    answer = ask(client, at=DAY, radius="1500")
    for figure in ("area_km2", "cabinets", "covered_area_km2"):
        parts = sum(area[figure] for area in answer["areas"])
        assert answer["total"][figure] == pytest.approx(parts, abs=2e-6)


def test_what_is_closed_covers_nothing(client: FlaskClient) -> None:
    by_day, by_night = ask(client, at=DAY), ask(client, at=NIGHT)
    assert [area["cabinets"] for area in by_day["areas"]] == [1, 1]
    assert [(area["slug"], area["cabinets"]) for area in by_night["areas"]] == [("oost", 0), ("west", 1)]
    assert by_night["areas"][0]["covered_area_km2"] == 0


@pytest.mark.parametrize("radius", ["0", "-5", "50000", "nan", "x"])
def test_a_radius_past_all_sense_is_refused(client: FlaskClient, radius: str) -> None:
    answer = client.get(COVERAGE, query_string={"radius": radius})
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["radius"])


def test_the_same_question_again_measures_nothing_and_reads_no_table(client: FlaskClient) -> None:
    ask(client, at=DAY)
    with noted_statements() as statements:
        ask(client, at=DAY)
    assert all("FROM revision" in statement for statement in statements if "BEGIN" not in statement)


def test_gaps_are_for_those_who_sign_in_and_of_their_own_areas(client: FlaskClient) -> None:
    assert client.get(GAPS).status_code == 401
    viewer = make_token("west", email="west@aednet.example", role=Role.VIEWER)
    features = client.get(GAPS, query_string={"at": DAY}, headers=viewer).get_json()["features"]
    assert {feature["properties"]["area"] for feature in features} == {"west"}
    everyone = client.get(GAPS, query_string={"at": DAY}, headers=make_token()).get_json()["features"]
    assert {feature["properties"]["area"] for feature in everyone} == {"west", "oost"}


def test_gaps_and_covered_ground_are_the_area_together(client: FlaskClient) -> None:
    answer = ask(client, at=DAY)
    features = client.get(GAPS, query_string={"at": DAY}, headers=make_token()).get_json()["features"]
    west = next(area for area in answer["areas"] if area["slug"] == "west")
    inhabited = sum(
        to_metres(shapely.box(6.4, south, 6.48, north), Projection.named("EPSG:28992")).area
        for south, north in ((52.7, 52.74), (52.65, 52.7))
    )
    gaps = sum(f["properties"]["area_km2"] for f in features if f["properties"]["area"] == "west")
    assert gaps + west["covered_area_km2"] == pytest.approx(inhabited / 1e6, rel=0.001)
    people = sum(f["properties"]["inhabitants"] for f in features if f["properties"]["area"] == "west")
    assert people + west["covered_population"] == pytest.approx(1_000, rel=0.001)
    assert all(shape(feature["geometry"]).is_valid for feature in features)
    assert all(from_geojson(feature["geometry"]) for feature in features)


def test_no_public_byte_moves_when_a_volunteer_joins(client: FlaskClient) -> None:
    paths = [f"{COVERAGE}?at={DAY}", f"/api/v1/cabinets?open_at={DAY}", "/api/v1/areas"]
    before = [client.get(path).data for path in paths]
    with transaction() as session:
        make_volunteer(session)
    version = load_network(db.session(), current().settings).version
    assert version == json.loads(before[0])["network_version"]
    assert [client.get(path).data for path in paths] == before
