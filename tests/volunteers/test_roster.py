"""The list of volunteers, and that a page of it costs no more among many than among few."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import event, insert, select

from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.volunteers import roster
from aednet.volunteers.keys import hashes_of_words
from aednet.volunteers.models import Volunteer, VolunteerNameWord
from aednet.volunteers.queries import Sought
from aednet.volunteers.roster import (
    LOOKED_AT,
    Certificate,
    Order,
    RosterFilter,
    RosterPlace,
    list_roster,
    search_roster,
)
from aednet.volunteers.rules import Role, Status
from aednet.volunteers.training.rules import LAPSES_WITHIN
from tests.bulk import Size, fill
from tests.factories import TODAY

MANY = 4_000
PAGE = 50
FROM_INDEX = 400  # rows: a page and one more of the index, the page itself, and an area for each of it
WINDOW = LOOKED_AT + FROM_INDEX

Place = RosterPlace | None


@pytest.fixture
def crowd(app: APIFlask) -> frozenset[int]:
    """Thousands of volunteers, all called Anna, one in a thousand Quirijn; returns their areas."""
    fill(Size(areas=40, cabinets=1, volunteers=MANY))
    ((anna,), (quirijn,)) = hashes_of_words("Anna Quirijn")
    ids = list(db.session.scalars(select(Volunteer.id)))
    words = [{"volunteer_id": own, "word_hash": anna} for own in ids]
    words += [{"volunteer_id": own, "word_hash": quirijn} for own in ids[::1_000]]
    with transaction() as session:
        session.execute(insert(VolunteerNameWord), words)
    settle_down()
    return frozenset(
        area for area in db.session.scalars(select(Volunteer.area_id).distinct()) if area is not None
    )


def settle_down() -> None:
    """Let the database tidy up and look at its tables, as it does by itself in a quiet minute."""
    db.session.rollback()
    with db.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        if db.engine.dialect.name == "postgresql":
            raw.rollback()
            raw.autocommit = True
            raw.execute("VACUUM ANALYZE volunteer, volunteer_name_word")
            raw.autocommit = False
            return
        connection.exec_driver_sql("ANALYZE")


def walked(wanted: RosterFilter) -> list[int]:
    """Return who is on the list from its first page to its last."""
    seen: list[int] = []
    after: Place = None
    while True:
        page = list_roster(db.session(), wanted, today=TODAY, limit=PAGE, after=after)
        seen += [one.id for one in page.rows]
        after = page.next_after
        if after is None:
            return seen


def expected(wanted: RosterFilter) -> list[int]:
    """Return who belongs on the list, by reading everybody."""
    columns = {
        Role.RESPONDER: Volunteer.responds,
        Role.FETCHER: Volunteer.fetches,
        Role.GUARDIAN: Volunteer.guards,
    }
    rows = db.session.execute(
        select(
            Volunteer.id,
            Volunteer.area_id,
            Volunteer.status,
            Volunteer.certificate_lapses_on,
            *columns.values(),
        )
    )
    fitting = []
    for row in rows:
        day = row.certificate_lapses_on
        has = {
            None: not wanted.by_lapse or day is not None,
            Certificate.CURRENT: day is not None and day >= TODAY,
            Certificate.SOON: day is not None and TODAY <= day <= TODAY + LAPSES_WITHIN,
            Certificate.LAPSED: day is not None and day < TODAY,
            Certificate.NONE: day is None,
        }
        does = {Role.RESPONDER: row.responds, Role.FETCHER: row.fetches, Role.GUARDIAN: row.guards}
        if (
            (wanted.area_ids is None or row.area_id in wanted.area_ids)
            and (wanted.status is None or row.status is wanted.status)
            and (wanted.role is None or does[wanted.role])
            and has[wanted.certificate]
        ):
            fitting.append(row)
    by_lapse = wanted.by_lapse
    fitting.sort(
        key=lambda row: (row.certificate_lapses_on if by_lapse else TODAY, row.id),
        reverse=wanted.is_backwards,
    )
    return [row.id for row in fitting]


@contextmanager
def asked() -> Iterator[list[tuple[str, Any]]]:
    """Note every statement with its parameters."""
    seen: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        seen.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def touched(node: dict[str, Any]) -> int:
    """Return how many rows a plan of PostgreSQL read from tables and indexes."""
    own = 0
    if "Relation Name" in node or "Index Name" in node:
        removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        own = int((node["Actual Rows"] + removed) * node["Actual Loops"])
    return own + sum(map(touched, node.get("Plans", ())))


def check_cost(statements: list[tuple[str, Any]], *, most: int, fixed: int) -> None:
    """Have the database itself say how it answers: without reading past a page, and sorting nothing large."""
    assert len(statements) == fixed
    read = 0
    with db.engine.connect() as connection:
        for statement, parameters in statements:
            if db.engine.dialect.name == "postgresql":
                plan = connection.exec_driver_sql(
                    f"EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF, BUFFERS OFF) {statement}", parameters
                ).scalar_one()
                read += touched((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])
                continue
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
                step = row[3]
                reads_past_page = step.startswith("SCAN volunteer") and "INDEX" not in step
                assert not (reads_past_page and "WHERE" in statement), (step, statement)
                assert "TEMP B-TREE" not in step or "IN (" in statement, (step, statement)
    assert read <= most


LISTS = [
    RosterFilter(area_ids=None),
    RosterFilter(area_ids=None, status=Status.NEW),
    RosterFilter(area_ids=None, certificate=Certificate.NONE),
    RosterFilter(area_ids=None, certificate=Certificate.SOON, status=Status.PAUSED),
    RosterFilter(area_ids=None, certificate=Certificate.LAPSED),
    RosterFilter(area_ids=None, certificate=Certificate.CURRENT),
    RosterFilter(area_ids=None, order=Order.LAPSE),
    RosterFilter(area_ids=None, role=Role.GUARDIAN),
    RosterFilter(area_ids=None, role=Role.FETCHER, certificate=Certificate.LAPSED, status=Status.LEFT),
]


def test_the_list_holds_everybody_once_and_in_order(crowd: frozenset[int]) -> None:
    some = frozenset(sorted(crowd)[:7])
    for wanted in LISTS:
        assert walked(wanted) == expected(wanted)
        for area_ids in (some, frozenset(sorted(crowd)[:1]), frozenset[int]()):
            within = RosterFilter(
                area_ids=area_ids,
                role=wanted.role,
                status=wanted.status,
                certificate=wanted.certificate,
                order=wanted.order,
            )
            assert walked(within) == expected(within)


def test_a_page_reads_no_more_of_many_than_of_few(crowd: frozenset[int]) -> None:
    middle = {
        True: RosterPlace(lapses_on=TODAY, id=MANY // 2),
        False: RosterPlace(lapses_on=None, id=MANY // 2),
    }
    for wanted in LISTS:
        most = FROM_INDEX if wanted.role is None else WINDOW
        for after in (None, middle[wanted.by_lapse]):
            with asked() as statements:
                list_roster(db.session(), wanted, today=TODAY, limit=PAGE, after=after)
            check_cost(statements, most=most, fixed=2)


def test_somebody_of_many_areas_reads_a_page_of_each_at_most(crowd: frozenset[int]) -> None:
    for order in Order:
        wanted = RosterFilter(area_ids=crowd, order=order)
        with asked() as statements:
            list_roster(db.session(), wanted, today=TODAY, limit=PAGE, after=None)
        check_cost(statements, most=len(crowd) * (PAGE + 2) + FROM_INDEX, fixed=2)


def test_looking_for_a_common_word_reads_no_more_than_a_thousand_bearers(crowd: frozenset[int]) -> None:
    for text, words in (("Anna", 1), ("Anna Quirijn", 2), ("Quirijn", 1)):
        with asked() as statements:
            page = search_roster(db.session(), Sought(name=text), area_ids=None, limit=PAGE)
        assert len(page.rows) == (PAGE if text == "Anna" else MANY // 1_000)
        check_cost(statements, most=words * (LOOKED_AT + 1) + WINDOW + LOOKED_AT * 3, fixed=words + 2)


def test_looking_goes_on_behind_a_thousand_who_do_not_fit(
    crowd: frozenset[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster, "LOOKED_AT", 100)
    (last,) = db.session.scalars(select(Volunteer.id).order_by(Volunteer.id.desc()).limit(1))
    area = db.session.scalar(select(Volunteer.area_id).where(Volunteer.id == last))
    own = frozenset() if area is None else frozenset({area})
    found: list[int] = []
    after, pages = None, 0
    while True:
        page = search_roster(db.session(), Sought(name="anna"), area_ids=own or None, limit=PAGE, after=after)
        found += [one.id for one in page.rows]
        after, pages = page.next_after, pages + 1
        if after is None:
            break
    assert found == sorted(set(found))
    assert last in found
    assert pages >= MANY // 100
    wanted = RosterFilter(area_ids=None, role=Role.GUARDIAN, status=Status.NEW)
    assert walked(wanted) == expected(wanted)
