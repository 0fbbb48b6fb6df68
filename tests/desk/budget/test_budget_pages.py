import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, cast

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from aednet.accounts.rules import Role
from aednet.base.audit import AuditEvent
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.cabinets.costs.models import ConsumableOrder, Price
from aednet.cabinets.costs.order_queries import list_to_order, list_under_way
from aednet.cabinets.costs.queries import holdings
from aednet.cabinets.costs.rules import PriceKind
from aednet.cabinets.devices import DeviceChange, put_devices
from aednet.cabinets.drafts import DeviceDraft
from aednet.cabinets.rules import ConsumableKind, Status
from aednet.desk.budget.form import read_cents
from tests.desk.conftest import BROWSER
from tests.desk.reading import Page
from tests.factories import TODAY, make_area_draft, make_areas, make_cabinets
from tests.fakes import MovableClock
from tests.statements import noted_statements

SignIn = Callable[..., None]
See = Callable[..., str]
PAGE = "/desk/begroting"
SOON = TODAY + timedelta(days=20)
MARK = re.compile(r'name="artikel" value="([^"]+)"')
ORDER = re.compile(r'name="bestelling" value="([^"]+)"')


@pytest.fixture
def network(app: APIFlask) -> None:
    """Two areas; three cabinets with pads that lapse soon in the first, one in the second, one in none."""
    make_areas(make_area_draft(width=0.08), make_area_draft("wolfsbos", west=6.48))
    make_cabinets(
        {"lon": 6.45, "pads_expire_on": SOON},
        {"lon": 6.45, "pads_expire_on": TODAY - timedelta(days=3)},
        {"lon": 6.45, "pads_expire_on": SOON, "status": Status.OUT_OF_SERVICE},
        {"lon": 6.52, "pads_expire_on": SOON + timedelta(days=1)},
        {"lon": 6.7, "pads_expire_on": SOON},
        {"lon": 6.45, "pads_expire_on": SOON, "status": Status.RETIRED},
    )
    put(1, manufacturer="Fictief", model="=F1")


def put(cabinet_id: int, **facts: Any) -> None:
    with transaction() as session:
        draft = DeviceDraft(**facts)
        put_devices(session, [DeviceChange(cabinet_id=cabinet_id, draft=draft, fields=facts.keys())])


@pytest.fixture
def see(client: FlaskClient) -> See:
    def see(address: str = PAGE, *, status: int = 200) -> str:
        answer = client.get(address, headers=BROWSER)
        assert answer.status_code == status
        return answer.text

    return see


@pytest.mark.usefixtures("network")
def test_each_area_has_what_lies_in_it_by_kind_model_and_year() -> None:
    held = holdings(db.session(), [1, 2], today=TODAY)
    assert (held[1].cabinets, held[1].devices, held[2].cabinets) == (3, 3, 1)
    found = {(one.kind, one.model, one.year, one.life_years, one.count) for one in held[1].lapsing}
    assert found == {
        (PriceKind.PADS_ADULT, "Fictief =F1", 2026, 2, 1),
        (PriceKind.PADS_ADULT, None, 2026, 2, 2),
        (PriceKind.BATTERY, "Fictief =F1", 2030, 3, 1),
        (PriceKind.BATTERY, None, 2030, 3, 2),
    }


@pytest.mark.usefixtures("network")
def test_the_page_says_what_each_year_costs_and_what_is_assumed(sign_in: SignIn, see: See) -> None:
    sign_in("krakeel", "wolfsbos", role=Role.VIEWER)
    page = Page(see())
    assert "Aanname: deze prijzen heeft nog niemand ingevuld" in page.words
    whole, by_area = page.tables
    assert whole[0] == ["Wat", "2026", "2027", "2028", "2029", "2030"]
    assert whole[1] == [
        "Elektroden (aanname)",
        "€ 300 4 keer",
        "€ 0 0 keer",
        "€ 300 4 keer",
        "€ 0 0 keer",
        "€ 300 4 keer",
    ]
    assert [row[0] for row in by_area[1:]] == ["Krakeel", "Wolfsbos"]
    amounts = [[int(re.sub(r"\D", "", cell)) for cell in row[1:]] for row in [*by_area[1:], whole[-1]]]
    assert all(abs(a + b - both) <= 1 for a, b, both in zip(*amounts, strict=True))
    assert "Bestellen" not in page.words


@pytest.mark.usefixtures("network")
def test_nobody_sees_the_costs_of_an_area_that_is_not_theirs(sign_in: SignIn, see: See) -> None:
    sign_in("krakeel", role=Role.COORDINATOR)
    assert "Wolfsbos" not in see()
    assert "Begroting van Krakeel" in see(f"{PAGE}?smederij=krakeel")
    assert see(f"{PAGE}?smederij=wolfsbos", status=404) == see(f"{PAGE}?smederij=nergens", status=404)
    see(f"{PAGE}/bestellen?smederij=wolfsbos", status=404)


def price(client: FlaskClient, **fields: str) -> Any:
    given = {"kind": "battery", "model": "", "euros": "199,50", "seen": ""} | fields
    return client.post(f"{PAGE}/prijzen", data=given, headers=BROWSER)


def test_an_administrator_fills_in_what_they_pay(client: FlaskClient, sign_in: SignIn, see: See) -> None:
    sign_in()
    assert price(client).status_code == 303
    assert price(client).status_code == 303  # sent twice
    (stored,) = db.session.scalars(select(Price)).all()
    assert (stored.kind, stored.model, stored.cents) == ("battery", None, 19_950)
    page = see(f"{PAGE}/prijzen")
    assert 'value="199,50"' in page
    seen = stored.changed_at.isoformat()
    cast("MovableClock", current().clock).move(timedelta(hours=1))
    assert price(client, euros="210", seen=seen).status_code == 303
    stale = price(client, euros="220", seen=seen)
    assert stale.status_code == 409
    assert 'value="220"' in stale.text
    assert "Nu staat er" in stale.text
    db.session.rollback()
    (stored,) = db.session.scalars(select(Price)).all()
    assert stored.cents == 21_000
    assert price(client, euros="", seen=stored.changed_at.isoformat()).status_code == 303
    db.session.rollback()
    assert db.session.scalars(select(Price)).all() == []
    trail = db.session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "price_set")).all()
    assert [entry["cents"] for entry in trail] == ["19950", "21000", "none"]


def test_a_model_may_have_a_price_of_its_own(client: FlaskClient, sign_in: SignIn, see: See) -> None:
    sign_in()
    assert price(client, model="Fictief F1", euros="5").status_code == 303
    assert price(client, euros="6").status_code == 303
    assert "Batterij, Fictief F1" in see(f"{PAGE}/prijzen")


@pytest.mark.parametrize(
    "fields",
    [
        {"euros": "gratis"},
        {"euros": "-5"},
        {"euros": "1,234"},
        {"euros": "99999999"},
        {"kind": "koffie"},
        {"model": "x" * 201},
        {"model": "a\x00b"},
        {"seen": "gisteren"},
    ],
)
def test_a_price_that_cannot_be_is_not_stored_and_nothing_typed_is_lost(
    client: FlaskClient, sign_in: SignIn, fields: dict[str, str]
) -> None:
    sign_in()
    answer = price(client, **fields)
    assert answer.status_code == 422
    assert "Deze prijs kunnen wij niet opslaan" in answer.text
    if "euros" in fields:
        assert f'value="{fields["euros"]}"' in answer.text
    assert db.session.scalars(select(Price)).all() == []


def test_only_an_administrator_changes_prices(client: FlaskClient, sign_in: SignIn, see: See) -> None:
    make_areas()
    sign_in("krakeel", role=Role.COORDINATOR)
    assert "Een beheerder van het netwerk kan deze prijzen veranderen." in see(f"{PAGE}/prijzen")
    assert price(client).status_code == 403


def test_amounts_are_read_as_people_type_them() -> None:
    assert [read_cents(text) for text in ("75", "75,5", "75.50", "€ 0,09")] == [7_500, 7_550, 7_550, 9]


def refs(page: str) -> list[str]:
    return re.findall(r'<span class="soft">(HGV-\d+)', page)


@pytest.mark.usefixtures("network")
def test_what_lapses_in_a_period_is_ordered_once(client: FlaskClient, sign_in: SignIn, see: See) -> None:
    sign_in("krakeel", role=Role.COORDINATOR)
    page = see(f"{PAGE}/bestellen?soort=pads_adult&dagen=30")
    assert refs(page) == ["HGV-002", "HGV-001", "HGV-003"]
    assert Page(page).tables[0][1:] == [["Elektroden", "onbekend", "2"], ["Elektroden", "Fictief =F1", "1"]]
    marks = MARK.findall(page)
    address = f"{PAGE}/bestellen?soort=pads_adult&dagen=30"
    answer = client.post(address, data={"artikel": marks[:2]}, headers=BROWSER)
    assert "besteld=2" in answer.headers["Location"]
    assert (
        "besteld=0" in client.post(address, data={"artikel": marks[:2]}, headers=BROWSER).headers["Location"]
    )
    assert refs(see(address)) == ["HGV-003"]
    under_way = see(f"{PAGE}/bestellingen")
    assert sorted(refs(under_way)) == ["HGV-001", "HGV-002"]
    first, second = sorted(ORDER.findall(under_way))
    close = f"{PAGE}/bestellingen"
    client.post(close, data={"bestelling": [first], "staat": "received"}, headers=BROWSER)
    client.post(close, data={"bestelling": [first, second], "staat": "cancelled"}, headers=BROWSER)
    assert refs(see(close)) == []
    assert len(refs(see(address))) == 2  # the one that was cancelled is to be ordered again
    db.session.rollback()
    states = [
        order.state for order in db.session.scalars(select(ConsumableOrder).order_by(ConsumableOrder.id))
    ]
    assert states == ["received", "cancelled"]


@pytest.mark.usefixtures("network")
def test_new_pads_are_ordered_again_once_they_lapse(client: FlaskClient, sign_in: SignIn, see: See) -> None:
    sign_in()
    address = f"{PAGE}/bestellen?soort=pads_adult&dagen=30"
    marks = MARK.findall(see(address))
    client.post(address, data={"artikel": marks}, headers=BROWSER)
    put(1, pads_adult_expire_on=SOON + timedelta(days=5))
    assert refs(see(address)) == ["HGV-001"]
    stale = client.post(address, data={"artikel": marks}, headers=BROWSER)
    assert "besteld=0" in stale.headers["Location"]


@pytest.mark.usefixtures("network")
def test_nobody_orders_or_closes_anything_of_another_area(
    client: FlaskClient, sign_in: SignIn, see: See
) -> None:
    (foreign,) = list_to_order(
        db.session(), [ConsumableKind.PADS_ADULT], within=[2], until_on=TODAY + timedelta(days=30), limit=5
    )
    mark = f"{foreign.consumable_id}~{foreign.expires_on}"
    sign_in("krakeel", role=Role.COORDINATOR)
    own = MARK.findall(see(f"{PAGE}/bestellen"))[0]
    for marks in ([mark], [own, mark], ["99999~2026-12-01"]):
        answer = client.post(f"{PAGE}/bestellen", data={"artikel": marks}, headers=BROWSER)
        assert answer.status_code == 404
    assert client.post(f"{PAGE}/bestellen", data={"artikel": ["x"]}, headers=BROWSER).status_code == 422
    assert db.session.scalars(select(ConsumableOrder)).all() == []
    for numbers in (["1"], ["99"]):
        data = {"bestelling": numbers, "staat": "received"}
        assert client.post(f"{PAGE}/bestellingen", data=data, headers=BROWSER).status_code == 404
    data = {"bestelling": [], "staat": "weg"}
    assert client.post(f"{PAGE}/bestellingen", data=data, headers=BROWSER).status_code == 422
    see(f"{PAGE}/bestellen?soort=koffie", status=404)
    see(f"{PAGE}/bestellen?dagen=7", status=404)
    see(f"{PAGE}/bestellingen?na=x", status=404)


@pytest.mark.usefixtures("network")
def test_a_viewer_sees_the_budget_and_orders_nothing(client: FlaskClient, sign_in: SignIn, see: See) -> None:
    sign_in("krakeel", role=Role.VIEWER)
    see()
    see(f"{PAGE}/bestellen", status=403)
    assert client.post(f"{PAGE}/bestellen", headers=BROWSER).status_code == 403
    see(f"{PAGE}/bestellingen", status=403)


@pytest.mark.usefixtures("network")
def test_files_say_how_many_of_what_or_cabinet_by_cabinet(sign_in: SignIn, see: See) -> None:
    sign_in("krakeel", role=Role.COORDINATOR)
    address = f"{PAGE}/bestellen.csv?soort=pads_adult&dagen=30"
    counted, listed = (
        list(csv.reader(io.StringIO(see(where).removeprefix("\ufeff")), delimiter=";"))
        for where in (f"{address}&aantallen=1", address)
    )
    assert counted == [
        ["Wat", "Voor welke AED", "Aantal"],
        ["Elektroden", "", "2"],
        ["Elektroden", "Fictief =F1", "1"],
    ]
    assert listed[1] == ["HGV-002", "Buurthuis HGV-002", "Krakeel", "Elektroden", "", "2026-11-21"]


def test_a_file_holds_nothing_that_a_spreadsheet_calculates(app: APIFlask, sign_in: SignIn, see: See) -> None:
    make_areas()
    make_cabinets({"pads_expire_on": SOON, "name": "=1+1"})
    put(1, model="=2+2")
    sign_in()
    text = see(f"{PAGE}/bestellen.csv?soort=pads_adult")
    assert ";'=1+1;" in text
    assert ";'=2+2;" in text


def test_lists_are_served_by_indexes(app: APIFlask) -> None:
    make_areas()
    make_cabinets(*({"pads_expire_on": SOON} for _ in range(30)))
    db.session.rollback()
    until_on = date(2027, 1, 1)
    with noted_statements() as asked:
        for within in (None, [1]):
            list_to_order(
                db.session(), [ConsumableKind.PADS_ADULT], within=within, until_on=until_on, limit=20
            )
            list_under_way(db.session(), within=within, after=None, limit=20)
        holdings(db.session(), [1], today=TODAY)
    statements = [statement for statement in asked if "FROM" in statement]
    assert len(statements) == 12
    if db.engine.dialect.name != "sqlite":
        return
    for statement in statements:
        questions = tuple("1" * statement.count("?"))
        plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", questions)
        steps = [row[3] for row in plan]
        assert not [
            step
            for step in steps
            if re.match(r"SCAN (cabinet|device|consumable|consumable_order|area|month_tally)$", step)
        ], statement
