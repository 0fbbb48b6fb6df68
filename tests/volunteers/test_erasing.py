from datetime import date

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from aednet.accounts.rules import Role
from aednet.base.audit import AuditEvent
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.cabinets.guarding.services import appoint_guardian
from aednet.cabinets.rules import GuardianRole
from aednet.volunteers.models import ConsentEvent
from aednet.volunteers.rules import ConsentKind
from tests.factories import make_area_draft, make_areas, make_cabinet, make_token, make_volunteer


@pytest.fixture
def volunteer_id(app: APIFlask) -> int:
    """Somebody of `west` who looks after a cabinet."""
    make_areas(make_area_draft("west", width=0.08), make_area_draft("oost", west=6.48))
    with transaction() as session:
        somebody = make_volunteer(session)
        cabinet = make_cabinet(session)
        appoint_guardian(session, cabinet, somebody, role=GuardianRole.GUARDIAN, today=date(2026, 11, 24))
    return somebody


def rows(table: str) -> int:
    count: int = db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
    return count


def test_of_who_is_erased_only_a_consent_that_was_withdrawn_remains(
    client: FlaskClient, volunteer_id: int
) -> None:
    west = make_token("west", role=Role.COORDINATOR)
    assert client.delete(f"/api/v1/volunteers/{volunteer_id}", headers=west).status_code == 204
    assert [rows(table) for table in ("volunteer", "volunteer_name_word", "guardianship")] == [0, 0, 0]
    kinds = db.session.scalars(select(ConsentEvent.kind).order_by(ConsentEvent.id)).all()
    assert kinds == [ConsentKind.GIVEN, ConsentKind.WITHDRAWN]
    last = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert last is not None
    assert (last.action, last.subject) == ("volunteer_erased", f"volunteer {volunteer_id}")
    assert client.get(f"/api/v1/volunteers/{volunteer_id}", headers=west).status_code == 404
    assert client.delete(f"/api/v1/volunteers/{volunteer_id}", headers=west).status_code == 404


@pytest.mark.parametrize(
    ("area", "role", "status"),
    [("oost", Role.COORDINATOR, 404), ("west", Role.VIEWER, 403)],
)
def test_nobody_else_can_erase_them(
    client: FlaskClient, volunteer_id: int, area: str, role: Role, status: int
) -> None:
    other = make_token(area, role=role)
    assert client.delete(f"/api/v1/volunteers/{volunteer_id}", headers=other).status_code == status
    assert client.delete(f"/api/v1/volunteers/{volunteer_id}").status_code == 401
    assert rows("volunteer") == 1
