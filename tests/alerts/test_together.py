"""Any number of processes plan and send at once: one row an occurrence, one message each."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from aednet.alerts.planning.rules import Intervals
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.cabinets.guarding.services import appoint_guardian
from aednet.cabinets.rules import GuardianRole
from aednet.config import Settings
from aednet.messaging.models import Reminder
from aednet.messaging.rules import State
from aednet.volunteers.models import Volunteer
from tests.factories import TODAY, make_areas, make_cabinet, make_volunteer
from tests.processes import environment_of
from tests.provider import Provider, running_provider
from tests.signed import ACCOUNT_SID, AUTH_TOKEN, SENDER

ROOT = Path(__file__).parents[2]
PROCESSES, PEOPLE = 8, 6
DAY = timedelta(days=1)


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    with running_provider(tmp_path) as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, database_url: str, provider: Provider) -> Settings:
    return Settings(
        instance=tmp_path,
        database_url=database_url,
        sms="twilio",
        twilio_account_sid=ACCOUNT_SID,
        twilio_auth_token=AUTH_TOKEN,
        twilio_sender=SENDER,
        twilio_api_url=provider.url,
    )


def make_guardians() -> set[str]:
    """Let people guard two cabinets each, all of them due for a check. Returns their numbers."""
    make_areas()
    with transaction() as session:
        for number in range(1, PEOPLE + 1):
            guardian = make_volunteer(session, number)
            for cabinet in (2 * number, 2 * number + 1):
                checked_on = TODAY - Intervals().check_every
                made = make_cabinet(session, f"HGV-{cabinet:03d}", inspected_on=checked_on)
                appoint_guardian(session, made, guardian, role=GuardianRole.GUARDIAN, today=TODAY - 300 * DAY)
        return set(session.scalars(select(Volunteer.phone)))


def test_eight_processes_that_plan_and_send_at_once_tell_everybody_once(
    app: APIFlask, settings: Settings, provider: Provider
) -> None:
    numbers = make_guardians()
    db.session.remove()
    done = subprocess.run(
        [sys.executable, "-m", "tests.alerts.together", str(PROCESSES)],
        cwd=ROOT,
        env=os.environ | environment_of(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert Counter(message.receiver for message in provider.accepted()) == dict.fromkeys(numbers, 1)
    told = Counter(
        (row.rule, row.subject_id, row.recipient_id) for row in db.session.scalars(select(Reminder))
    )
    assert len(told) == 2 * PEOPLE
    assert set(told.values()) == {1}
    # Claimed is what went out and could not be written down at once, because the others were writing.
    assert set(db.session.scalars(select(Reminder.state))) <= {State.ACCEPTED, State.CLAIMED}
