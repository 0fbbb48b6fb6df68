import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from aednet.accounts.rules import Role
from aednet.areas.tallies import MonthTally, Tally, first_of_month
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.cabinets.figures.models import ReadinessDay
from aednet.cabinets.figures.months import count_months
from aednet.cabinets.figures.readiness import readiness_in_sql, readiness_over, record_day
from aednet.cabinets.models import Cabinet
from aednet.cabinets.queries import every_cabinet
from aednet.cabinets.rules import Readiness, Status
from aednet.volunteers.month_counts import count_months as count_volunteer_months
from tests.desk.conftest import BROWSER
from tests.desk.reading import Page
from tests.factories import TODAY, make_area_draft, make_areas, make_cabinets, make_volunteer
from tests.statements import noted_statements

SignIn = Callable[..., None]
PAGE = "/desk/grafieken"
NOVEMBER = date(2026, 11, 1)


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.fixture
def network(app: APIFlask) -> None:
    """Two areas with a cabinet in each state and one without a state, and one cabinet in no area."""
    make_areas(make_area_draft(width=0.08), make_area_draft("wolfsbos", west=6.48))
    make_cabinets(
        {"lon": 6.45},
        {"lon": 6.45, "inspected_on": days_ago(29)},
        {"lon": 6.45, "inspected_on": days_ago(30)},
        {"lon": 6.45, "inspected_on": days_ago(43)},
        {"lon": 6.52, "inspected_on": days_ago(44)},
        {"lon": 6.52, "inspected_on": None},
        {"lon": 6.52, "battery_expires_on": None},
        {"lon": 6.52, "pads_expire_on": days_ago(1)},
        {"lon": 6.52, "pads_expire_on": TODAY},
        {"lon": 6.52, "passed": False},
        {"lon": 6.7, "status": Status.MISSING},
        {"lon": 6.45, "status": Status.PLANNED},
        {"lon": 6.45, "status": Status.RETIRED},
    )


def keep_figures(today: date = TODAY) -> None:
    for keep in (record_day, count_months, count_volunteer_months):
        with transaction() as session:
            keep(session, today=today)


@pytest.fixture
def see(client: FlaskClient) -> Callable[..., str]:
    def see(address: str = PAGE, *, status: int = 200) -> str:
        answer = client.get(address, headers=BROWSER)
        assert answer.status_code == status
        return answer.text

    return see


@pytest.mark.usefixtures("network")
def test_the_database_says_of_every_cabinet_what_the_rules_say() -> None:
    for today in (TODAY, days_ago(-1), days_ago(-40), days_ago(400), days_ago(-3_000)):
        rows = db.session.execute(select(Cabinet.ref, readiness_in_sql(today)))
        by_rules = {cabinet.ref: cabinet.readiness(today).value for cabinet in every_cabinet(db.session())}
        assert {row[0]: row[1] for row in rows} == by_rules


@pytest.mark.usefixtures("network")
def test_a_day_is_written_down_by_area_and_in_all_and_twice_is_once() -> None:
    keep_figures()
    keep_figures()
    session = db.session()
    assert session.query(ReadinessDay).count() == 3
    (whole,) = readiness_over(session, within=None, from_on=TODAY, until_on=TODAY)
    assert whole.counts == {
        Readiness.READY: 3,
        Readiness.DUE: 2,
        Readiness.OVERDUE: 1,
        Readiness.OUT_OF_SERVICE: 3,
        Readiness.UNKNOWN: 2,
    }
    (krakeel,) = readiness_over(session, within=[1], from_on=TODAY, until_on=TODAY)
    assert (krakeel.all, krakeel.counts[Readiness.READY], krakeel.counts[Readiness.DUE]) == (4, 2, 2)
    (both,) = readiness_over(session, within=[1, 2], from_on=TODAY, until_on=TODAY)
    assert both.all == whole.all - 1  # but for the one that lies in no area


def test_an_empty_network_has_days_too(app: APIFlask) -> None:
    keep_figures()
    (whole,) = readiness_over(db.session(), within=None, from_on=TODAY, until_on=TODAY)
    assert whole.all == 0


def tallies(kind: Tally, area_id: int | None) -> dict[date, int]:
    rows = db.session.execute(
        select(MonthTally.month, MonthTally.count).where(
            MonthTally.kind == kind,
            MonthTally.area_id.is_(None) if area_id is None else MonthTally.area_id == area_id,
        )
    )
    return {row[0]: row[1] for row in rows}


def test_what_lapses_is_counted_by_month_and_area_up_to_twelve_months_ahead(app: APIFlask) -> None:
    make_areas(make_area_draft(width=0.08), make_area_draft("wolfsbos", west=6.48))
    make_cabinets(
        {"lon": 6.45, "pads_expire_on": date(2026, 11, 1)},
        {"lon": 6.45, "pads_expire_on": date(2026, 10, 31)},
        {"lon": 6.52, "pads_expire_on": date(2026, 11, 30)},
        {"lon": 6.52, "pads_expire_on": date(2027, 10, 31)},
        {"lon": 6.52, "pads_expire_on": date(2027, 11, 1)},
        {"lon": 6.7, "pads_expire_on": date(2027, 2, 28)},
    )
    with transaction() as session:
        make_volunteer(session, 1, lon=6.45)
        make_volunteer(session, 2, lon=6.52, course_on=None)
    keep_figures()
    keep_figures()
    assert tallies(Tally.PADS_ADULT, None) == {NOVEMBER: 2, date(2027, 2, 1): 1, date(2027, 10, 1): 1}
    assert tallies(Tally.PADS_ADULT, 1) == {NOVEMBER: 1}
    assert tallies(Tally.PADS_ADULT, 2) == {NOVEMBER: 1, date(2027, 10, 1): 1}
    assert tallies(Tally.CERTIFICATE, 1) == {date(2027, 8, 1): 1}
    assert tallies(Tally.VOLUNTEER, None) == {NOVEMBER: 2}
    assert tallies(Tally.INSPECTION, None) == {NOVEMBER: 6}


def test_inspections_of_months_gone_by_stay_as_they_were_counted(app: APIFlask) -> None:
    make_cabinets({})
    keep_figures()
    later = TODAY + timedelta(days=80)
    keep_figures(later)
    assert tallies(Tally.INSPECTION, None) == {NOVEMBER: 1}


def test_months_follow_each_other_over_the_years() -> None:
    assert first_of_month(date(2026, 11, 24), ahead=2) == date(2027, 1, 1)
    assert first_of_month(date(2026, 1, 31), ahead=-1) == date(2025, 12, 1)
    assert first_of_month(date(2026, 12, 31), ahead=-11) == date(2026, 1, 1)


@pytest.mark.usefixtures("network")
def test_the_tables_hold_the_figures_of_the_charts(sign_in: SignIn, see: Callable[..., str]) -> None:
    keep_figures(days_ago(1))
    keep_figures()
    sign_in("krakeel", role=Role.VIEWER)
    page = Page(see())
    assert page.tables[0] == [
        ["Dag", "Gereed", "Controle nodig", "Te laat", "Onbekend", "Buiten gebruik"],
        ["di 24 november", "2", "2", "0", "0", "0"],
        ["ma 23 november", "3", "1", "0", "0", "0"],
    ]
    assert "Van 88 dagen weten wij het niet" in page.words
    assert page.tables[-1][1:] == [["Krakeel", "2 van 4", "3", "3", "6"]]
    drawings = [attributes for attributes in page.all("svg") if attributes.get("role") == "img"]
    assert len(drawings) == 7
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    for drawing in drawings:
        assert set(drawing["aria-labelledby"].split()) <= ids
    assert not [name for _, attributes in page.elements for name in attributes if name == "style"]


@pytest.mark.usefixtures("network")
def test_nobody_sees_the_charts_of_an_area_that_is_not_theirs(
    sign_in: SignIn, see: Callable[..., str]
) -> None:
    keep_figures()
    sign_in("krakeel", role=Role.COORDINATOR)
    assert "Wolfsbos" not in see()
    assert "Grafieken van Krakeel" in see(f"{PAGE}?smederij=krakeel&periode=jaar")
    assert see(f"{PAGE}?smederij=wolfsbos", status=404) == see(f"{PAGE}?smederij=nergens", status=404)
    see(f"{PAGE}?periode=eeuw", status=404)


def test_where_nothing_was_written_down_the_page_says_so(sign_in: SignIn, see: Callable[..., str]) -> None:
    sign_in()
    assert "Er is nog geen dag opgeschreven." in see()


def of_figures(asked: list[str]) -> int:
    return len([one for one in asked if re.search(r"FROM (month_tally|readiness_day)\b", one)])


@pytest.mark.usefixtures("network")
def test_the_page_counts_no_cabinets_and_asks_the_same_however_many_areas_there_are(
    client: FlaskClient, sign_in: SignIn, see: Callable[..., str]
) -> None:
    keep_figures()
    sign_in()
    see()
    db.session.rollback()
    with noted_statements() as asked:
        see()
    assert not [
        statement for statement in asked if re.search(r"FROM (cabinet|volunteer|inspection)\b", statement)
    ]
    few = of_figures(asked)
    make_areas(
        *(make_area_draft(f"gebied-{number}", west=7.0 + number / 100, width=0.01) for number in range(60))
    )
    with noted_statements() as asked:
        page = see()
    assert of_figures(asked) == few
    assert f"{PAGE}?na=" in page
