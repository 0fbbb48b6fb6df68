from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from aednet.accounts.rules import Role
from aednet.base.audit import AuditEvent
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.cabinets.care.drafts import AbsenceDraft
from aednet.cabinets.guarding.absences import note_absence
from aednet.cabinets.guarding.models import Absence
from aednet.cabinets.guarding.queries import list_watches
from aednet.cabinets.guarding.services import appoint_guardian, hand_over
from aednet.cabinets.models import Cabinet
from aednet.cabinets.rules import GuardianRole
from tests.factories import NOW, TODAY, make_areas, make_cabinet, make_token, make_volunteer
from tests.fakes import MovableClock

GUARDIAN, DEPUTY = GuardianRole.GUARDIAN, GuardianRole.DEPUTY
SOON = TODAY + timedelta(days=20)


@pytest.fixture
def app(open_app: Callable[..., APIFlask]) -> Iterator[APIFlask]:
    app = open_app(clock=MovableClock())
    with app.app_context():
        yield app


@pytest.fixture
def leaver(app: APIFlask) -> int:
    """The guardian of one cabinet and the deputy of another, who is away next month."""
    make_areas()
    with transaction() as session:
        somebody, another = make_volunteer(session, 1), make_volunteer(session, 2)
        one, two = make_cabinet(session), make_cabinet(session, "HGV-002")
        appoint_guardian(session, one, somebody, role=GUARDIAN, today=TODAY)
        appoint_guardian(session, two, somebody, role=DEPUTY, today=TODAY)
        hand_over(session, one, another, on=SOON, today=TODAY)
        for volunteer, cover in ((somebody, None), (another, somebody)):
            away = AbsenceDraft(from_on=SOON, until_on=SOON, cover_id=cover)
            note_absence(session, volunteer, away, actor="system", now=NOW, today=TODAY)
    return somebody


def leave(client: FlaskClient, number: int, how: str) -> None:
    headers, address = make_token("krakeel", role=Role.COORDINATOR), f"/api/v1/volunteers/{number}"
    if how == "leaves":
        assert client.patch(address, json={"status": "left"}, headers=headers).status_code == 200
    else:
        assert client.delete(address, headers=headers).status_code == 204
    db.session.rollback()


@pytest.mark.parametrize("how", ["leaves", "is erased"])
def test_who_leaves_looks_after_nothing_from_that_moment(client: FlaskClient, leaver: int, how: str) -> None:
    leave(client, leaver, how)
    one, two = db.session.scalars(select(Cabinet).order_by(Cabinet.ref))
    assert [
        (watch.volunteer_id, watch.holds_on(TODAY))
        for watch in list_watches(db.session(), one.id, today=TODAY)
    ] == [(leaver + 1, True)]
    assert list_watches(db.session(), two.id, today=TODAY) == ()
    assert (one.guardian_id, two.guardian_id) == (leaver + 1, None)
    (absence,) = db.session.scalars(select(Absence))
    assert (absence.volunteer_id, absence.cover_id) == (leaver + 1, None)
    ended = select(AuditEvent).where(AuditEvent.action == "guardian_ended").order_by(AuditEvent.subject)
    assert [(event.subject, event.actor, event.detail) for event in db.session.scalars(ended)] == [
        (f"cabinet HGV-00{number}", "coordinator 1", {"volunteer": str(leaver)}) for number in (1, 2)
    ]


@pytest.mark.parametrize("change", [{"status": "paused"}, {"note": "Is er weer."}])
def test_any_other_change_leaves_their_cabinets_alone(
    client: FlaskClient, leaver: int, change: dict[str, str]
) -> None:
    headers = make_token("krakeel", role=Role.COORDINATOR)
    assert client.patch(f"/api/v1/volunteers/{leaver}", json=change, headers=headers).status_code == 200
    db.session.rollback()
    for cabinet in db.session.scalars(select(Cabinet)):
        watches = list_watches(db.session(), cabinet.id, today=TODAY)
        assert leaver in {watch.volunteer_id for watch in watches}
