import threading
import time
from itertools import pairwise

from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from aednet.base.database import db
from aednet.base.revisions import Counter
from aednet.base.transactions import transaction
from aednet.config import Settings
from aednet.coverage.live import Live, load_network
from aednet.coverage.network import Network
from tests.factories import make_area_draft, make_areas, make_cabinet, make_cabinets
from tests.statements import noted_statements

NEAREST = "/api/v1/cabinets/nearest?lat=52.7245&lon=6.4788"


class HandClock:
    """A monotonic clock that a test moves by hand."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def wait_for_builder() -> None:
    for thread in threading.enumerate():
        if thread.name == "live network":
            thread.join(10)


def test_a_question_runs_no_sql_but_the_revision_and_that_every_half_second(app: APIFlask) -> None:
    make_cabinets({})
    clock = HandClock()
    live = Live(app, Counter.NETWORK, load_network, monotonic=clock)
    live.get()
    with noted_statements() as seen:
        for _ in range(50):
            live.get()
        assert [s for s in seen if "BEGIN" not in s] == []
        clock.seconds += 0.5
        for _ in range(50):
            live.get()
        reads = [s for s in seen if "BEGIN" not in s]
    assert len(reads) == 1
    assert "FROM revision" in reads[0]


def test_over_http_a_burst_of_questions_reads_nothing_but_the_revision(client: FlaskClient) -> None:
    make_cabinets({})
    client.get(NEAREST)
    started = time.monotonic()
    with noted_statements() as seen:
        for _ in range(30):
            assert client.get(NEAREST).status_code == 200
    allowed = 1 + (time.monotonic() - started) / 0.5
    reads = [s for s in seen if "BEGIN" not in s]
    assert all("FROM revision" in statement for statement in reads)
    assert len(reads) <= allowed


def test_a_change_shows_after_the_next_check_while_the_old_snapshot_serves(app: APIFlask) -> None:
    make_cabinets({})
    clock = HandClock()
    live = Live(app, Counter.NETWORK, load_network, monotonic=clock)
    first = live.get()
    with transaction() as session:
        make_cabinet(session, "HGV-002")
    assert live.get() is first
    clock.seconds += 0.5
    assert live.get() is first  # and a builder has begun
    wait_for_builder()
    second = live.get()
    assert [cabinet.ref for cabinet in second.cabinets] == ["HGV-001", "HGV-002"]
    assert second.version > first.version


def test_a_change_of_areas_reaches_the_network_too(app: APIFlask) -> None:
    clock = HandClock()
    live = Live(app, Counter.NETWORK, load_network, monotonic=clock)
    assert live.get().areas == ()
    make_areas(make_area_draft())
    clock.seconds += 0.5
    live.get()
    wait_for_builder()
    assert [area.slug for area in live.get().areas] == ["krakeel"]


def test_threads_that_ask_at_once_build_once(app: APIFlask) -> None:
    make_cabinets({})
    live = Live(app, Counter.NETWORK, load_network)
    got = []

    def ask() -> None:
        with app.app_context():
            got.append(live.get())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(network) for network in got}) == 1
    assert len(got) == 8


def test_while_the_database_does_not_answer_the_snapshot_does(app: APIFlask) -> None:
    make_cabinets({})
    clock = HandClock()
    live = Live(app, Counter.NETWORK, load_network, monotonic=clock)
    first = live.get()
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE revision RENAME TO gone"))
    try:
        for _ in range(3):
            clock.seconds += 100
            assert live.get() is first
    finally:
        db.session.rollback()
        with db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE gone RENAME TO revision"))
    clock.seconds += 100
    assert live.get() is first  # the database answers again, and nothing has changed
    with transaction() as session:
        make_cabinet(session, "HGV-002")
    clock.seconds += 0.5  # so the usual half second is enough again
    live.get()
    wait_for_builder()
    assert len(live.get().cabinets) == 2


def test_a_build_that_fails_is_tried_again_later_and_later(app: APIFlask) -> None:
    make_cabinets({})
    clock, tries = HandClock(), []

    def load(session: Session, settings: Settings) -> Network:
        tries.append(clock.seconds)
        if len(tries) in {2, 3}:
            raise RuntimeError
        return load_network(session, settings)

    live = Live(app, Counter.NETWORK, load, monotonic=clock)
    first = live.get()
    with transaction() as session:
        make_cabinet(session, "HGV-002")
    for _ in range(40):
        clock.seconds += 0.25
        live.get()
        wait_for_builder()
    assert live.get() is not first
    assert [round(b - a, 2) for a, b in pairwise(tries)] == [0.5, 1.0, 2.0]
