import contextlib
import threading

import pytest
from apiflask import APIFlask
from shapely import box
from sqlalchemy import select, text

from aednet.areas.models import Area, AreaKind
from aednet.base.database import db
from aednet.base.revisions import Counter, Revision, read_revision
from aednet.base.transactions import transaction


def make_area(slug: str = "krakeel") -> Area:
    return Area(
        slug=slug,
        name="Krakeel",
        kind=AreaKind.NEIGHBOURHOOD,
        population=100,
        name_source="test",
        boundary_source="test",
        shape=box(6.4, 52.7, 6.5, 52.8),
    )


def test_what_a_block_wrote_is_there_after_it(app: APIFlask) -> None:
    with transaction() as session:
        session.add(make_area())
    assert db.session.scalars(select(Area.slug)).all() == ["krakeel"]


def test_nothing_stays_of_a_block_that_raises(app: APIFlask) -> None:
    with contextlib.suppress(ZeroDivisionError), transaction() as session:
        session.add(make_area())
        session.flush()
        raise ZeroDivisionError
    assert db.session.scalars(select(Area)).all() == []


def test_a_transaction_cannot_be_opened_inside_another(app: APIFlask) -> None:
    with pytest.raises(RuntimeError, match="open already"), transaction(), transaction():
        pass
    with transaction() as session:  # and the first one's end leaves no trace
        session.add(make_area())


def test_a_change_raises_its_counter_once(app: APIFlask) -> None:
    before = read_revision(db.session(), Counter.NETWORK)
    with transaction() as session:
        session.add_all([make_area("krakeel"), make_area("wolfsbos")])
    assert read_revision(db.session(), Counter.NETWORK) == before + 1


def test_a_block_that_changes_nothing_leaves_the_counter_alone(app: APIFlask) -> None:
    with transaction() as session:
        session.add(make_area())
    before = read_revision(db.session(), Counter.NETWORK)
    with transaction() as session:
        session.scalars(select(Area)).one().name = "Krakeel"
    assert read_revision(db.session(), Counter.NETWORK) == before


def test_writers_in_many_threads_lose_no_update(app: APIFlask) -> None:
    def raise_ten_times() -> None:
        with app.app_context():
            for _ in range(10):
                with transaction() as session:
                    row = session.get(Revision, Counter.NETWORK.value, with_for_update=True)
                    assert row is not None
                    row.value += 1

    before = read_revision(db.session(), Counter.NETWORK)
    db.session.rollback()
    threads = [threading.Thread(target=raise_ten_times) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read_revision(db.session(), Counter.NETWORK) == before + 80


def test_sqlite_connections_are_careful(app: APIFlask) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("about SQLite")
    with db.engine.connect() as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
