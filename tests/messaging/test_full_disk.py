"""The disk is full: nothing leaves without a claim that is written down, and later nobody is told twice."""

import resource
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from aednet.base.database import db
from aednet.config import Settings
from aednet.messaging.drain import Drainer
from aednet.messaging.models import SmsAttempt
from aednet.messaging.rules import State
from tests.crash.mutants import SendsBeforeCommit
from tests.messaging.parts import Office, make_addressee, make_office, make_reminder, reminder

PEOPLE = 30
LONG_TEXT = "x" * 1_200  # so that a few messages fill a page of the database


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def office(app: APIFlask, settings: Settings) -> Office:
    office = make_office(settings)
    office.words.text = LONG_TEXT
    return office


@contextmanager
def no_more_pages() -> Iterator[None]:
    """Let the database grow by a few pages at most: what is too much fails when it is written."""
    with db.engine.connect() as connection:  # the one that is used meanwhile
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 6}")
    yield
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1073741823")


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """Let the file that a commit is written to grow no longer: what is too much fails at its commit."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def sent_without_claim(office: Office) -> set[str]:
    """Return what the provider took on and of which the database knows nothing."""
    db.session.rollback()
    known = set(db.session.scalars(select(SmsAttempt.uuid)))
    db.session.rollback()
    return {message.attempt for message, _, _ in office.provider.taken} - known


def drain_until_full(drainer: Drainer, full_disk: AbstractContextManager[None]) -> None:
    db.session.remove()
    with full_disk, pytest.raises(OperationalError):
        drainer.run()
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"


def drain_little_by_little(drainer: Drainer) -> None:
    """Have the disk fill up again and again, so that any commit may be the one that fails."""
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    for room in range(100_000, 600_000, 20_000):
        drain_until_full(drainer, no_file_longer_than(room))


def drain_until_the_file_is_full(drainer: Drainer) -> None:
    drain_until_full(drainer, no_more_pages())


@pytest.mark.parametrize("drain", [drain_until_the_file_is_full, drain_little_by_little])
def test_nothing_leaves_without_a_claim_that_is_written_down(
    office: Office, drain: Callable[[Drainer], None]
) -> None:
    numbers = [make_reminder(person) for person in range(PEOPLE)]
    drainer = office.drainer()
    drain(drainer)
    assert 0 < len(office.provider.taken) < PEOPLE
    assert sent_without_claim(office) == set()
    for _ in range(10):  # once there is room again
        drainer.run()
        office.pass_time(timedelta(minutes=3))
    assert {reminder(number).state for number in numbers} == {State.ACCEPTED}
    assert Counter(message.number for message, _, _ in office.provider.taken) == {
        make_addressee(person).number: 1 for person in range(PEOPLE)
    }


def test_a_worker_that_sends_before_its_claim_is_written_down_is_found_out(office: Office) -> None:
    for person in range(PEOPLE):
        make_reminder(person)
    given = office.drainer()
    drain_little_by_little(SendsBeforeCommit(outbox=given.outbox, clock=given.clock, owner="hasty"))
    assert sent_without_claim(office)
