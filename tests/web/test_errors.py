from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from aednet.base.database import db
from aednet.base.migration import upgrade
from aednet.config import Settings
from aednet.web.limits import limiter

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_programs_get_a_problem_and_people_a_page(client: FlaskClient) -> None:
    for headers in ({}, {"Accept": "application/json"}, {"Accept": "*/*"}):
        assert client.get("/nowhere", headers=headers).content_type == "application/problem+json"
    assert client.get("/api/v1/nowhere", headers=BROWSER).content_type == "application/problem+json"
    page = client.get("/nowhere", headers=BROWSER)
    assert (page.status_code, page.mimetype) == (404, "text/html")


def test_a_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    answer = client.delete("/api/v1/areas")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert answer.get_json()["code"] == "method_not_allowed"


def test_an_unforeseen_error_tells_the_outside_nothing(
    app: APIFlask, capsys: pytest.CaptureFixture[str]
) -> None:
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/api/v1/boom")
    def boom() -> str:
        raise RuntimeError("the inside story")

    answer = app.test_client().get("/api/v1/boom")
    assert answer.status_code == 500
    assert "inside story" not in answer.text
    assert "unforeseen error" in capsys.readouterr().err


def test_a_database_that_has_no_tables_makes_the_service_unready_but_alive(
    open_app: object, tmp_path: Path
) -> None:
    app = open_app(database_url=f"sqlite:///{tmp_path}/empty.sqlite3")  # type: ignore[operator]
    client = app.test_client()
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert (ready.status_code, ready.get_json()["schema"]) == (503, "out of date")
    asked = client.get("/api/v1/areas")
    assert (asked.status_code, asked.content_type) == (503, "application/problem+json")
    assert client.get("/", headers=BROWSER).status_code == 503
    with app.app_context():
        upgrade(db.engine)
    assert client.get("/readyz").get_json()["worker"] == "silent"


def test_a_full_disk_is_a_503_and_the_file_stays_whole(client: FlaskClient) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("about SQLite")
    from tests.factories import make_cabinets  # noqa: PLC0415

    make_cabinets({})
    with db.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    statuses = {
        client.post(
            "/api/v1/cabinets/HGV-001/reports", json={"kind": "other", "text": f"{number} " + "x" * 990}
        ).status_code
        for number in range(10)
    }
    assert 503 in statuses
    assert statuses <= {202, 503}
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"


def test_reads_are_limited_for_an_address_but_not_in_the_demo(settings: Settings, open_app: object) -> None:
    client = open_app().test_client()  # type: ignore[operator]
    statuses = [client.get("/api/v1/areas").status_code for _ in range(601)]
    assert statuses == [200] * 600 + [429]
    behind_proxy = client.get("/api/v1/areas", headers={"X-Forwarded-For": "203.0.113.7"})
    assert behind_proxy.status_code == 200
    limiter.reset()
    client = open_app(demo=True).test_client()  # type: ignore[operator]
    assert {client.get("/api/v1/areas").status_code for _ in range(601)} == {200}


def test_a_static_file_that_is_not_there_is_simply_not_there(client: FlaskClient) -> None:
    for path in ("/static/foo", "/static/0/css/base.css", "/leaflet/foo.js", "/leaflet/../__init__.py"):
        assert client.get(path).status_code == 404, path
