import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import event

from aednet.accounts.rules import Role
from aednet.accounts.trail import TrailFilter, TrailPlace, list_events
from aednet.base import audit
from aednet.base.database import db
from aednet.base.transactions import transaction
from tests.desk.reading import Page
from tests.factories import EMAIL, NOW, make_account, make_areas
from tests.statements import noted_statements

PAGE, BOB = "/desk/spoor", "bob@aednet.example"
HOUR = timedelta(hours=1)

Visitor = Callable[..., FlaskClient]


def note(
    action: str = "cabinets_imported",
    *,
    actor: str = "system",
    subject: str = "network",
    at: datetime = NOW,
    detail: Mapping[str, str] | None = None,
) -> None:
    with transaction() as session:
        audit.record(session, at=at, actor=actor, action=action, subject=subject, detail=detail)


def read(client: FlaskClient, *, status: int = 200, **query: Any) -> Page:
    answer = client.get(PAGE, query_string=query)
    assert answer.status_code == status
    return Page(answer.text)


def lines(page: Page) -> list[list[str]]:
    return page.tables[0][1:] if page.tables else []


def onward(page: Page) -> str:
    (address,) = [link["href"] for link in page.all("a") if "na=" in link["href"]][:1]
    return address


def test_who_did_what_to_what_is_read_with_words_and_addresses(visitor: Visitor) -> None:
    make_areas()
    make_account()
    make_account("krakeel", email=BOB, role=Role.COORDINATOR)
    note("code_revealed", actor="coordinator 2", subject="cabinet HGV-017", detail={"reason": "check"})
    note("something_new", actor="coordinator 99", subject="account 2")
    note("sign_in_failed", actor="public", subject="account unknown")
    page = read(visitor(EMAIL))
    assert lines(page)[:4] == [
        ["vandaag 14:00", f"{EMAIL} administrator 1", "Ingelogd", f"{EMAIL} account 1"],
        ["vandaag 14:00", "Iemand zonder account", "Inloggen mislukt", "account unknown"],
        ["vandaag 14:00", "coordinator 99", "something_new", f"{BOB} account 2"],
        ["vandaag 14:00", f"{BOB} coordinator 2", "Toegangscode bekeken reden: check", "cabinet HGV-017"],
    ]
    assert [row.get("class") for row in page.all("tr")][1:5] == [None, None, None, "is-look"]


def test_only_administrators_read_it(visitor: Visitor) -> None:
    make_areas()
    make_account("krakeel", email=BOB, role=Role.COORDINATOR)
    client = visitor(BOB)
    assert client.get(PAGE).status_code == 403
    assert PAGE not in client.get("/mijn-account").text
    assert visitor().get(PAGE).headers["Location"] == "/aanmelden?next=/desk/spoor"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"wie": "coordinator 7"}, ["c", "a"]),
        ({"actie": "report_closed"}, ["d", "c"]),
        ({"wat": "cabinet HGV-017"}, ["c", "a"]),
        ({"wat": "cabinet HGV-01*"}, ["d", "c", "a"]),
        ({"wat": "cabinet HGV-017", "actie": "report_closed"}, ["c"]),
        ({"dag": "2026-11-23"}, ["b", "a"]),
        ({"dag": "2026-11-23", "wie": "coordinator 7"}, ["a"]),
        ({"wat": "cabinet HGV-0"}, []),
        ({"wat": "cabinet%"}, []),
        ({"wat": "*", "dag": "2026-11-22"}, []),
    ],
)
def test_the_list_is_narrowed_by_who_what_about_what_and_day(
    visitor: Visitor, query: dict[str, Any], found: list[str]
) -> None:
    midnight = datetime.fromisoformat("2026-11-23T23:00:00+00:00")  # that of the network's own day
    note("code_revealed", actor="coordinator 7", subject="cabinet HGV-017", at=midnight - 24 * HOUR)
    note("rights_changed", actor="administrator 1", subject="account 7", at=midnight - HOUR)
    note("report_closed", actor="coordinator 7", subject="cabinet HGV-017", at=midnight)
    note("report_closed", actor="system", subject="cabinet HGV-018", at=midnight + HOUR)
    make_account()
    shown = [line for line in lines(read(visitor(EMAIL), **query)) if "account 1" not in line[3]]
    told = {
        ("coordinator 7", "Toegangscode bekeken"): "a",
        (f"{EMAIL} administrator 1", "Rechten veranderd"): "b",
        ("coordinator 7", "Melding afgehandeld"): "c",
        ("De server", "Melding afgehandeld"): "d",
    }
    assert [told[line[1], line[2]] for line in shown] == found


@pytest.mark.parametrize("query", [{}, {"wat": "cabinet *"}])
def test_pages_skip_and_repeat_nothing_also_where_much_happened_at_once(
    visitor: Visitor, query: dict[str, Any]
) -> None:
    for number in range(105):
        note(
            subject=f"cabinet HGV-{number // 5:03d}", at=NOW - number // 10 * HOUR, detail={"n": str(number)}
        )
    make_account()
    client = visitor(EMAIL)
    page, seen = read(client, **query), list[str]()
    for _ in range(3):
        seen += re.findall(r"n: (\d+)", " ".join(line[2] for line in lines(page)))
        if not [link for link in page.all("a") if "na=" in link["href"]]:
            break
        page = Page(client.get(onward(page)).text)
    assert sorted(map(int, seen)) == list(range(105))
    assert "Naar het begin" in page.words


def test_a_day_that_is_none_is_asked_for_again(visitor: Visitor) -> None:
    make_account()
    client = visitor(EMAIL)
    for dag in ("gisteren", "2026-02-30", "0001-01-01", "9999-12-31"):
        page = read(client, status=422, dag=dag)
        assert page.words.count("Vul een dag in zoals") == 2
        assert [field["value"] for field in page.all("input") if field["name"] == "dag"] == [dag]


@pytest.mark.parametrize(
    "place", ["", "x", "2026-11-24", "2026-11-24T10:00~7~x", "0001-01-01T00:00+14:00~7~x"]
)
def test_a_place_that_no_page_leads_to_is_not_there(visitor: Visitor, place: str) -> None:
    make_account()
    read(visitor(EMAIL), status=404, na=place)


def test_what_is_not_there_is_said(visitor: Visitor) -> None:
    make_account()
    client = visitor(EMAIL)
    assert "Hierover staat niets in het spoor." in read(client, wie="niemand 9").words
    long_ago = "2001-01-01T00:00:00+00:00~1~x"
    assert "Verder staat er niets in het spoor." in read(client, na=long_ago).words


def test_markup_in_the_trail_does_nothing(visitor: Visitor) -> None:
    note("<b>x</b>", actor="<i>", subject="<script>", detail={"<u>": "{{ 7 * 7 }}"})
    make_account()
    page = read(visitor(EMAIL))
    assert not [name for name, _ in page.elements if name in {"b", "i", "u", "script"}]
    assert "<u>: {{ 7 * 7 }}" in page.words


def test_a_page_is_two_questions_however_much_it_shows(app: APIFlask) -> None:
    make_account()
    for _ in range(60):
        note(actor="administrator 1")
    db.session.rollback()
    with noted_statements() as asked:
        page = list_events(db.session(), TrailFilter(), limit=50)
    assert len(page.rows) == 50
    assert len([statement for statement in asked if "BEGIN" not in statement]) == 2


HERE = TrailPlace(subject="cabinet HGV-017", at=NOW, id=7)
ASKED = {
    "at": TrailFilter(),
    "at for a day": TrailFilter(since=NOW - 24 * HOUR, until=NOW),
    "actor": TrailFilter(actor="coordinator 7"),
    "action": TrailFilter(action="code_revealed"),
    "actor_action": TrailFilter(actor="coordinator 7", action="code_revealed"),
    "subject": TrailFilter(subject="cabinet HGV-017"),
    "subject for a beginning": TrailFilter(begins_with="cabinet HGV-0"),
}


@pytest.mark.parametrize("after", [None, HERE], ids=["first", "further"])
@pytest.mark.parametrize("wanted", ASKED)
def test_an_index_serves_filter_and_order(app: APIFlask, wanted: str, after: TrailPlace | None) -> None:
    plan = plan_of(lambda: list_events(db.session(), ASKED[wanted], limit=50, after=after))
    assert f"ix_audit_event_{wanted.split(' ', maxsplit=1)[0]}_" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


def plan_of(ask: Callable[[], object]) -> str:
    """Return how the database answers the first question, told to use indexes where it can."""
    asked: list[tuple[str, Any]] = []

    def note_asked(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        asked.append((statement, values))

    session = db.session()
    session.connection()
    event.listen(db.engine, "before_cursor_execute", note_asked)
    ask()
    event.remove(db.engine, "before_cursor_execute", note_asked)
    statement, values = asked[0]
    cursor = session.connection().connection.cursor()
    if session.get_bind().dialect.name == "sqlite":
        return repr(cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall())
    for way in ("seqscan", "bitmapscan", "sort"):
        cursor.execute(f"SET LOCAL enable_{way} = off")
    cursor.execute(f"EXPLAIN {statement}", values)
    return repr(cursor.fetchall())
