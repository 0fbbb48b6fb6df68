"""The list of cabinets against the same list worked out in plain Python, and what it costs to read."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import product
from random import Random
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import event, insert, select, text

from aednet.areas.models import Area
from aednet.base.database import db
from aednet.base.texts import folded
from aednet.base.transactions import transaction
from aednet.cabinets.listing.lines import ListedCabinet, Order, Place, Question
from aednet.cabinets.listing.pages import list_cabinets
from aednet.cabinets.listing.search import HITS, words_sought
from aednet.cabinets.models import Cabinet, CabinetWord
from aednet.cabinets.rules import CHECK_INTERVAL, Readiness, Status, Upkeep, fails_on, is_listed, readiness
from aednet.cabinets.words import words_of
from tests.factories import NOW, TODAY, make_area_draft, make_areas, make_volunteer

ORDERS = list(Order)
SOON = TODAY + timedelta(days=60)
NAMES = ("Buurthuis", "Sporthal", "De Vonk", "Kerk 100%", "School A_B")


def fill(count: int, *, areas: int = 3, seed: int = 1) -> None:
    """Store a network of cabinets in every state that there is, in few statements."""
    make_areas(*(make_area_draft(f"gebied-{n}", west=6.4 + n * 0.01, width=0.01) for n in range(areas)))
    random = Random(seed)
    with transaction() as session:
        area_ids = session.scalars(select(Area.id).order_by(Area.id)).all()
        volunteer_id = make_volunteer(session)
        rows = [
            _row(number, random, area_ids=area_ids, volunteer_id=volunteer_id)
            for number in range(1, count + 1)
        ]
        session.execute(insert(Cabinet), rows)
        session.execute(
            insert(CabinetWord),
            [
                {"word": word, "cabinet_id": row["id"]}
                for row in rows
                for word in sorted(words_of(row["ref"], row["name"], row["address"]))
            ],
        )
    with db.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()


def _row(number: int, random: Random, *, area_ids: Sequence[int], volunteer_id: int) -> dict[str, Any]:
    def some_day(near: int, far: int) -> date | None:
        return None if random.random() < 0.05 else TODAY + timedelta(days=random.randrange(near, far))

    inspected_on = some_day(-60, 0)
    upkeep = Upkeep(
        status=random.choice((*[Status.IN_SERVICE] * 20, *Status)),
        pads_expire_on=some_day(-20, 500),
        battery_expires_on=some_day(-20, 900),
        inspected_on=inspected_on,
        passed=None if inspected_on is None else random.random() < 0.95,
    )
    name = f"{random.choice(NAMES)} {number % 97}"
    return {
        "id": number,
        "ref": f"HGV-{number:05d}",
        "name": name,
        "matching_name": folded(name),
        "status": upkeep.status,
        "lat": 52.7,
        "lon": 6.4,
        "area_id": random.choice((*area_ids, *area_ids, None)),
        "address": random.choice((None, f"Kerkweg {number % 50}")),
        "hours_unknown": True,
        "created_at": NOW,
        "updated_at": NOW,
        "inspected_on": inspected_on,
        "passed": upkeep.passed,
        "check_due_on": None if inspected_on is None else inspected_on + CHECK_INTERVAL,
        "pads_expire_on": upkeep.pads_expire_on,
        "battery_expires_on": upkeep.battery_expires_on,
        "fails_on": fails_on(upkeep),
        "guardian_id": random.choice((None, volunteer_id, volunteer_id)),
    }


def expected(question: Question) -> list[str]:
    """Work the whole list out in plain Python."""
    rows = [row for row in db.session.scalars(select(Cabinet)) if fits(row, question)]
    keys = {
        Order.REF: lambda row: row.ref,
        Order.CHECK: lambda row: (row.check_due_on or date.min, row.id),
        Order.LAPSE: lambda row: (row.fails_on, row.id),
    }
    return [row.ref for row in sorted(rows, key=keys[question.order])]


def fits(row: Cabinet, question: Question) -> bool:
    upkeep = Upkeep(
        status=row.status,
        pads_expire_on=row.pads_expire_on,
        battery_expires_on=row.battery_expires_on,
        inspected_on=row.inspected_on,
        passed=row.passed,
    )
    own = words_of(row.ref, row.name, row.address)
    lapses = fails_on(upkeep) > date.min and question.lapsing_until is not None
    return all(
        (
            question.area_ids is None or row.area_id in question.area_ids,
            row.status is question.status
            if question.status
            else question.words is not None or is_listed(row.status),
            question.readiness in {None, readiness(upkeep, today=TODAY)},
            not question.without_guardian or (row.guardian_id is None and is_listed(row.status)),
            question.lapsing_until is None
            or (lapses and fails_on(upkeep) - timedelta(days=1) <= question.lapsing_until),
            all(any(one.startswith(word) for one in own) for word in question.words or ()),
            question.words is None or bool(question.words),
        )
    )


def read_all(question: Question, *, limit: int = 50) -> list[ListedCabinet]:
    """Read a list from its first page to its last."""
    found: list[ListedCabinet] = []
    after: Place | None = None
    while True:
        page = list_cabinets(db.session(), question, today=TODAY, after=after, limit=limit).page
        assert len(page.rows) <= limit
        found += page.rows
        if page.next_after is None:
            return found
        assert page.next_after != after
        after = page.next_after


FILTERS: list[dict[str, Any]] = [
    {},
    *({"status": status} for status in Status),
    *({"readiness": state} for state in Readiness),
    {"without_guardian": True},
    {"lapsing_until": SOON},
    {"words": ["buurt"]},
    {"words": ["kerk", "1"]},
    {"words": []},
    {"words": ["vonk"], "readiness": Readiness.READY},
    {"status": Status.IN_SERVICE, "readiness": Readiness.OVERDUE, "without_guardian": True},
    {"lapsing_until": SOON, "without_guardian": True},
    {"status": Status.RETIRED, "without_guardian": True},
    {"readiness": Readiness.OUT_OF_SERVICE, "lapsing_until": SOON},
]


def test_every_filter_in_every_order_gives_what_plain_python_gives_and_pages_lose_nothing(
    app: APIFlask,
) -> None:
    fill(250)
    areas = db.session.scalars(select(Area.id).order_by(Area.id)).all()
    seen = 0
    for order, wanted, within in product(ORDERS, FILTERS, (None, areas[:1], areas[:2], [])):
        question = Question(order=order, area_ids=within, **wanted)
        refs = [line.ref for line in read_all(question, limit=17)]
        assert refs == expected(question), question
        seen += len(refs)
    assert seen > 1_000


def test_a_stretch_in_which_few_fit_leads_on_to_the_next(
    app: APIFlask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aednet.cabinets.listing.pages.STRETCH", 30)
    fill(400)
    for order, wanted in product(ORDERS, FILTERS):
        question = Question(order=order, area_ids=None, **wanted)
        if question.words is None:
            assert [line.ref for line in read_all(question, limit=7)] == expected(question), question


def test_a_line_tells_what_the_rules_tell(app: APIFlask) -> None:
    fill(200)
    lines = read_all(Question(area_ids=None))
    assert {line.readiness(TODAY) for line in lines} == set(Readiness)
    for line in lines:
        days = [line.upkeep.pads_expire_on, line.upkeep.battery_expires_on]
        assert line.lapses_on == min((day for day in days if day), default=None)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("HGV-00003", ["HGV-00003"]),
        ("hgv 3", None),
        ("100%", None),
        ("%", []),
        ("_", []),
        ("A_B", None),
        ("kerk%g", None),
        ("'; DROP TABLE cabinet; --", []),
        ("buurthúis", None),
    ],
)
def test_signs_are_no_jokers_and_a_reference_is_found(
    app: APIFlask, typed: str, found: list[str] | None
) -> None:
    fill(60)
    question = Question(area_ids=None, words=words_sought(typed))
    refs = [line.ref for line in read_all(question)]
    assert refs == (expected(question) if found is None else found)
    if found is None and typed != "kerk%g":
        assert 0 < len(refs) < 60


def test_who_types_too_little_for_a_large_network_is_told_so(app: APIFlask) -> None:
    fill(HITS + 200)
    answer = list_cabinets(db.session(), Question(area_ids=None, words=["hgv"]), today=TODAY, limit=50)
    assert answer.is_partial
    answer = list_cabinets(
        db.session(), Question(area_ids=None, words=["hgv", "00017"]), today=TODAY, limit=50
    )
    assert (answer.is_partial, [line.ref for line in answer.page.rows]) == (False, ["HGV-00017"])


# What it costs


@contextmanager
def noted() -> Iterator[list[tuple[str, Any]]]:
    """Note every statement with its parameters."""
    seen: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        seen.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def rows_read(statement: str, parameters: Any) -> int:
    """Return how many rows of cabinets and words PostgreSQL touches for a statement."""
    with db.engine.connect() as connection:
        plan = connection.exec_driver_sql(
            f"EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF, BUFFERS OFF) {statement}", parameters
        ).scalar_one()
    return _touched((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])


def _touched(node: dict[str, Any]) -> int:
    own = 0
    if node.get("Relation Name") in {"cabinet", "cabinet_word"} or "Index Name" in node:
        removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        own = int((node["Actual Rows"] + removed) * node["Actual Loops"])
    return own + sum(map(_touched, node.get("Plans", ())))


SERVED = re.compile(
    r"SEARCH |(?!SCAN cabinet)"
    r"|SCAN cabinet USING (COVERING )?INDEX ix_cabinet_(listed|without_guardian|state_unknown)_"
)


def check_plan(statement: str, parameters: Any) -> None:
    """Refuse a statement that SQLite answers by going through cabinets or words that no index chose."""
    with db.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    for step in plan:
        assert SERVED.match(step[3]), (step[3], statement)


PLACES = {
    Order.REF: Place(ref="HGV-01500"),
    Order.CHECK: Place(day=TODAY - timedelta(days=10), id=1_500),
    Order.LAPSE: Place(day=TODAY + timedelta(days=30), id=1_500),
}
SHORT = 300  # cabinets of a stretch here, so that a few thousand are a large network
MOST_READ = 9 * SHORT  # two stretches, each asked whether it ends there, and some nine words a cabinet
MOST_STATEMENTS = 5


def test_no_page_reads_more_than_its_stretches_of_a_large_network(
    app: APIFlask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL by what it reads; a planner that goes through the network reads more than that."""
    monkeypatch.setattr("aednet.cabinets.listing.pages.STRETCH", SHORT)
    monkeypatch.setattr("aednet.cabinets.listing.search.HITS", SHORT // 2)
    fill(4_000, areas=50)
    areas = db.session.scalars(select(Area.id).order_by(Area.id)).all()
    for order, wanted, within in product(ORDERS, FILTERS, (None, areas[:1], areas[:3])):
        question = Question(order=order, area_ids=within, **wanted)
        for after in (None, PLACES[order]):
            db.session.rollback()
            with noted() as asked:
                list_cabinets(db.session(), question, today=TODAY, after=after, limit=50)
            db.session.rollback()
            statements = [one for one in asked if one[0].lstrip().startswith(("SELECT", "WITH"))]
            assert len(statements) <= MOST_STATEMENTS
            if db.engine.dialect.name == "postgresql":
                assert sum(rows_read(*one) for one in statements) <= MOST_READ, question
            for statement in statements if db.engine.dialect.name == "sqlite" else ():
                check_plan(*statement)
