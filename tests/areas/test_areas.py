import shapely
from apiflask import APIFlask
from flask.testing import FlaskClient

from aednet.areas.ground import load_ground
from aednet.areas.models import AreaKind
from aednet.areas.queries import find_area, list_areas
from aednet.areas.services import put_areas
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.geography.points import LatLon
from tests.factories import make_area_draft, make_areas


def test_an_area_is_kept_to_the_last_digit(app: APIFlask) -> None:
    draft = make_area_draft(kind=AreaKind.VILLAGE, population=None)
    make_areas(draft)
    area = find_area(db.session(), "krakeel")
    assert area is not None
    assert (area.kind, area.population) == (AreaKind.VILLAGE, None)
    assert shapely.equals_exact(area.shape, draft.shape)


def test_putting_the_same_again_changes_nothing_and_a_new_name_changes_one(app: APIFlask) -> None:
    first, second = make_area_draft("west", width=0.05), make_area_draft("oost", west=6.45, width=0.05)
    with transaction() as session:
        assert put_areas(session, [first, second]) == 2
    with transaction() as session:
        assert put_areas(session, [first, second]) == 0
        renamed = make_area_draft("oost", west=6.45, width=0.05, name="Oost en Bentinck")
        assert put_areas(session, [first, renamed]) == 1
    assert [area.name for area in list_areas(db.session())] == ["Oost en Bentinck", "West"]


def test_a_point_finds_its_area_on_a_shared_edge_one_and_outside_none(app: APIFlask) -> None:
    make_areas(make_area_draft("oost", west=6.45, width=0.05), make_area_draft("west", width=0.05))
    ground = load_ground(db.session(), current().settings)
    ids = {area.slug: area.id for area in list_areas(db.session())}
    assert ground.area_id_at(LatLon(lat=52.7, lon=6.41)) == ids["west"]
    assert ground.area_id_at(LatLon(lat=52.7, lon=6.49)) == ids["oost"]
    assert ground.area_id_at(LatLon(lat=52.7, lon=6.45)) == ids["oost"]  # the first by slug
    assert ground.area_id_at(LatLon(lat=52.9, lon=6.45)) is None


def test_without_areas_the_projection_bounds_the_network(app: APIFlask) -> None:
    ground = load_ground(db.session(), current().settings)
    assert ground.extent.contains(LatLon(lat=51.0, lon=5.0))
    assert not ground.extent.contains(LatLon(lat=48.0, lon=2.0))


def test_the_api_lists_areas_with_their_sources_and_credit(client: FlaskClient) -> None:
    make_areas(make_area_draft("west", width=0.05), make_area_draft("oost", west=6.45, width=0.05))
    answer = client.get("/api/v1/areas").get_json()
    assert answer["type"] == "FeatureCollection"
    assert "Kadaster" in answer["credit"]
    assert [feature["id"] for feature in answer["features"]] == ["oost", "west"]
    one = client.get("/api/v1/areas/west").get_json()
    assert one["properties"] == {
        "slug": "west",
        "name": "West",
        "kind": "wijksmederij",
        "population": 1000,
        "name_source": "test",
        "boundary_source": "test",
    }
    assert one["geometry"]["type"] == "Polygon"
    missing = client.get("/api/v1/areas/nergens")
    assert (missing.status_code, missing.get_json()["code"]) == (404, "not_found")
