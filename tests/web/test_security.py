import pytest
from flask.testing import FlaskClient

from aednet.web.security import content_security_policy
from tests.factories import make_cabinets

REPORTS = "/api/v1/cabinets/HGV-001/reports"
BODY = {"kind": "gone", "text": "weg"}


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/v1/areas", "/nowhere", "/api/v1/nowhere"])
def test_every_answer_carries_the_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=(self)" in headers["Permissions-Policy"]


def test_tiles_may_come_from_where_the_owner_chose_and_nowhere_else() -> None:
    policy = content_security_policy("https://{s}.tiles.example/{z}/{x}/{y}.png")
    assert "img-src 'self' data: https://*.tiles.example;" in policy
    assert "https" not in content_security_policy("")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 202),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost"}, 202),
        ({}, 202),
    ],
)
def test_a_change_that_another_site_causes_is_refused(
    client: FlaskClient, headers: dict[str, str], status: int
) -> None:
    make_cabinets({})
    assert client.post(REPORTS, json=BODY, headers=headers).status_code == status


def test_other_sites_may_still_link_here(client: FlaskClient) -> None:
    assert client.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200
