from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from apiflask import APIBlueprint, APIFlask
from flask import Blueprint, Response, jsonify
from flask.testing import FlaskClient
from pydantic import BaseModel
from sqlalchemy import select

from aednet.accounts import services
from aednet.accounts.guards import permission_of, require
from aednet.accounts.identity import current_caller
from aednet.accounts.models import ApiToken
from aednet.accounts.rules import TOKEN_NOTED_EVERY, Permission, Role
from aednet.base.database import db
from aednet.base.transactions import transaction
from tests.factories import EMAIL, NOW, PASSWORD, make_account, make_area_draft, make_areas, make_token
from tests.fakes import MovableClock

BROWSER = {"Accept": "text/html,*/*;q=0.8"}
CHANGE, SEE, PUBLIC, PAGE = "/api/v1/try/7", "/api/v1/try/7/see", "/api/v1/try/public", "/try"


class Draft(BaseModel):
    number: int


def guarded_routes() -> tuple[APIBlueprint, Blueprint]:
    """What a room with guards looks like: an API whose calls each say it, and pages that say it together."""
    api = APIBlueprint("try_api", __name__, url_prefix="/api/v1/try")
    pages = require(Permission.SEE)(Blueprint("try", __name__))

    @api.patch("/<ref>")
    @api.input(Draft, arg_name="draft")
    @require(Permission.CHANGE)
    def change(ref: str, draft: Draft) -> Response:
        return jsonify(ref=ref)

    @api.get("/<ref>/see")
    @require(Permission.SEE)
    def see(ref: str) -> Response:
        caller = current_caller()
        return jsonify(actor=caller.actor, areas=sorted(caller.area_ids or []))

    @api.get("/public")
    def public() -> Response:
        return jsonify(ok=True)

    @pages.route("/try", methods=["GET", "POST"])
    def page() -> str:
        return "the page"

    @pages.get("/try/people")
    @require(Permission.SEE_PEOPLE)
    def people() -> str:
        return "the people"

    return api, pages


@pytest.fixture
def app(open_app: Callable[..., APIFlask], clock: MovableClock) -> Iterator[APIFlask]:
    app = open_app(clock=clock)
    for blueprint in guarded_routes():
        app.register_blueprint(blueprint)
    with app.app_context():
        yield app


def sign_in(client: FlaskClient) -> None:
    client.post("/aanmelden", data={"email": EMAIL, "password": PASSWORD})


def test_a_program_that_shows_nothing_is_told_how_it_would_be_known(client: FlaskClient) -> None:
    answer = client.get(SEE)
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.get_json()["code"] == "not_signed_in"
    assert client.get(SEE, headers=BROWSER).status_code == 401


@pytest.mark.parametrize(
    "shown",
    [
        "Bearer x",
        "Bearer",
        "Bearer  ",
        "Basic YTpi",
        "x",
        "Bearer é",
        "Token x",
        "Bearer a b c",
        "Bearer a=b",
    ],
)
def test_a_token_that_is_none_opens_nothing_and_closes_nothing_public(
    client: FlaskClient, shown: str
) -> None:
    headers = {"Authorization": shown}
    assert client.get(SEE, headers=headers).status_code == 401
    assert client.get(PUBLIC, headers=headers).status_code == 200


def test_a_guard_holds_before_anything_of_the_request_is_read(client: FlaskClient) -> None:
    for body in ({"number": "x"}, {}, {"number": 1}):
        assert client.patch(CHANGE, json=body).status_code == 401
    headers = make_token()
    assert client.patch(CHANGE, json={"number": "x"}, headers=headers).status_code == 422
    assert client.patch(CHANGE, json={"number": 1}, headers=headers).status_code == 200


def test_a_token_has_the_rights_and_areas_of_its_account(client: FlaskClient) -> None:
    make_areas(make_area_draft("krakeel", width=0.05), make_area_draft("wolfsbos", west=6.45, width=0.05))
    headers = make_token("wolfsbos", role=Role.VIEWER)
    assert client.get(SEE, headers=headers).get_json() == {"actor": "viewer 1", "areas": [2]}
    refused = client.patch(CHANGE, json={"number": 1}, headers=headers)
    assert (refused.status_code, refused.content_type) == (403, "application/problem+json")
    assert refused.get_json()["code"] == "forbidden"
    assert "WWW-Authenticate" not in refused.headers


def test_a_token_never_gets_a_cookie_and_beats_one_that_comes_along(client: FlaskClient) -> None:
    make_account()
    headers = make_token(email="bob@aednet.example")
    answer = client.get(SEE, headers=headers)
    assert answer.get_json()["actor"] == "administrator 2"
    assert "Set-Cookie" not in answer.headers
    sign_in(client)
    assert client.get(SEE).get_json()["actor"] == "administrator 1"
    both = client.get(SEE, headers=headers)
    assert both.get_json()["actor"] == "administrator 2"
    assert "Set-Cookie" not in both.headers
    assert client.get(SEE, headers={"Authorization": "Bearer x"}).status_code == 401
    assert client.get(SEE).get_json()["actor"] == "administrator 1"


def test_an_ended_token_and_one_of_an_inactive_account_open_nothing(client: FlaskClient) -> None:
    headers = make_token()
    assert client.get(SEE, headers=headers).status_code == 200
    with transaction() as session:
        services.change_password(session, 1, "een heel ander wachtwoord", now=NOW)
    assert client.get(SEE, headers=headers).status_code == 401


def test_use_of_a_token_is_noted_to_the_hour(client: FlaskClient, clock: MovableClock) -> None:
    headers = make_token()
    for minutes, noted in ((0, 0), (59, 0), (1, 60)):
        clock.move(timedelta(minutes=minutes))
        client.get(SEE, headers=headers)
        assert db.session().scalar(select(ApiToken.last_used_at)) == NOW + timedelta(minutes=noted)
    assert timedelta(hours=1) == TOKEN_NOTED_EVERY


def test_people_are_sent_to_sign_in_and_come_back(client: FlaskClient) -> None:
    make_account()
    sent = client.get(f"{PAGE}?plaats=De+Krim&at=2026-11-24T14:00", headers=BROWSER)
    assert sent.status_code == 303
    form = client.get(sent.headers["Location"], headers=BROWSER).text
    back = form.split('name="next" value="')[1].split('"')[0].replace("&amp;", "&")
    entered = client.post("/aanmelden", data={"email": EMAIL, "password": PASSWORD, "next": back})
    assert entered.headers["Location"] == "/try?plaats=De+Krim&at=2026-11-24T14:00"
    assert client.get(entered.headers["Location"], headers=BROWSER).text == "the page"


def test_a_form_that_was_sent_too_late_leads_to_sign_in(client: FlaskClient) -> None:
    sent = client.post(PAGE, headers=BROWSER)
    assert (sent.status_code, sent.headers["Location"]) == (303, "/aanmelden")


def test_a_role_that_does_not_reach_gets_a_page_that_says_so(client: FlaskClient) -> None:
    make_areas()
    make_account("krakeel", role=Role.VIEWER)
    sign_in(client)
    allowed = client.get(PAGE, headers=BROWSER)
    assert (allowed.text, allowed.headers["Cache-Control"]) == ("the page", "no-store")
    refused = client.get("/try/people", headers=BROWSER)
    assert (refused.status_code, refused.mimetype) == (403, "text/html")


def test_every_endpoint_can_be_asked_what_it_requires(app: APIFlask) -> None:
    asked = {
        endpoint: permission_of(app, endpoint)
        for endpoint in app.view_functions
        if endpoint.startswith("try")
    }
    assert asked == {
        "try_api.change": Permission.CHANGE,
        "try_api.see": Permission.SEE,
        "try_api.public": None,
        "try.page": Permission.SEE,
        "try.people": Permission.SEE_PEOPLE,
    }
    assert permission_of(app, "map.front") is None
    assert permission_of(app, "accounts.sign_in") is None


def test_the_description_says_what_the_guards_do(app: APIFlask, client: FlaskClient) -> None:
    spec = client.get("/api/v1/openapi.json").get_json()
    scheme = spec["components"]["securitySchemes"]["token"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    change = spec["paths"]["/api/v1/try/{ref}"]["patch"]
    assert change["security"] == [{"token": []}]
    assert {"401", "403"} <= change["responses"].keys()
    assert "security" not in spec["paths"]["/api/v1/try/public"]["get"]
    assert "Problem" in spec["components"]["schemas"]
