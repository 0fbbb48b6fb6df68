from datetime import timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.cabinets.models import ProblemReport
from aednet.cabinets.rules import Status
from aednet.web.geojson import MEDIA_TYPE
from tests.factories import TODAY, make_area_draft, make_areas, make_cabinet, make_cabinets

CABINETS = "/api/v1/cabinets"
REPORTS = f"{CABINETS}/HGV-001/reports"


def refs(client: FlaskClient, **query: str) -> list[str]:
    answer = client.get(CABINETS, query_string=query)
    assert answer.status_code == 200, answer.text
    return [feature["properties"]["ref"] for feature in answer.get_json()["features"]]


def test_a_cabinet_goes_out_as_a_feature_with_what_the_public_may_know(client: FlaskClient) -> None:
    make_areas()
    make_cabinets({"access_code": "C1234X", "locked": True, "location": "in de hal"})
    answer = client.get(f"{CABINETS}/HGV-001")
    assert answer.content_type == MEDIA_TYPE
    assert "C1234X" not in answer.text
    feature = answer.get_json()
    assert feature["geometry"] == {"type": "Point", "coordinates": [6.4788, 52.7245]}
    assert feature["properties"] == {
        "ref": "HGV-001",
        "name": "Buurthuis HGV-001",
        "status": "in_service",
        "readiness": feature["properties"]["readiness"],
        "verified_on": "2026-11-24",
        "area": "krakeel",
        "address": None,
        "opening_hours": "24/7",
        "access": None,
        "locked": True,
        "indoor": None,
        "location": "in de hal",
        "example": False,
    }


def test_the_list_leaves_out_what_is_planned_or_retired_and_keeps_the_rest(client: FlaskClient) -> None:
    make_cabinets(*({"status": status} for status in Status))
    listed = {"in_service": "HGV-002", "out_of_service": "HGV-003", "missing": "HGV-004"}
    assert refs(client) == sorted(listed.values())
    assert client.get(f"{CABINETS}/HGV-001").status_code == 404


def test_a_box_and_an_area_narrow_the_list(client: FlaskClient) -> None:
    make_areas(make_area_draft("west", width=0.08), make_area_draft("oost", west=6.48))
    make_cabinets({"lon": 6.47}, {"lon": 6.49}, {"lon": 6.50, "lat": 52.76})
    assert refs(client, area="west") == ["HGV-001"]
    assert refs(client, area="oost") == ["HGV-002", "HGV-003"]
    assert refs(client, area="nergens") == []
    assert refs(client, bbox="6.48,52.7,6.6,52.75") == ["HGV-002"]


def test_open_at_lists_those_that_serve_at_that_instant(client: FlaskClient) -> None:
    make_cabinets(
        {"opening_hours": "Mo-Fr 08:00-17:00"},
        {"opening_hours": "in overleg"},
        {"status": Status.OUT_OF_SERVICE},
        {"battery_expires_on": TODAY},
        {"pads_expire_on": None},
    )
    assert refs(client, open_at="2026-11-24T14:00") == ["HGV-001", "HGV-004", "HGV-005"]
    assert refs(client, open_at="2026-11-24T03:00") == ["HGV-004", "HGV-005"]
    assert refs(client, open_at="2026-11-25T03:00") == ["HGV-005"]


@pytest.mark.parametrize("query", [{}, {"open_at": "2026-11-24T14:00"}, {"bbox": "6,52,7,53"}])
def test_pages_hold_every_cabinet_once(client: FlaskClient, query: dict[str, str]) -> None:
    make_cabinets(*({} for _ in range(7)))
    seen: list[str] = []
    answer = client.get(CABINETS, query_string=query | {"limit": "3"})
    for _ in range(9):
        seen += [feature["id"] for feature in answer.get_json()["features"]]
        link = answer.headers.get("Link")
        if link is None:
            break
        assert link.endswith('>; rel="next"')
        answer = client.get(link[1 : link.index(">")])
    assert seen == [f"HGV-{number:03d}" for number in range(1, 8)]


def test_a_layer_that_did_not_change_is_not_sent_again(client: FlaskClient) -> None:
    make_cabinets({})
    first = client.get(CABINETS)
    again = client.get(CABINETS, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    with transaction() as session:
        make_cabinet(session, "HGV-002")
    changed = client.get(CABINETS, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"bbox": "6,52,7"}, "bbox"),
        ({"bbox": "7,52,6,53"}, "bbox"),
        ({"bbox": "nan,52,7,53"}, "bbox"),
        ({"limit": "0"}, "limit"),
        ({"limit": "10001"}, "limit"),
        ({"open_at": "nu"}, "open_at"),
        ({"area": "a" * 101}, "area"),
        ({"cursor": "c" * 41}, "cursor"),
        ({"sort": "name"}, "sort"),
    ],
)
def test_a_question_that_cannot_be_answered_names_its_field(
    client: FlaskClient, query: dict[str, str], field: str
) -> None:
    answer = client.get(CABINETS, query_string=query)
    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]) == [field]


def test_a_name_with_nul_or_signs_finds_nothing_and_breaks_nothing(client: FlaskClient) -> None:
    make_cabinets({})
    for ref in ("HGV-00%", "HGV-00_", "'; DROP TABLE cabinet; --", "%00", "x" * 3_000):
        answer = client.get(f"{CABINETS}/{ref}")
        assert answer.status_code == 404, ref
    assert client.get(CABINETS, query_string={"area": "a\0b"}).status_code == 400


def test_a_problem_report_is_kept_once_and_encrypted(client: FlaskClient) -> None:
    make_cabinets({})
    body = {"kind": "damaged", "text": "Ruit stuk, zegt mevrouw De Vries."}
    assert client.post(REPORTS, json=body).status_code == 202
    assert client.post(REPORTS, json=body).status_code == 202
    reports = db.session.scalars(select(ProblemReport)).all()
    assert [(report.kind.value, report.text) for report in reports] == [("damaged", body["text"])]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"kind", "text"}),
        ({"kind": "vanished", "text": "x"}, {"kind"}),
        ({"kind": "gone", "text": " "}, {"text"}),
        ({"kind": "gone", "text": "x" * 1_001}, {"text"}),
        ({"kind": "gone", "text": "a\x00b"}, {"text"}),
        ({"kind": "gone", "text": "x", "phone": "1"}, {"phone"}),
        ({"kind": "gone", "text": ["x"]}, {"text"}),
        ([], {"_schema"}),
    ],
)
def test_a_report_that_cannot_be_kept_names_its_fields(
    client: FlaskClient, body: object, fields: set[str]
) -> None:
    make_cabinets({})
    answer = client.post(REPORTS, json=body)
    assert answer.status_code == 422
    assert set(answer.get_json()["errors"]) == fields
    assert db.session.scalars(select(ProblemReport)).all() == []


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 100_000, b'{"kind": "gone"'])
def test_a_body_that_is_no_json_is_400(client: FlaskClient, body: bytes) -> None:
    make_cabinets({})
    answer = client.post(REPORTS, data=body, content_type="application/json")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


def test_a_body_past_all_measure_is_413(client: FlaskClient) -> None:
    make_cabinets({})
    answer = client.post(REPORTS, data=b"x" * 1_100_000, content_type="application/json")
    assert answer.status_code == 413


def test_reports_from_one_address_are_throttled(client: FlaskClient) -> None:
    make_cabinets({})
    answers = [client.post(REPORTS, json={"kind": "gone", "text": f"nr {n}"}) for n in range(11)]
    assert [answer.status_code for answer in answers] == [202] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert answers[-1].content_type == "application/problem+json"


def test_readiness_is_worked_out_for_today_not_stored(app: APIFlask, client: FlaskClient) -> None:
    today = app.extensions["aednet"].clock.today()
    make_cabinets(
        {"inspected_on": today},
        {"inspected_on": today - timedelta(days=30)},
        {"inspected_on": today - timedelta(days=44)},
        {"inspected_on": None},
        {"passed": False},
    )
    features = client.get(CABINETS).get_json()["features"]
    assert [feature["properties"]["readiness"] for feature in features] == [
        "ready",
        "due",
        "overdue",
        "unknown",
        "out_of_service",
    ]
