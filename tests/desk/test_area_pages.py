import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from shapely import box
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from werkzeug.test import TestResponse

from aednet.accounts.guards import permission_of
from aednet.accounts.models import AccountArea
from aednet.accounts.rules import Permission, Role
from aednet.areas.border_models import BorderProposal, KeptBorder
from aednet.areas.borders import mark_of
from aednet.areas.models import Area, PopulationCell
from aednet.areas.queries import area_locator, find_area, list_areas
from aednet.areas.services import CellDraft, put_cells
from aednet.base.audit import AuditEvent
from aednet.base.database import db
from aednet.base.revisions import Counter, read_revision
from aednet.base.transactions import transaction
from aednet.cabinets.models import Cabinet
from aednet.volunteers.models import Volunteer
from tests.desk.conftest import BROWSER
from tests.desk.reading import Page
from tests.factories import (
    EMAIL,
    PASSWORD,
    make_account,
    make_area_draft,
    make_areas,
    make_cabinets,
    make_volunteer,
)
from tests.statements import noted_statements

SignIn = Callable[..., None]
LIST, BORDERS = "/desk/smederijen", "/desk/grenzen"
NARROWER, WIDER = box(6.4, 52.65, 6.46, 52.8), box(6.4, 52.65, 6.5, 52.8)
BOB = "bob@aednet.example"


@pytest.fixture
def network(app: APIFlask) -> None:
    """Two areas side by side, with cabinets and volunteers; a second of each in krakeel's eastern end."""
    make_areas(make_area_draft(width=0.08), make_area_draft("wolfsbos", west=6.48))
    make_cabinets({"lon": 6.45}, {"lon": 6.47}, {"lon": 6.49}, {"lon": 6.7})
    with transaction() as session:
        for number, lon in enumerate((6.45, 6.47, 6.49, 6.7), start=1):
            make_volunteer(session, number, lon=lon)
        cell = CellDraft(
            code="BU1", name="buurt", population=9, source="test", shape=box(6.465, 52.7, 6.475, 52.71)
        )
        put_cells(session, [cell], area_locator(list_areas(session)))


def geojson(shape: BaseGeometry) -> str:
    return json.dumps(mapping(shape))


def see(client: FlaskClient, address: str, *, status: int = 200) -> Page:
    answer = client.get(address, headers=BROWSER)
    assert answer.status_code == status
    return Page(answer.text)


def seen_on(page: Page) -> str:
    return next(field["value"] for field in page.all("input") if field.get("name") == "seen")


def send(client: FlaskClient, address: str, **fields: Any) -> TestResponse:
    return client.post(address, data=fields, headers=BROWSER)


def propose(client: FlaskClient, shape: BaseGeometry, slug: str = "krakeel", **fields: Any) -> TestResponse:
    address = f"{BORDERS}/smederij/{slug}"
    given = {"seen": seen_on(see(client, address)), "border": geojson(shape)} | fields
    return send(client, address, **given)


def confirm(client: FlaskClient, address: str) -> TestResponse:
    return send(client, f"{address}/bevestigen", seen=seen_on(see(client, address)))


def shape_of(slug: str) -> BaseGeometry | None:
    db.session.rollback()
    area = find_area(db.session(), slug)
    return None if area is None else area.shape


def where(model: Any) -> list[str | None]:
    """Return the slugs of the areas of all cabinets, volunteers or cells, by their number."""
    db.session.rollback()
    slugs = dict(db.session.execute(select(Area.id, Area.slug)).all())
    return [slugs.get(area_id) for area_id in db.session.scalars(select(model.area_id).order_by(model.id))]


def trail() -> list[tuple[str, str, str, dict[str, str]]]:
    db.session.rollback()
    events = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id))
    told = [(event.actor, event.action, event.subject, event.detail) for event in events]
    return [event for event in told if event[2].startswith("area ")]


def test_each_way_in_asks_for_the_right_it_needs(app: APIFlask) -> None:
    asked = {
        name: permission_of(app, name)
        for name in app.view_functions
        if name.startswith(("areas.", "borders."))
    }
    assert {name for name, right in asked.items() if right is Permission.SEE} == {
        "areas.show_all",
        "areas.show",
    }
    assert {name for name, right in asked.items() if right is Permission.CHANGE} == {
        "borders.draw",
        "borders.propose",
        "borders.propose_again",
        "borders.show",
    }
    assert set(asked.values()) == {Permission.SEE, Permission.CHANGE, Permission.ADMINISTER}


@pytest.mark.usefixtures("network")
def test_the_list_shows_the_areas_of_the_caller(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in("krakeel", role=Role.VIEWER)
    (lines,) = see(client, LIST).tables
    assert [line[0] for line in lines[1:]] == ["Krakeel"]
    assert "Krakeel" in see(client, f"{LIST}/krakeel").words
    see(client, f"{LIST}/wolfsbos", status=404)
    see(client, f"{LIST}/nergens", status=404)
    for address in (f"{BORDERS}/smederij/krakeel", f"{BORDERS}/nieuw", f"{BORDERS}/1"):
        see(client, address, status=403)


def test_a_long_list_is_read_in_pages(client: FlaskClient, sign_in: SignIn) -> None:
    make_areas(*(make_area_draft(f"gebied-{n:03d}", west=6 + n / 100, width=0.01) for n in range(60)))
    sign_in()
    first = see(client, LIST)
    (onward,) = [link["href"] for link in first.all("a") if "na=" in link["href"]]
    second = see(client, onward)
    names = [line[0] for page in (first, second) for line in page.tables[0][1:]]
    assert names == [f"Gebied-{n:03d}" for n in range(60)]
    see(client, f"{LIST}?na=x~y", status=404)


def test_a_network_without_areas_says_so(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in()
    assert "Er zijn nog geen smederijen." in see(client, LIST).words


FACTS = {
    "name": "Krakeel-Noord",
    "kind": "dorpssmederij",
    "population": "1.234",
    "name_source": "bewoners",
    "boundary_source": "bewoners",
}


@pytest.mark.usefixtures("network")
def test_an_area_is_called_something_else(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in()
    page = see(client, f"{LIST}/krakeel")
    before = read_revision(db.session(), Counter.NETWORK)
    for _ in range(2):  # sent twice: told once
        assert send(client, f"{LIST}/krakeel", seen=seen_on(page), **FACTS).status_code == 303
    area = find_area(db.session(), "krakeel")
    assert area is not None
    assert (area.name, area.population, area.name_source) == ("Krakeel-Noord", 1234, "bewoners")
    assert read_revision(db.session(), Counter.NETWORK) == before + 1
    assert trail() == [
        (
            "administrator 1",
            "area_changed",
            "area krakeel",
            {"fields": "name,kind,population,name_source,boundary_source"},
        )
    ]


@pytest.mark.usefixtures("network")
def test_what_cannot_be_used_is_said_beside_its_field_and_stays_typed(
    client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in()
    bad = {"name": " ", "kind": "x", "population": "-1", "name_source": "y" * 201, "boundary_source": "\x00"}
    answer = send(client, f"{LIST}/krakeel", seen="", **FACTS | bad)
    assert answer.status_code == 422
    for name in bad:
        assert f'id="{name}-error"' in answer.text
    assert 'value="-1"' in answer.text
    assert trail() == []


@pytest.mark.usefixtures("network")
def test_of_two_who_change_an_area_the_second_is_told_what_the_first_did(
    client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in()
    seen = seen_on(see(client, f"{LIST}/krakeel"))
    send(client, f"{LIST}/krakeel", seen=seen, **FACTS)
    answer = send(client, f"{LIST}/krakeel", seen=seen, **FACTS | {"name": "Krakeel-Zuid"})
    assert answer.status_code == 409
    page = Page(answer.text)
    assert "Naam: Krakeel-Noord" in page.words
    assert 'value="Krakeel-Zuid"' in answer.text
    again = send(client, f"{LIST}/krakeel", seen=seen_on(page), **FACTS | {"name": "Krakeel-Zuid"})
    assert again.status_code == 303


@pytest.mark.usefixtures("network")
def test_a_border_is_looked_at_first_and_then_all_that_lies_there_moves(
    client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in()
    answer = propose(client, NARROWER, boundary_source="bewoners")
    assert answer.status_code == 303
    address = answer.headers["Location"]
    page = see(client, address)
    assert page.tables == [
        [["Van", "Naar", "Kasten", "Vrijwilligers"], ["Krakeel", "geen smederij", "1", "1"]]
    ]
    assert where(Cabinet) == ["krakeel", "krakeel", "wolfsbos", None]
    revisions = [read_revision(db.session(), counter) for counter in Counter]
    done = confirm(client, address)
    assert (done.status_code, done.headers["Location"]) == (303, f"{LIST}/krakeel?gedaan=grens")
    assert shape_of("krakeel") == NARROWER
    assert where(Cabinet) == where(Volunteer) == ["krakeel", None, "wolfsbos", None]
    assert where(PopulationCell) == [None]
    assert [read_revision(db.session(), counter) for counter in Counter] == [n + 1 for n in revisions]
    area = find_area(db.session(), "krakeel")
    assert area is not None
    assert area.boundary_source == "bewoners"
    assert trail() == [
        ("administrator 1", "border_proposed", "area krakeel", {"proposal": "1"}),
        (
            "administrator 1",
            "area_border_changed",
            "area krakeel",
            {"proposal": "1", "cabinets": "1", "volunteers": "1"},
        ),
    ]
    assert "Dit voorstel is bevestigd" in see(client, address).words
    assert send(client, f"{address}/bevestigen", seen="").status_code in {303, 409}
    assert len(trail()) == 2


@pytest.mark.usefixtures("network")
def test_what_a_border_takes_from_a_neighbour_the_neighbour_gives_up(
    client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in()
    address = propose(client, WIDER).headers["Location"]
    page = see(client, address)
    assert ["Wolfsbos", "Krakeel", "1", "1"] in page.tables[0]
    assert "Wolfsbos: 2" in page.words  # some 22 square kilometres
    confirm(client, address)
    assert where(Cabinet) == where(Volunteer) == ["krakeel", "krakeel", "krakeel", None]
    kept = shape_of("wolfsbos")
    assert kept is not None
    assert kept.bounds == pytest.approx((6.5, 52.65, 6.58, 52.8))
    assert [event[1:3] for event in trail()] == [
        ("border_proposed", "area krakeel"),
        ("area_border_changed", "area krakeel"),
        ("area_border_changed", "area wolfsbos"),
    ]


@pytest.mark.usefixtures("network")
def test_a_mistake_is_undone_with_the_border_that_was_kept(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in()
    before = shape_of("krakeel")
    confirm(client, propose(client, NARROWER).headers["Location"])
    page = see(client, f"{LIST}/krakeel")
    assert "vervangen door administrator 1" in page.words
    (again,) = [form["action"] for form in page.all("form") if "/eerder/" in form.get("action", "")]
    confirm(client, send(client, again).headers["Location"])
    assert shape_of("krakeel") == before
    assert where(Cabinet) == ["krakeel", "krakeel", "wolfsbos", None]
    assert len(db.session.scalars(select(KeptBorder.id)).all()) == 2


@pytest.mark.usefixtures("network")
def test_a_coordinator_proposes_for_their_own_area_and_an_administrator_decides(
    app: APIFlask, client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in("krakeel", role=Role.COORDINATOR)
    address = propose(client, NARROWER).headers["Location"]
    page = see(client, address)
    assert "Een beheerder kijkt hiernaar." in page.words
    assert not [form for form in page.all("form") if "bevestigen" in form.get("action", "")]
    assert send(client, f"{address}/bevestigen", seen="x").status_code == 403
    assert send(client, f"{address}/afwijzen").status_code == 403
    assert send(client, f"{LIST}/krakeel", seen="x", **FACTS).status_code == 403
    assert send(client, f"{BORDERS}/smederij/wolfsbos", border=geojson(WIDER)).status_code == 404
    assert "Grens van Krakeel" in see(client, LIST).words
    make_account("wolfsbos", email=BOB, role=Role.COORDINATOR)
    bob = app.test_client()
    bob.post("/aanmelden", data={"email": BOB, "password": PASSWORD})
    see(bob, address, status=404)
    assert "Grens van Krakeel" not in see(bob, LIST).words
    admin_email = "admin@aednet.example"
    make_account(email=admin_email)
    admin = app.test_client()
    admin.post("/aanmelden", data={"email": admin_email, "password": PASSWORD})
    assert send(admin, f"{address}/afwijzen").status_code == 303
    assert send(admin, f"{address}/afwijzen").status_code == 303
    assert "Dit voorstel is afgewezen" in see(client, address).words
    assert "wachten" not in see(client, LIST).words
    assert [event[:2] for event in trail()] == [
        ("coordinator 1", "border_proposed"),
        ("administrator 3", "border_declined"),
    ]
    assert shape_of("krakeel") == box(6.4, 52.65, 6.48, 52.8)


@pytest.mark.usefixtures("network")
def test_a_border_that_changed_meanwhile_is_told_and_nothing_is_overwritten(
    client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in()
    drawing = f"{BORDERS}/smederij/krakeel"
    seen_drawing = seen_on(see(client, drawing))
    waiting = propose(client, WIDER).headers["Location"]
    seen = seen_on(see(client, waiting))
    confirm(client, propose(client, NARROWER).headers["Location"])
    stale = send(client, drawing, seen=seen_drawing, border=geojson(WIDER))
    assert stale.status_code == 409
    assert "[[6.5, 52.65]" in stale.text  # what was drawn is not lost
    assert send(client, drawing, seen=seen_on(Page(stale.text)), border=geojson(WIDER)).status_code == 303
    refused = send(client, f"{waiting}/bevestigen", seen=seen)
    assert refused.status_code == 409
    assert "Iemand anders heeft intussen een grens veranderd." in refused.text
    assert shape_of("krakeel") == NARROWER
    assert send(client, f"{waiting}/bevestigen", seen=seen_on(Page(refused.text))).status_code == 303
    assert shape_of("krakeel") == WIDER


def ring(positions: str) -> str:
    return f'{{"type":"Polygon","coordinates":[[{positions}]]}}'


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize(
    ("border", "words"),
    [
        ("", "Teken een grens"),
        ("{", "Dit is geen GeoJSON."),
        (
            '{"type":"Polygon","coordinates":[[[6.4,52.7],[6.5,52.8],[6.5,52.7],[6.4,52.8],[6.4,52.7]]]}',
            "kruist",
        ),
        ('{"type":"Polygon","coordinates":[[[1,1],[2,1],[2,2],[1,1]]]}', "ligt buiten het gebied"),
        (
            '{"type":"Polygon","coordinates":[[[229000,526000],[1,1],[2,2],[229000,526000]]]}',
            "staat in meters",
        ),
    ],
)
def test_a_border_that_cannot_be_is_refused_and_stays_typed(
    client: FlaskClient, sign_in: SignIn, border: str, words: str
) -> None:
    sign_in()
    answer = propose(client, NARROWER, border=border)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.words.count(words) == 2
    assert border in page.words
    assert db.session.scalars(select(BorderProposal.id)).all() == []


@pytest.mark.usefixtures("network")
def test_a_file_counts_before_what_stands_in_the_field(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in()
    file = (io.BytesIO(geojson(NARROWER).encode()), "grens.geojson")
    address = propose(client, WIDER, file=file).headers["Location"]
    assert "geen smederij" in see(client, address).words
    binary = (io.BytesIO(b"\xff\xfe\x00\x89PNG"), "grens.geojson")
    assert propose(client, WIDER, file=binary).status_code == 422


@pytest.mark.usefixtures("network")
def test_the_same_border_sent_twice_is_one_proposal_and_the_present_one_changes_nothing(
    client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in()
    first, second = propose(client, NARROWER), propose(client, NARROWER)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(trail()) == 1
    same = propose(client, box(6.4, 52.65, 6.48, 52.8)).headers["Location"]
    page = see(client, same)
    assert "Er verandert niets." in page.words
    assert not [form for form in page.all("form") if "bevestigen" in form.get("action", "")]


@pytest.mark.usefixtures("network")
def test_a_neighbour_is_never_left_without_ground(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in()
    address = propose(client, box(6.4, 52.6, 6.6, 52.85)).headers["Location"]
    page = see(client, address)
    assert "Zo houdt Wolfsbos geen grond over." in page.words
    assert send(client, f"{address}/bevestigen", seen=seen_of_all()).status_code == 409
    assert shape_of("wolfsbos") is not None


def seen_of_all() -> str:
    return mark_of(list_areas(db.session()))


NEW = FACTS | {"name": "Nieuw Zuid", "border": geojson(box(6.46, 52.65, 6.49, 52.8))}


@pytest.mark.usefixtures("network")
def test_an_area_is_added_and_takes_what_lies_in_it(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in()
    answer = send(client, f"{BORDERS}/nieuw", **NEW)
    assert answer.status_code == 303
    confirm(client, answer.headers["Location"])
    assert where(Cabinet) == where(Volunteer) == ["krakeel", "nieuw-zuid", "nieuw-zuid", None]
    assert where(PopulationCell) == ["nieuw-zuid"]
    assert ("area_added", "area nieuw-zuid") in [event[1:3] for event in trail()]
    taken = send(client, f"{BORDERS}/nieuw", **NEW)
    assert taken.status_code == 422
    assert "Er is al een smederij met deze naam." in taken.text


@pytest.mark.usefixtures("network")
def test_all_that_is_wrong_with_a_new_area_is_said_at_once(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in()
    answer = send(client, f"{BORDERS}/nieuw", name="???", border="{", population="veel")
    assert answer.status_code == 422
    for name in ("name", "name_source", "population", "boundary_source", "kind", "border"):
        assert f'id="{name}-error"' in answer.text


@pytest.mark.usefixtures("network")
def test_two_new_areas_of_one_name_become_one(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in()
    first = send(client, f"{BORDERS}/nieuw", **NEW).headers["Location"]
    elsewhere = NEW | {"border": geojson(box(6.3, 52.65, 6.35, 52.8))}
    second = send(client, f"{BORDERS}/nieuw", **elsewhere).headers["Location"]
    assert first != second
    confirm(client, first)
    assert send(client, f"{second}/bevestigen", seen=seen_of_all()).status_code == 409
    assert len(list_areas(db.session())) == 3


@pytest.mark.usefixtures("network")
def test_an_area_is_removed_with_a_look_first_and_can_be_put_back(
    client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in()
    make_account("krakeel", email=BOB, role=Role.COORDINATOR)
    waiting = propose(client, NARROWER).headers["Location"]
    address = f"{BORDERS}/smederij/krakeel/weg"
    page = see(client, address)
    assert page.tables[0][1:] == [["Krakeel", "geen smederij", "2", "2"]]
    assert send(client, address, seen="x").status_code == 409
    revisions = [read_revision(db.session(), counter) for counter in Counter]
    assert send(client, address, seen=seen_on(page)).status_code == 303
    assert [read_revision(db.session(), counter) for counter in Counter] == [n + 1 for n in revisions]
    assert shape_of("krakeel") is None
    assert where(Cabinet) == where(Volunteer) == [None, None, "wolfsbos", None]
    assert db.session.scalars(select(AccountArea.area_id)).all() == []
    see(client, waiting, status=404)
    see(client, f"{LIST}/krakeel", status=404)
    listed = see(client, LIST)
    assert "Smederijen die weg zijn" in listed.words
    (back,) = [form["action"] for form in listed.all("form") if "/eerder/" in form.get("action", "")]
    confirm(client, send(client, back).headers["Location"])
    assert shape_of("krakeel") == box(6.4, 52.65, 6.48, 52.8)
    assert where(Cabinet) == where(Volunteer) == ["krakeel", "krakeel", "wolfsbos", None]
    assert "Smederijen die weg zijn" not in see(client, LIST).words


@pytest.mark.usefixtures("network")
def test_only_what_lies_on_ground_that_changes_hands_is_looked_at(
    client: FlaskClient, sign_in: SignIn
) -> None:
    make_areas(make_area_draft("ver", west=6.9, width=0.05))
    sign_in()
    address = propose(client, NARROWER).headers["Location"]
    with noted_statements() as asked:
        see(client, address)
    (cabinets,) = [statement for statement in asked if "FROM cabinet" in statement and "lat" in statement]
    assert "BETWEEN" in cabinets
    (people,) = [statement for statement in asked if "home" in statement]
    assert "area_id IN" in people


@pytest.mark.usefixtures("network")
def test_markup_in_names_and_borders_does_nothing(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in()
    seen = seen_on(see(client, f"{LIST}/krakeel"))
    nasty = "<script>alert('x')</script>\"'"
    send(client, f"{LIST}/krakeel", seen=seen, **FACTS | {"name": nasty, "boundary_source": nasty})
    address = propose(client, NARROWER, boundary_source=nasty).headers["Location"]
    for shown in (LIST, f"{LIST}/krakeel", f"{BORDERS}/smederij/krakeel", address):
        page = see(client, shown)
        assert nasty in page.words
        for name, attributes in page.elements:
            assert not [key for key in attributes if key == "style" or key.startswith("on")]
            assert name != "script" or "src" in attributes


@pytest.mark.usefixtures("network")
def test_the_network_in_memory_follows_at_once(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in()
    confirm(client, propose(client, NARROWER).headers["Location"])
    feature = client.get("/api/v1/areas/krakeel").json
    assert feature is not None
    assert max(lon for lon, _ in feature["geometry"]["coordinates"][0]) == 6.46
    assert EMAIL not in json.dumps(trail())
