from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from aednet.accounts.rules import Role
from aednet.base.database import db
from aednet.cabinets.care.queries import PathFacts, find_path
from aednet.cabinets.care.recovery import Outcome, Step
from aednet.cabinets.models import Cabinet
from aednet.cabinets.rules import Status
from tests.desk.conftest import BROWSER
from tests.desk.reading import Page
from tests.factories import make_token

See = Callable[..., Page]
PAGE = "/desk/kasten/HGV-001/na-gebruik"


def path_of(number: int) -> PathFacts:
    db.session.rollback()
    path = find_path(db.session(), number)
    assert path is not None
    return path


def status_of(number: int) -> Status:
    db.session.rollback()
    return db.session.get_one(Cabinet, number).status


def post(client: FlaskClient, address: str = "", **form: str) -> TestResponse:
    return client.post(f"{PAGE}{address}", data=form, headers=BROWSER)


def offered(page: Page) -> set[str]:
    return {field["value"] for field in page.all("input") if field.get("name") == "step"}


@pytest.mark.usefixtures("coordinator")
def test_from_used_to_back_in_service_step_by_step(client: FlaskClient, see: See, cabinet_id: int) -> None:
    assert "Is de AED gebruikt of uit de kast gehaald?" in see(PAGE).words
    for _ in range(2):
        assert post(client).headers["Location"] == PAGE
    assert status_of(cabinet_id) is Status.OUT_OF_SERVICE
    number = path_of(cabinet_id).id
    page = see(PAGE)
    assert "Dat is gemeld: vandaag 14:00, door uzelf." in page.words
    assert offered(page) == set(Step)
    for step, typed in (
        ("fetched_back", ""),
        ("pads", "31-12-2028"),
        ("battery", ""),
        ("kit", ""),
        ("in_service", ""),
    ):
        assert step in offered(see(PAGE))
        for _ in range(2):
            said = {"step": step, f"expires_on_{step}": typed}
            assert post(client, f"/{number}", **said).status_code == 303
    assert "Alle stappen zijn gedaan (vandaag 14:00). De AED hangt weer klaar." in see(PAGE).words
    assert (status_of(cabinet_id), path_of(cabinet_id).outcome) == (Status.IN_SERVICE, Outcome.USED)
    assert len(path_of(cabinet_id).done) == len(Step)


@pytest.mark.usefixtures("coordinator")
@pytest.mark.parametrize(
    ("step", "typed"), [("pads", ""), ("pads", "straks"), ("pads", "1980-01-01"), ("battery", "x")]
)
def test_new_pads_want_their_date_and_a_bad_one_is_said_beside_the_field(
    client: FlaskClient, cabinet_id: int, step: str, typed: str
) -> None:
    post(client)
    number = path_of(cabinet_id).id
    post(client, f"/{number}", step="fetched_back")
    answer = post(client, f"/{number}", **{"step": step, f"expires_on_{step}": typed})
    page = Page(answer.text)
    assert answer.status_code == 422
    assert page.words.count("Vul de datum in die erop staat") == 2
    (field,) = [field for field in page.all("input") if field.get("aria-invalid") == "true"]
    assert (field["id"], field["value"]) == (f"expires_on-{step}", typed)
    assert len(path_of(cabinet_id).done) == 1


@pytest.mark.usefixtures("coordinator")
def test_everything_is_ticked_at_once_and_a_date_that_was_typed_says_that_its_step_was_done(
    client: FlaskClient, see: See, cabinet_id: int
) -> None:
    post(client)
    number = path_of(cabinet_id).id
    said = {"step": ["in_service", "kit", "pads", "fetched_back"], "expires_on_pads": "31-12-2028"}
    early = client.post(f"{PAGE}/{number}", data=said, headers=BROWSER)
    assert early.status_code == 409
    assert path_of(cabinet_id).done == ()
    ticked = [field["value"] for field in Page(early.text).all("input") if "checked" in field]
    assert ticked == ["fetched_back", "pads", "kit", "in_service"]
    said["expires_on_battery"] = "1-6-2030"
    assert client.post(f"{PAGE}/{number}", data=said, headers=BROWSER).status_code == 303
    assert "Alle stappen zijn gedaan (vandaag 14:00). De AED hangt weer klaar." in see(PAGE).words
    assert status_of(cabinet_id) is Status.IN_SERVICE


@pytest.mark.usefixtures("coordinator")
def test_nothing_ticked_is_said_so(client: FlaskClient, cabinet_id: int) -> None:
    post(client)
    answer = post(client, f"/{path_of(cabinet_id).id}")
    assert answer.status_code == 422
    assert "U vinkte niets aan." in Page(answer.text).words


@pytest.mark.usefixtures("coordinator")
def test_not_used_after_all_closes_it_and_a_stale_page_is_told_so(
    client: FlaskClient, see: See, cabinet_id: int
) -> None:
    post(client)
    number = path_of(cabinet_id).id
    for _ in range(2):
        assert post(client, f"/{number}/niet-gebruikt").status_code == 303
    assert status_of(cabinet_id) is Status.IN_SERVICE
    assert "de AED was niet gebruikt" in see(PAGE).words
    stale = post(client, f"/{number}", step="fetched_back")
    assert stale.status_code == 409
    assert "Iemand anders heeft dit intussen afgerond." in Page(stale.text).words


@pytest.mark.usefixtures("coordinator")
def test_a_step_too_early_changes_nothing_and_an_unknown_one_is_not_there(
    client: FlaskClient, cabinet_id: int
) -> None:
    post(client)
    number = path_of(cabinet_id).id
    assert post(client, f"/{number}", step="in_service").status_code == 409
    assert post(client, f"/{number}", step="dansen").status_code == 404
    assert post(client, "/99", step="fetched_back").status_code == 404
    assert post(client, "/99/niet-gebruikt").status_code == 404
    assert path_of(cabinet_id).done == ()


def test_a_viewer_and_a_coordinator_of_another_area_change_nothing(
    client: FlaskClient, cabinet_id: int
) -> None:
    own = make_token("krakeel", role=Role.COORDINATOR)
    client.post(PAGE, headers=own)
    number = path_of(cabinet_id).id
    viewer = make_token("krakeel", email="kijker@aednet.example", role=Role.VIEWER)
    foreign = make_token("wolfsbos", email="ander@aednet.example", role=Role.COORDINATOR)
    step = {"step": "fetched_back"}
    for headers, status in ((viewer, 403), (foreign, 404), ({}, 401)):
        assert client.get(PAGE, headers=headers).status_code == status
        assert client.post(PAGE, headers=headers).status_code == status
        assert client.post(f"{PAGE}/{number}", data=step, headers=headers).status_code == status
        assert client.post(f"{PAGE}/{number}/niet-gebruikt", headers=headers).status_code == status
    other = PAGE.replace("001", "002")
    assert client.post(f"{other}/{number}", data=step, headers=foreign).status_code == 404
    assert (path_of(cabinet_id).done, path_of(cabinet_id).outcome) == ((), None)
