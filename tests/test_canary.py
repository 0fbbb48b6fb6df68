"""Nothing of a person stands anywhere in the open, and nothing at all once they are erased.

Somebody invented passes through what the service does with people; then what anybody could get hold of is
searched: the database's files, a backup, the log, and what is answered to whoever asks.
"""

import sqlite3
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote
from zipfile import ZipFile

import pytest
from apiflask import APIFlask
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import select

from aednet.accounts.calendars import make_calendar_address
from aednet.accounts.rules import Caller, Role
from aednet.alerts.answering import Received, receive
from aednet.alerts.network import setting_of
from aednet.alerts.planning.rules import Occasion
from aednet.alerts.ticks import plan_reminders
from aednet.alerts.trainings import tell
from aednet.backups import backup
from aednet.base import audit
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.phone import PhoneNumber
from aednet.base.tidying import empty_log
from aednet.base.transactions import transaction
from aednet.cabinets.care.drafts import AbsenceDraft
from aednet.cabinets.guarding.absences import note_absence
from aednet.cabinets.guarding.services import appoint_guardian
from aednet.cabinets.rules import GuardianRole
from aednet.messaging.drain import Drainer
from aednet.messaging.models import Reminder, SmsAttempt
from aednet.messaging.rules import State
from aednet.messaging.wiring import current_outbox
from aednet.volunteers.training.bookings import Booker, accept, invite
from tests.canary import (
    EMAIL,
    LAT,
    LON,
    NAME,
    NATIONAL,
    NOTE,
    TEXT,
    found_in,
    remaining,
    sealed_values,
    texts_with_canaries,
)
from tests.factories import EMAIL as ADMINISTRATOR
from tests.factories import (
    NOW,
    PASSWORD,
    TODAY,
    make_account,
    make_area_draft,
    make_areas,
    make_cabinet,
    make_training,
    make_volunteer,
)
from tests.fakes import MovableClock
from tests.messaging.parts import VOLUNTEER, make_reminder

NUMBER = PhoneNumber(e164=f"+31{NATIONAL[1:]}")
BROWSER = {"Accept": "text/html,*/*;q=0.8", "Sec-Fetch-Site": "same-origin"}
FILES = ("/desk/hartslagnu/wijzigingen.csv", "/desk/begroting/bestellen.csv")
ABOUT_CABINETS = ("inspection", "problem_report")  # what was said of a cabinet stays, without who said it
BY = Booker(actor="administrator 1", within=None)


@pytest.fixture
def app(open_app: Callable[..., APIFlask], clock: MovableClock) -> Iterator[APIFlask]:
    app = open_app(clock=clock)
    with app.app_context():
        yield app


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """Somebody with a message at every stage; what is sealed of them; the secret address of a calendar."""

    volunteer: int
    sealed: set[bytes]
    feed: str


@pytest.fixture
def life(app: APIFlask, clock: MovableClock) -> Life:
    """Let somebody do all that people do here, a message to them waiting still."""
    make_areas()
    account = make_account()
    with transaction() as session:
        cabinet = make_cabinet(session, inspected_on=TODAY - timedelta(days=30))
        other = make_volunteer(session, 2)
        feed = make_calendar_address(
            session, Caller(account_id=account, role=Role.ADMINISTRATOR, area_ids=None), now=NOW
        )
    before = sealed_values(db.session())
    with transaction() as session:
        person = make_volunteer(session, name=NAME, phone=NATIONAL, email=EMAIL, note=NOTE, lat=LAT, lon=LON)
        appoint_guardian(
            session, cabinet, person, role=GuardianRole.GUARDIAN, today=TODAY - timedelta(days=99)
        )
        away = AbsenceDraft(
            from_on=TODAY + timedelta(days=20), until_on=TODAY + timedelta(days=30), cover_id=other
        )
        note_absence(session, person, away, actor="administrator 1", now=NOW, today=TODAY)
        asked = make_training(session)
        invite(session, asked, [person], by=BY, now=NOW)
        tell(session, Occasion.INVITATION, asked, [person], now=NOW)
        accept(session, make_training(session, place="Elders"), person, by=BY, now=NOW)
    plan_reminders()
    work(clock)
    for number, text in enumerate((TEXT, "OK 1", f"JA graag, {NAME}", "DEFECT 1 batterij piept")):
        hear(Received(provider_id=f"SM{number}", sender=NUMBER, text=text))
    work(clock)
    waiting = {"recipient_kind": VOLUNTEER, "text": TEXT, "occurrence_on": TODAY + timedelta(days=1)}
    make_reminder(person, "by_hand", due_at=NOW + timedelta(days=1), **waiting)
    return Life(volunteer=person, sealed=sealed_values(db.session(), but=ABOUT_CABINETS) - before, feed=feed)


def hear(received: Received) -> None:
    setting = setting_of(current().settings, today=TODAY)
    with transaction() as session:
        receive(session, received, ref_prefix="HGV", setting=setting, now=NOW, today=TODAY)


def work(clock: MovableClock) -> None:
    Drainer(outbox=current_outbox(), clock=clock, owner="test").run()


def erase(client: FlaskClient, life: Life) -> None:
    assert sign_in(client).post(f"/desk/mensen/{life.volunteer}/wissen", headers=BROWSER).status_code == 303
    db.session.rollback()
    empty_log(db.engine)


def sign_in(client: FlaskClient) -> FlaskClient:
    client.post("/aanmelden", data={"email": ADMINISTRATOR, "password": PASSWORD}, headers=BROWSER)
    return client


def files(app: APIFlask, folder: Path) -> list[Path]:
    """Return the files of the instance, the database's own among them, and what is in a backup made now."""
    made, inside = folder / "made.backup", folder / "inside"
    made.unlink(missing_ok=True)
    db.session.remove()
    done = CliRunner().invoke(backup, [str(made)], obj=lambda: app, catch_exceptions=False)
    assert done.exit_code == 0
    with ZipFile(made) as archive:
        archive.extractall(inside)
    return sorted(path for path in folder.rglob("*") if path.is_file())


def open_answers(client: FlaskClient) -> Iterator[tuple[str, bytes]]:
    """Return what every address without a parameter answers to whoever the client is."""
    for rule in client.application.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.arguments:
            yield rule.rule, client.get(rule.rule, headers=BROWSER).data
    db.session.rollback()


def given_away(answers: Iterable[tuple[str, bytes]]) -> dict[str, list[str]]:
    return {address: found for address, data in answers if (found := found_in(data))}


def test_nobody_who_gets_hold_of_a_file_or_asks_openly_learns_of_anybody(
    app: APIFlask, client: FlaskClient, life: Life, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert life.sealed
    assert texts_with_canaries(db.session()) == []
    assert {path.name: found for path in files(app, tmp_path) if (found := found_in(path.read_bytes()))} == {}
    assert given_away(open_answers(client)) == {}
    for address in (f"/agenda/{life.feed}.ics", *FILES):
        answer = sign_in(client).get(address, headers=BROWSER)
        assert answer.status_code == 200
        assert found_in(answer.data) == []
    # The administrator does learn of them, or the search would find nothing anywhere.
    assert "name" in found_in(client.get(f"/desk/mensen/{life.volunteer}", headers=BROWSER).data)
    erase(client, life)
    assert found_in("".join(capfd.readouterr())) == []


def test_of_who_is_erased_nothing_remains_not_even_sealed(
    app: APIFlask, client: FlaskClient, clock: MovableClock, life: Life, tmp_path: Path
) -> None:
    erase(client, life)
    assert life.sealed & sealed_values(db.session()) == set()
    assert remaining(life.sealed, files(app, tmp_path)) == set()
    assert given_away(open_answers(sign_in(client))) == {}
    clock.move(timedelta(days=2))
    handed_over = len(db.session.scalars(select(SmsAttempt.id)).all())
    work(clock)
    db.session.rollback()
    assert len(db.session.scalars(select(SmsAttempt.id)).all()) == handed_over, "what waited is not sent"
    own = select(Reminder.state).where(Reminder.rule == "by_hand")
    assert db.session.scalars(own).all() == [State.CANCELLED]


def test_the_search_finds_what_is_there(
    app: APIFlask, client: FlaskClient, life: Life, tmp_path: Path
) -> None:
    assert remaining(life.sealed, files(app, tmp_path)), "as long as nobody is erased"
    with transaction() as session:
        audit.record(
            session, at=NOW, actor="system", action="test", subject="x", detail={"phone": NUMBER.e164}
        )
    assert texts_with_canaries(db.session()) == ["audit_event.detail"]
    assert {"inside"} <= {path.parent.name for path in files(app, tmp_path) if found_in(path.read_bytes())}
    assert "name, quoted" in found_in(f"naam={quote(NAME)}")
    assert found_in(b64encode(NAME.encode())) == [f"base64 of {NAME}"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_log_of_the_database_is_emptied_once_nobody_reads(app: APIFlask, tmp_path: Path) -> None:
    log = tmp_path / "aednet.sqlite3-wal"
    make_areas()
    db.session.rollback()
    with closing(sqlite3.connect(tmp_path / "aednet.sqlite3")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM area").fetchone()
        make_areas(make_area_draft("west", west=7.0))
        db.session.rollback()
        assert not empty_log(db.engine)
        assert log.stat().st_size > 0
    assert empty_log(db.engine)
    assert log.stat().st_size == 0
