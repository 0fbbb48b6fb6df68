import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, cast

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, text
from werkzeug.test import TestResponse

from aednet.accounts.rules import Role
from aednet.base.audit import AuditEvent
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.cabinets.ledger.models import RegistryChange
from aednet.cabinets.ledger.queries import count_open, count_open_by_area, list_entered, list_open
from aednet.cabinets.ledger.rules import Fact
from tests.desk.conftest import BROWSER
from tests.desk.reading import Page
from tests.factories import EMAIL, TODAY, make_area_draft, make_areas, make_cabinets, make_token
from tests.fakes import MovableClock
from tests.statements import noted_statements

SignIn = Callable[..., None]
PAGE = "/desk/hartslagnu"
KRAKEEL, WOLFSBOS, NOWHERE = "HGV-001", "HGV-002", "HGV-003"
MARK = re.compile(r'name="wijziging" value="([^"]+)"')


@pytest.fixture
def network(app: APIFlask) -> None:
    """A cabinet in each of two areas, and one in neither."""
    make_areas(make_area_draft(width=0.08), make_area_draft("wolfsbos", west=6.48))
    make_cabinets({"lon": 6.45}, {"lon": 6.52}, {"lon": 6.7})


@pytest.fixture
def patch(client: FlaskClient, network: None) -> Callable[..., None]:
    """Change cabinets as a program of an administrator does."""
    headers = make_token(email="programma@aednet.example")

    def patch(ref: str = KRAKEEL, **changes: Any) -> None:
        assert client.patch(f"/api/v1/cabinets/{ref}", json=changes, headers=headers).status_code == 200

    return patch


@pytest.fixture
def see(client: FlaskClient) -> Callable[..., str]:
    def see(address: str = PAGE, *, status: int = 200) -> str:
        answer = client.get(address, headers=BROWSER)
        assert answer.status_code == status
        return answer.text

    return see


See = Callable[..., str]
Patch = Callable[..., None]


OF_THE_PAGE = ("USING", "anon", "gathered", "near")  # by an index, or what was found by one before


def entries() -> list[tuple[str, str | None, str | None, bool]]:
    db.session.rollback()
    rows = db.session.scalars(select(RegistryChange).order_by(RegistryChange.id))
    return [(row.fact, row.old_value, row.new_value, row.entered_at is not None) for row in rows]


def enter(client: FlaskClient, *marks: str, ref: str = KRAKEEL) -> TestResponse:
    return client.post(f"{PAGE}/{ref}/ingevoerd", data={"wijziging": list(marks)}, headers=BROWSER)


def later(minutes: int = 1) -> None:
    cast("MovableClock", current().clock).move(timedelta(minutes=minutes))


def test_a_change_stands_open_with_its_old_and_its_new_value(patch: Patch, sign_in: SignIn, see: See) -> None:
    patch(name="Buurthuis De Linde", device={"pads_adult_expire_on": "2031-03-31"})
    assert entries() == [
        ("name", "Buurthuis HGV-001", "Buurthuis De Linde", False),
        ("pads_adult", "2030-12-31", "2031-03-31", False),
    ]
    sign_in("krakeel", role=Role.COORDINATOR)
    words = Page(see()).words
    assert "Naam was Buurthuis HGV-001 wordt Buurthuis De Linde" in words
    assert "Elektroden tot en met was 31-12-2030 wordt 31-03-2031" in words


def test_hours_stand_there_as_people_write_them(patch: Patch, sign_in: SignIn, see: See) -> None:
    patch(opening_hours="Mo-Fr 08:00-18:00; PH off")
    sign_in("krakeel", role=Role.COORDINATOR)
    assert "wordt ma-vr 08:00-18:00; feestdagen gesloten" in Page(see()).words


def test_a_further_change_keeps_the_first_old_value_and_going_back_closes_it(patch: Patch) -> None:
    patch(name="Eerst")
    patch(name="Daarna")
    assert entries() == [("name", "Buurthuis HGV-001", "Daarna", False)]
    patch(name="Buurthuis HGV-001")
    assert entries() == []


def test_what_is_none_of_the_registrys_opens_nothing(patch: Patch, client: FlaskClient) -> None:
    headers = make_token()
    client.post(f"/api/v1/cabinets/{KRAKEEL}/inspections", json={"passed": True}, headers=headers)
    patch(name="Buurthuis HGV-001")
    assert entries() == []


def test_a_code_is_asked_for_without_being_told(patch: Patch, sign_in: SignIn, see: See) -> None:
    patch(access_code="4711")
    assert entries() == [("code", None, None, False)]
    sign_in()
    assert "De code is veranderd." in see()
    assert "4711" not in see() + see(f"{PAGE}/wijzigingen.csv")


def test_a_failed_inspection_puts_it_out_of_service_there_and_a_passed_one_back(
    patch: Patch, client: FlaskClient
) -> None:
    headers = make_token()
    address = f"/api/v1/cabinets/{KRAKEEL}/inspections"
    client.post(address, json={"passed": False}, headers=headers)
    assert entries() == [("standing", "in_service", "out_of_service", False)]
    later(20)
    client.post(address, json={"passed": True}, headers=headers)
    assert entries() == []


def test_a_new_cabinet_is_entered_as_a_whole_with_all_that_is_known(
    client: FlaskClient, patch: Patch, sign_in: SignIn, see: See
) -> None:
    headers = make_token("krakeel", email="ander@aednet.example", role=Role.COORDINATOR)
    new = {"ref": "HGV-009", "name": "Sporthal", "lat": 52.72, "lon": 6.45, "locked": True}
    assert client.post("/api/v1/cabinets", json=new, headers=headers).status_code == 201
    patch("HGV-009", name="Sporthal Noord")
    assert entries() == [("standing", None, "in_service", False)]
    sign_in()
    page = see()
    words = Page(page).words
    assert "Zet deze kast bij HartslagNu." in words
    assert "Sporthal Noord" in words
    assert "52.720000,6.450000" in words
    (mark,) = MARK.findall(page)
    assert enter(client, mark, ref="HGV-009").status_code == 303
    assert entries() == [("standing", None, "in_service", True)]
    client.delete("/api/v1/cabinets/HGV-009", headers=headers)
    assert "Haal deze kast weg bij HartslagNu." in Page(see()).words


def test_one_that_is_planned_is_entered_once_it_hangs(client: FlaskClient, patch: Patch) -> None:
    headers = make_token()
    new = {"ref": "HGV-009", "name": "Sporthal", "lat": 52.72, "lon": 6.45, "status": "planned"}
    client.post("/api/v1/cabinets", json=new, headers=headers)
    patch("HGV-009", name="Sporthal Noord")
    assert entries() == []
    patch("HGV-009", status="in_service")
    assert entries() == [("standing", None, "in_service", False)]


def test_one_is_ticked_off_or_all_of_a_cabinet(
    client: FlaskClient, patch: Patch, sign_in: SignIn, see: See
) -> None:
    patch(name="Een", address="Voorbeeldlaan 1", location="boven")
    sign_in("krakeel", role=Role.COORDINATOR)
    name, *others = sorted(set(MARK.findall(see())), key=lambda mark: int(mark.split("~")[0]))
    assert enter(client, name).headers["Location"] == f"{PAGE}?gedaan=ingevoerd"
    assert [entry[0] for entry in entries() if entry[3]] == [entries()[0][0]]
    assert enter(client, *others).status_code == 303
    assert all(entry[3] for entry in entries())
    assert enter(client, name, *others).status_code == 303  # sent twice
    db.session.rollback()
    trail = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "registry_entered")).all()
    assert [(event.actor, event.subject) for event in trail] == [("coordinator 2", f"cabinet {KRAKEEL}")] * 2
    assert "Er is niets in te voeren voor uw smederijen." in see()


def test_what_changed_since_somebody_looked_is_not_ticked_off_but_shown(
    client: FlaskClient, patch: Patch, sign_in: SignIn, see: See
) -> None:
    patch(name="Een")
    sign_in()
    (mark,) = MARK.findall(see())
    later()
    patch(name="Twee")
    answer = enter(client, mark)
    assert answer.status_code == 409
    assert "Er is niets afgevinkt." in answer.text
    assert "Twee" in answer.text
    assert [entry[3] for entry in entries()] == [False]
    patch(name="Buurthuis HGV-001")
    assert enter(client, mark).status_code == 409


def test_ticking_off_can_be_taken_back_and_joins_what_changed_since(
    client: FlaskClient, patch: Patch, sign_in: SignIn, see: See
) -> None:
    patch(name="Een")
    sign_in()
    enter(client, *MARK.findall(see()))
    assert "Toch niet ingevoerd" in see()
    assert client.post(f"{PAGE}/1/terug", headers=BROWSER).status_code == 303
    assert client.post(f"{PAGE}/1/terug", headers=BROWSER).status_code == 303
    assert entries() == [("name", "Buurthuis HGV-001", "Een", False)]
    enter(client, *MARK.findall(see()))
    later()
    patch(name="Twee")
    assert client.post(f"{PAGE}/1/terug", headers=BROWSER).status_code == 303
    assert entries() == [("name", "Buurthuis HGV-001", "Twee", False)]


def test_what_was_entered_before_a_later_entry_stays_so(
    client: FlaskClient, patch: Patch, sign_in: SignIn, see: See
) -> None:
    patch(name="Een")
    sign_in()
    enter(client, *MARK.findall(see()))
    later()
    patch(name="Twee")
    enter(client, *MARK.findall(see()))
    assert see().count("Toch niet ingevoerd") == 1
    assert client.post(f"{PAGE}/1/terug", headers=BROWSER).status_code == 409
    assert [entry[3] for entry in entries()] == [True, True]


def test_whoever_looks_after_one_area_sees_and_ticks_nothing_of_another(
    client: FlaskClient, patch: Patch, sign_in: SignIn, see: See
) -> None:
    for ref in (KRAKEEL, WOLFSBOS, NOWHERE):
        patch(ref, location=f"plek van {ref}")
    sign_in("krakeel", role=Role.COORDINATOR)
    page = see()
    assert re.findall(r"plek van (\S+?)<", page) == [KRAKEEL]
    mark = MARK.findall(page)[0]
    foreign = f"2~{mark.split('~')[1]}"
    unknown = enter(client, foreign, ref="HGV-999")
    for ref in (WOLFSBOS, NOWHERE):
        answer = enter(client, foreign, ref=ref)
        assert (answer.status_code, answer.text) == (404, unknown.text)
    assert enter(client, foreign).status_code == 409  # of another cabinet
    assert client.post(f"{PAGE}/2/terug", headers=BROWSER).status_code == 404
    assert [entry[3] for entry in entries()] == [False] * 3
    assert re.findall(r"plek van (\S+?);", see(f"{PAGE}/wijzigingen.csv")) == [KRAKEEL]


def test_a_viewer_may_not_come_in(patch: Patch, client: FlaskClient, sign_in: SignIn) -> None:
    sign_in("krakeel", role=Role.VIEWER)
    assert client.get(PAGE, headers=BROWSER).status_code == 403
    assert enter(client).status_code == 403


@pytest.mark.parametrize(
    "mark", ["", "x", "1", "1~x", "1~2026-11-24", "99999999999~2026-11-24T13:00:00+00:00"]
)
def test_a_mark_that_no_form_of_ours_makes_is_refused(
    patch: Patch, client: FlaskClient, sign_in: SignIn, mark: str
) -> None:
    patch(name="Een")
    sign_in()
    assert enter(client, mark).status_code == 422
    assert [entry[3] for entry in entries()] == [False]


def test_an_aed_that_is_no_longer_sent_out_comes_first(patch: Patch, sign_in: SignIn, see: See) -> None:
    patch(WOLFSBOS, name="Gewoon")
    patch(NOWHERE, device={"battery_expires_on": (TODAY - timedelta(days=2)).isoformat()})
    mark_all_entered()
    patch(NOWHERE, device={"battery_expires_on": "2030-01-01"})
    patch(WOLFSBOS, name="Gewoner")
    patch(KRAKEEL, device={"battery_expires_on": "2031-01-01"})
    found = list_open(db.session(), within=None, after=None, limit=10)
    assert [cabinet.ref for cabinet in found] == [NOWHERE, WOLFSBOS, KRAKEEL]
    sign_in()
    assert see().count("er wordt niemand naar deze AED gestuurd") == 1


def mark_all_entered() -> None:
    with transaction() as session:
        session.execute(text("UPDATE registry_change SET entered_at = changed_at, entered_by = 'test'"))


def test_the_file_has_a_line_for_each_change_and_no_spreadsheet_calculates_it(
    patch: Patch, sign_in: SignIn, see: See
) -> None:
    patch(name="=1+1", location="boven")
    sign_in()
    lines = list(
        csv.reader(io.StringIO(see(f"{PAGE}/wijzigingen.csv").removeprefix("\ufeff")), delimiter=";")
    )
    assert lines[0] == ["Kast", "Naam", "Smederij", "Wat", "Was", "Wordt", "Veranderd op"]
    assert lines[1] == [KRAKEEL, "'=1+1", "Krakeel", "Naam", "Buurthuis HGV-001", "'=1+1", "2026-11-24"]
    assert lines[2][3:6] == ["Plek", "", "boven"]


def many(count: int) -> None:
    with transaction() as session:
        session.execute(
            insert(RegistryChange),
            [
                {
                    "cabinet_id": number,
                    "fact": fact,
                    "old_value": None,
                    "new_value": f"waarde {number}",
                    "pressing_on": date(2026, 11, 1) + timedelta(days=number % 7),
                    "changed_at": current().clock.now(),
                    "changed_by": "test",
                }
                for number in range(1, count + 1)
                for fact in (Fact.LOCATION, Fact.NAME)
            ],
        )


def test_a_long_list_is_read_in_pages_that_skip_and_repeat_no_cabinet(
    app: APIFlask, sign_in: SignIn, see: See
) -> None:
    make_areas()
    make_cabinets(*({} for _ in range(105)))
    many(105)
    sign_in()
    read, address = [], PAGE
    while True:
        page = see(address)
        read.append(re.findall(r'<li class="ledger-row" id="(HGV-\d+)"', page))
        onward = [link["href"] for link in Page(page).all("a") if "?na=" in link["href"]]
        if not onward:
            break
        address = onward[0]
    assert [len(refs) for refs in read] == [50, 50, 5]
    assert len({ref for refs in read for ref in refs}) == 105
    see(f"{PAGE}?na=x", status=404)
    see(f"{PAGE}/ingevoerd?na=x", status=404)
    assert count_open(db.session(), within=None, most=100) == 100
    assert count_open_by_area(db.session(), within=[1]) == {1: 105}


def test_the_lists_are_served_by_indexes_and_ask_the_same_however_long_they_are(app: APIFlask) -> None:
    make_areas()
    make_cabinets(*({} for _ in range(30)))
    many(30)
    db.session.rollback()
    with noted_statements() as asked:
        list_open(db.session(), within=None, after=None, limit=20)
        list_open(db.session(), within=[1], after=None, limit=20)
        list_entered(db.session(), within=None, after=None, limit=20)
        list_entered(db.session(), within=[1], after=None, limit=20)
    statements = [statement for statement in asked if "registry_change" in statement]
    assert len(statements) == 6
    if db.engine.dialect.name != "sqlite":
        return
    for statement in statements:
        questions = ["1"] * statement.count("?")
        plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", tuple(questions))
        scans = [row[3] for row in plan if row[3].startswith("SCAN")]
        assert [scan for scan in scans if not any(part in scan for part in OF_THE_PAGE)] == [], statement


def test_neither_the_address_nor_the_trail_says_who_asks(
    client: FlaskClient, patch: Patch, sign_in: SignIn, see: See
) -> None:
    patch(name="Een")
    sign_in()
    page = see()
    enter(client, *MARK.findall(page))
    db.session.rollback()
    told = " ".join(f"{event.subject} {event.detail}" for event in db.session.scalars(select(AuditEvent)))
    assert EMAIL not in told + " ".join(link["href"] for link in Page(page).all("a"))
