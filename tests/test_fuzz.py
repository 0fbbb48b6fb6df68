"""Whatever is sent to the API: never a 5xx, and never an answer that its description does not know."""

import os
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import schemathesis
from apiflask import APIFlask
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from aednet.app import create_app
from aednet.base.database import db
from aednet.base.migration import upgrade
from aednet.config import Settings
from aednet.web.limits import limiter
from tests.factories import make_area_draft, make_areas, make_cabinets, make_token

REQUESTS = int(os.environ.get("AEDNET_TEST_FUZZ_REQUESTS", "0"))  # `make fuzz` asks for thousands
EXAMPLES = max(25, REQUESTS // 40)  # for each call, by each of two askers; there are some twenty calls
CHECKS = (not_a_server_error, content_type_conformance, response_schema_conformance)


@cache
def fuzzed_app() -> tuple[APIFlask, dict[str, str]]:
    """Return an application with a few cabinets, and the header of an administrator's token for it."""
    app = create_app(Settings(instance=Path(tempfile.mkdtemp(prefix="aednet-fuzz-")), demo=True))
    with app.app_context():
        upgrade(db.engine)
        make_areas(make_area_draft())
        make_cabinets({}, {"opening_hours": "Mo-Fr 08:00-17:00"}, {"inspected_on": None})
        return app, make_token()


@pytest.fixture(autouse=True)
def unlimited() -> Iterator[None]:
    """Count nobody's requests."""
    limiter.enabled = False
    yield
    limiter.enabled = True


# Made when tests are collected: the fixture that schemathesis offers instead breaks under pytest 9.
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", fuzzed_app()[0])


@pytest.mark.parametrize("who", ["public", "administrator"])
@schema.parametrize()
@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=not REQUESTS
)
def test_no_call_of_the_api_breaks(case: schemathesis.Case, who: str) -> None:
    headers = fuzzed_app()[1] if who == "administrator" else None
    case.call_and_validate(headers=headers, checks=list(CHECKS))
