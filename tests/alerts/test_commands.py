import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from apiflask import APIFlask
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from aednet.alerts.commands import remind
from aednet.base.database import db
from aednet.base.phone import PhoneNumber
from aednet.base.transactions import transaction
from aednet.cabinets.guarding.services import appoint_guardian
from aednet.cabinets.rules import GuardianRole
from aednet.messaging.models import Reminder
from aednet.messaging.queries import list_on_console
from tests.factories import TODAY, make_areas, make_cabinet, make_volunteer

ANNA = PhoneNumber(e164="+31612340001")
AT = "2026-11-24T10:00"


@pytest.fixture
def run(app: APIFlask) -> Callable[..., Result]:
    make_areas()
    with transaction() as session:
        cabinet = make_cabinet(session, "HGV-017", inspected_on=TODAY - timedelta(days=31), name="Buurthuis")
        guardian = make_volunteer(session, 1)
        since = TODAY - timedelta(days=300)
        appoint_guardian(session, cabinet, guardian, role=GuardianRole.GUARDIAN, today=since)

    def run(*arguments: str) -> Result:
        db.session.rollback()
        return CliRunner().invoke(remind, arguments, obj=lambda: app)

    return run


def stored() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Reminder)) or 0


def test_a_dry_run_tells_who_is_told_what_and_why_and_stores_nothing(run: Callable[..., Result]) -> None:
    result = run("--at", AT, "--dry-run")
    assert result.exit_code == 0
    reason, text = result.output.splitlines()
    assert reason == "2026-11-23 09:00  volunteer 1  cabinet 1: check due since 2026-11-23"
    assert text.strip().startswith(
        "AED 17 (Buurthuis): graag deze week controleren. In orde? Antwoord OK 17."
    )
    assert stored() == 0


def test_a_dry_run_as_json_is_what_the_api_answers_without_numbers(run: Callable[..., Result]) -> None:
    (found,) = json.loads(run("--at", AT, "--dry-run", "--json").output)["reminders"]
    assert (found["id"], found["rule"], found["recipient_id"], found["area"]) == (None, "check", 1, "krakeel")
    assert stored() == 0


def test_planning_twice_plans_once_and_sending_sends_once(run: Callable[..., Result]) -> None:
    assert run("--at", AT).output == "1 new, 1 waiting.\n"
    assert run("--at", AT).output == "0 new, 1 waiting.\n"
    assert run("--at", AT, "--send").output == "0 new, 1 waiting.\n1 went out.\n"
    assert run("--at", AT, "--send").output == "0 new, 0 waiting.\n0 went out.\n"
    assert len(list_on_console(db.session(), ANNA)) == 1


def test_outside_the_hours_nothing_goes_out_and_the_plan_stands(run: Callable[..., Result]) -> None:
    assert run("--at", "2026-11-24T07:00", "--send").output == "1 new, 1 waiting.\n0 went out.\n"
    assert run("--at", "2026-11-24T09:00", "--send").output == "0 new, 1 waiting.\n1 went out.\n"


def test_nothing_due_is_said_so(run: Callable[..., Result]) -> None:
    assert run("--at", "2026-11-01T10:00", "--dry-run").output == "Nothing is due.\n"


@pytest.mark.parametrize("arguments", [("--dry-run", "--send"), ("--at", "yesterday")])
def test_what_cannot_be_done_is_refused(run: Callable[..., Result], arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2
    assert stored() == 0
