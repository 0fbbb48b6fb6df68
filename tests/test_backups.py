"""A backup is put back: the old state, without the people erased since, and nobody is texted twice."""

import os
import sqlite3
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import click
import pytest
from apiflask import APIFlask
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from aednet.alerts.ticks import plan_reminders
from aednet.app import create_app
from aednet.backups import backup, restore
from aednet.base.audit import AuditEvent
from aednet.base.database import db
from aednet.base.errors import AednetError, Conflict, InvalidValue, TemporarilyUnavailable
from aednet.base.instance import restore_mark
from aednet.base.migration import is_up_to_date
from aednet.base.phone import PhoneNumber
from aednet.base.revisions import Counter, Revision
from aednet.base.transactions import transaction
from aednet.cabinets.guarding.services import appoint_guardian
from aednet.cabinets.models import Cabinet
from aednet.cabinets.rules import GuardianRole
from aednet.config import Settings
from aednet.messaging.drain import Drainer
from aednet.messaging.models import Reminder
from aednet.messaging.rules import Reason, State
from aednet.messaging.services import suppress
from aednet.messaging.suppressions import lift_suppression
from aednet.messaging.wiring import current_outbox
from aednet.server import check_schema
from aednet.volunteers.models import Volunteer
from aednet.volunteers.services import THEMSELVES, erase_volunteer
from tests.factories import TODAY, make_areas, make_cabinet, make_volunteer
from tests.fakes import MovableClock
from tests.messaging.parts import MemoryProvider
from tests.processes import environment_of

ROOT = Path(__file__).parents[1]
DAY = timedelta(days=1)
KILLS = 4


@pytest.fixture
def app(open_app: Callable[..., APIFlask], clock: MovableClock) -> Iterator[APIFlask]:
    app = open_app(clock=clock)
    with app.app_context():
        yield app


@pytest.fixture
def people(app: APIFlask) -> list[int]:
    """Three volunteers, of whom each guards a cabinet whose check is due on another day."""
    make_areas()
    with transaction() as session:
        numbers = [make_volunteer(session, number) for number in (1, 2, 3)]
        for number, volunteer in enumerate(numbers):
            checked_on = TODAY - 30 * DAY + number * DAY
            cabinet = make_cabinet(session, f"HGV-00{number}", inspected_on=checked_on, name="oud")
            appoint_guardian(session, cabinet, volunteer, role=GuardianRole.GUARDIAN, today=TODAY - 99 * DAY)
    return numbers


def run(app: APIFlask, command: click.Command, *arguments: object) -> Result:
    """Run a command as `main` does, with what it raises raised."""
    db.session.remove()
    db.engine.dispose()
    given = [str(one) for one in arguments]
    return CliRunner().invoke(command, given, obj=lambda: app, catch_exceptions=False)


def refused(app: APIFlask, command: click.Command, *arguments: object) -> AednetError:
    with pytest.raises(AednetError) as error:
        run(app, command, *arguments)
    return error.value


def work(clock: MovableClock, provider: MemoryProvider) -> None:
    """Do what the worker does."""
    plan_reminders()
    outbox = replace(current_outbox(), gateways={"console": provider})
    Drainer(outbox=outbox, clock=clock, owner="test").run()


def erase(volunteer: int, clock: MovableClock) -> None:
    with transaction() as session:
        erase_volunteer(session, volunteer, by=THEMSELVES, now=clock.now())


def register(number: int) -> int:
    with transaction() as session:
        return make_volunteer(session, number)


def rename_cabinets(name: str) -> None:
    with transaction() as session:
        session.execute(update(Cabinet).values(name=name).execution_options(synchronize_session=False))


def names() -> set[str]:
    db.session.rollback()
    return set(db.session.scalars(select(Cabinet.name)))


def test_a_drill(app: APIFlask, people: list[int], clock: MovableClock, tmp_path: Path) -> None:
    file, provider = tmp_path / "backup", MemoryProvider(clock)
    assert run(app, backup, file).exit_code == 0
    work(clock, provider)  # one check is due today
    clock.move(DAY)
    work(clock, provider)  # and one the next day
    assert len(provider.taken) == 2
    rename_cabinets("nieuw")
    erase(people[0], clock)
    late = register(4)
    erase(late, clock)
    said = run(app, restore, file, "--replace").output
    assert "1 people were erased again" in said
    assert names() == {"oud"}
    assert is_up_to_date(db.engine)
    assert db.session.scalars(select(Volunteer.id).order_by(Volunteer.id)).all() == people[1:]
    assert register(5) > late, "a number is never given to anybody else"
    work(clock, provider)
    assert len(provider.taken) == 2, "what may have been sent since is not sent again"
    db.session.rollback()
    doubted = db.session.scalars(select(Reminder.reason).where(Reminder.state == State.NEEDS_REVIEW)).all()
    assert set(doubted) == {Reason.RESTORED}
    clock.move(DAY)
    work(clock, provider)
    assert len(provider.taken) == 3, "what falls due later is sent as ever"
    assert "backup_restored" in db.session.scalars(select(AuditEvent.action)).all()


def number_of(person: int) -> PhoneNumber:
    return PhoneNumber(e164=f"+3161234{person:04d}")


def stop(person: int, clock: MovableClock) -> None:
    with transaction() as session:
        suppress(session, number_of(person), reason="reply", recipients=(), now=clock.now())


def test_who_wants_no_messages_is_remembered_past_a_restore(
    app: APIFlask, people: list[int], clock: MovableClock, tmp_path: Path
) -> None:
    file, provider = tmp_path / "backup", MemoryProvider(clock)
    stop(3, clock)
    run(app, backup, file)
    stop(2, clock)
    with transaction() as session:
        lift_suppression(session, number_of(3))
    run(app, restore, file, "--replace")
    for _ in range(3):
        clock.move(DAY)
        work(clock, provider)
    reached = {message.number for message, _, _ in provider.taken}
    assert number_of(2) not in reached, "who wrote STOP since the backup"
    assert number_of(3) in reached, "who wanted messages again since the backup"


def test_a_message_under_way_when_the_backup_was_made_is_left_to_a_person(
    app: APIFlask, people: list[int], clock: MovableClock, tmp_path: Path
) -> None:
    file, provider = tmp_path / "backup", MemoryProvider(clock)

    def killed() -> None:
        raise KeyboardInterrupt

    provider.answers, provider.takes_on_before_failing = [killed], True
    with pytest.raises(KeyboardInterrupt):
        work(clock, provider)
    run(app, backup, file)
    run(app, restore, file, "--replace")
    for _ in range(40):
        work(clock, provider)
        clock.move(timedelta(minutes=5))
    assert len(provider.taken) == 1
    db.session.rollback()
    assert db.session.scalars(select(Reminder.state)).all() == [State.NEEDS_REVIEW]


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)


def swap(file: Path) -> None:
    """Put another database in than the manifest tells of."""
    with zipfile.ZipFile(file) as archive:
        manifest = archive.read("manifest.json")
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", manifest)
        archive.writestr("database", b"SELECT 1;")


def empty(file: Path) -> None:
    file.write_bytes(b"")


@pytest.mark.parametrize("damage", [cut, flip, swap, empty])
def test_a_file_that_is_not_whole_is_refused_and_nothing_changes(
    app: APIFlask, people: list[int], tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    file = tmp_path / "backup"
    run(app, backup, file)
    rename_cabinets("nieuw")
    damage(file)
    assert "nothing was changed" in str(refused(app, restore, file, "--replace"))
    assert names() == {"nieuw"}
    check_schema_of(app)


def check_schema_of(app: APIFlask) -> None:
    with click.Context(restore, obj=lambda: app):
        check_schema()


def test_under_other_keys_nothing_is_restored(
    app: APIFlask, open_app: Callable[..., APIFlask], people: list[int], tmp_path: Path, clock: MovableClock
) -> None:
    file = tmp_path / "backup"
    run(app, backup, file)
    key = "A" * 43 + "="
    other = open_app(secret_keys=(key,), clock=clock)
    with other.app_context():
        error = refused(other, restore, file, "--replace")
    assert isinstance(error, InvalidValue)
    assert "other keys" in str(error)
    assert key not in str(error)


def test_the_keys_are_not_in_a_backup(app: APIFlask, people: list[int], tmp_path: Path) -> None:
    file = tmp_path / "backup"
    run(app, backup, file)
    with zipfile.ZipFile(file) as archive:
        held = b"".join(archive.read(name) for name in archive.namelist())
    assert (tmp_path / "secret_keys").read_text().strip().encode() not in held
    assert b"Anna" not in held
    assert file.stat().st_mode & 0o077 == 0


def test_what_is_not_empty_is_replaced_only_on_request(
    app: APIFlask, people: list[int], tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    run(app, backup, file)
    rename_cabinets("nieuw")
    assert "--replace" in str(refused(app, restore, file))
    assert names() == {"nieuw"}
    assert "is there already" in str(refused(app, backup, file))


def test_a_backup_made_while_others_write_is_of_one_moment(
    app: APIFlask, people: list[int], tmp_path: Path
) -> None:
    """Writers raise both counters in one transaction; a copy of one moment has them equally far."""
    stopping = threading.Event()

    def counters() -> list[int]:
        db.session.rollback()
        return list(db.session.scalars(select(Revision.value).order_by(Revision.name)))

    def write() -> None:
        with app.app_context():
            while not stopping.is_set():
                with transaction() as session:
                    for counter in Counter:
                        row = session.get(Revision, counter.value, with_for_update=True)
                        assert row is not None
                        row.value += 1

    first, second = counters()
    thread = threading.Thread(target=write)
    thread.start()
    try:
        file = tmp_path / "backup"
        CliRunner().invoke(backup, [str(file)], obj=lambda: app, catch_exceptions=False)
    finally:
        stopping.set()
        thread.join()
    run(app, restore, file, "--replace")
    later_first, later_second = counters()
    difference = (later_first - first) - (later_second - second)
    assert abs(difference) <= 1, "restoring itself may have raised one of them"


def test_a_restore_that_did_not_end_lets_nothing_serve_or_send(app: APIFlask, settings: Settings) -> None:
    check_schema_of(app)
    restore_mark(settings).touch()
    with pytest.raises(TemporarilyUnavailable, match="restore"):
        check_schema_of(app)


@pytest.fixture
def sqlite_app(sqlite_url: str, tmp_path: Path, clock: MovableClock) -> Iterator[APIFlask]:
    app = create_app(Settings(instance=tmp_path, database_url=sqlite_url), clock=clock)
    app.testing = True
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_a_database_that_is_in_use_is_not_replaced(sqlite_app: APIFlask, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    with transaction() as session:
        make_cabinet(session, "HGV-001", name="oud")
    run(sqlite_app, backup, file)
    rename_cabinets("nieuw")
    somebody = sqlite3.connect(tmp_path / "aednet.sqlite3", timeout=0)
    somebody.execute("SELECT count(*) FROM cabinet").fetchone()
    try:
        assert isinstance(refused(sqlite_app, restore, file, "--replace"), Conflict)
    finally:
        somebody.close()
    assert names() == {"nieuw"}
    run(sqlite_app, restore, file, "--replace")
    assert names() == {"oud"}


def test_a_restore_that_is_killed_leaves_the_old_database_or_the_new_one(
    sqlite_app: APIFlask, tmp_path: Path
) -> None:
    with transaction() as session:
        make_cabinet(session, "HGV-001", name="oud")
    run(sqlite_app, backup, tmp_path / "backup")
    rename_cabinets("nieuw")
    db.session.remove()
    db.engine.dispose()
    settings = Settings(instance=tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "tests.killed_restores", str(tmp_path / "backup"), str(KILLS)],
        cwd=ROOT,
        env=os.environ | environment_of(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert names() == {"oud"}
    assert list(tmp_path.glob(".restore-*")) == []
