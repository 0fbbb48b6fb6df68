import logging
import re
from collections.abc import Callable
from datetime import timedelta
from typing import cast

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from aednet.accounts.guards import permission_of
from aednet.accounts.rules import Permission, Role
from aednet.base.audit import AuditEvent
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.cabinets.drafts import ReportDraft
from aednet.cabinets.models import Cabinet, ProblemReport
from aednet.cabinets.report_queries import list_reports
from aednet.cabinets.rules import ReportKind, Status
from aednet.cabinets.services import report_problem
from tests.desk.conftest import BROWSER
from tests.desk.reading import Page
from tests.factories import EMAIL, NOW, make_area_draft, make_areas, make_cabinets, make_token
from tests.fakes import MovableClock
from tests.statements import noted_statements

SignIn = Callable[..., None]
See = Callable[..., Page]
PAGE = "/desk/meldingen"
KRAKEEL, WOLFSBOS, NOWHERE = "HGV-001", "HGV-002", "HGV-003"


@pytest.fixture
def network(app: APIFlask) -> None:
    """A cabinet in each of two areas, and one in neither."""
    make_areas(make_area_draft(width=0.08), make_area_draft("wolfsbos", west=6.48))
    make_cabinets({"lon": 6.45}, {"lon": 6.52}, {"lon": 6.7})


@pytest.fixture
def see(client: FlaskClient) -> See:
    """Read the page as the browser of whoever is signed in."""

    def see(address: str = PAGE, *, status: int = 200) -> Page:
        answer = client.get(address, headers=BROWSER)
        assert answer.status_code == status
        return Page(answer.text)

    return see


def report(
    ref: str = KRAKEEL,
    text: str = "De deur klemt.",
    kind: ReportKind = ReportKind.DAMAGED,
    *,
    earlier: timedelta = timedelta(),
) -> int:
    """Report a problem as anybody may; returns the report's number."""
    with transaction() as session:
        assert report_problem(session, ref, ReportDraft(kind=kind, text=text), now=NOW - earlier)
        number = session.scalar(select(ProblemReport.id).order_by(ProblemReport.id.desc()).limit(1))
        assert number is not None
        return number


def close(client: FlaskClient, number: int, query: str = "") -> TestResponse:
    return client.post(f"{PAGE}/{number}/afgehandeld{query}", headers=BROWSER)


def stored(number: int) -> ProblemReport:
    db.session.rollback()
    return db.session.get_one(ProblemReport, number)


def closings() -> list[AuditEvent]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.action == "report_closed")))


def numbers_with_a_button(page: Page) -> list[int]:
    forms = [form["action"] for form in page.all("form") if form["action"].startswith(PAGE)]
    return [int(address.removeprefix(PAGE).split("/")[1]) for address in forms]


def link_in(page: Page) -> str:
    (link,) = [a["href"] for a in page.all("a") if "?na=" in a["href"]]
    return link


def test_reading_asks_for_the_right_to_see_and_closing_for_that_to_change(app: APIFlask) -> None:
    asked = {name: permission_of(app, name) for name in app.view_functions if name.startswith("reports.")}
    assert asked == {"reports.show_all": Permission.CHANGE, "reports.close": Permission.CHANGE}


@pytest.mark.usefixtures("network")
def test_whoever_is_not_signed_in_reads_and_closes_nothing(client: FlaskClient) -> None:
    number = report()
    for answer in (client.get(PAGE, headers=BROWSER), close(client, number)):
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/aanmelden")
        assert "klemt" not in answer.text
    assert client.get(PAGE).status_code == 401
    assert stored(number).closed_at is None


@pytest.mark.usefixtures("network")
def test_another_site_cannot_have_a_browser_close_a_report(client: FlaskClient, sign_in: SignIn) -> None:
    number = report()
    sign_in()
    foreign = {**BROWSER, "Sec-Fetch-Site": "cross-site"}
    assert client.post(f"{PAGE}/{number}/afgehandeld", headers=foreign).status_code == 403
    assert stored(number).closed_at is None


@pytest.mark.usefixtures("network")
def test_what_the_public_reports_is_read_with_cabinet_area_kind_text_and_time(
    client: FlaskClient, sign_in: SignIn, see: See
) -> None:
    said = {"kind": "not_ready", "text": "Hij piept.\nHet lampje is rood."}
    assert client.post(f"/c/{KRAKEEL}", data=said).status_code == 303
    sign_in()
    page = see()
    assert (
        "Nog open Buurthuis HGV-001 HGV-001 De AED geeft een storing aan, met een rood lampje of gepiep "
        "Hij piept. Het lampje is rood. Krakeel · Gemeld: vandaag 14:00 Afgehandeld" in page.words
    )
    assert f"/desk/kasten/{KRAKEEL}" in [link["href"] for link in page.all("a")]
    assert '<p class="typed">Hij piept.\nHet lampje is rood.</p>' in client.get(PAGE).text
    assert client.get(PAGE).headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize("kind", ReportKind)
def test_a_report_is_named_in_the_words_among_which_the_public_chose(
    client: FlaskClient, sign_in: SignIn, see: See, kind: ReportKind
) -> None:
    offered = client.get(f"/c/{KRAKEEL}").text
    words = re.search(rf'<label for="kind-{kind}">([^<]+)</label>', offered)
    assert words is not None
    report(kind=kind)
    sign_in()
    assert words[1] in see().words


@pytest.mark.usefixtures("network")
def test_open_reports_come_first_and_of_either_the_newest(
    client: FlaskClient, sign_in: SignIn, see: See
) -> None:
    for number, days in enumerate((9, 3, 1, 0), start=1):
        report(text=f"melding nummer {number}", earlier=timedelta(days=days))
    sign_in()
    close(client, 1)
    close(client, 3)
    words = see().words
    assert re.findall(r"melding nummer (\d)", words) == ["4", "2", "3", "1"]
    assert re.findall(r"Gemeld: (.+? \d\d:\d\d)", words) == [
        "vandaag 14:00",
        "za 21 november 14:00",
        "gisteren 14:00",
        "zo 15 november 14:00",
    ]
    assert words.count("Afgehandeld: vandaag 14:00") == 2


@pytest.mark.usefixtures("network")
def test_whoever_looks_after_one_area_reads_nothing_of_another(sign_in: SignIn, see: See) -> None:
    for ref in (KRAKEEL, WOLFSBOS, NOWHERE):
        report(ref, text=f"gezien bij {ref}")
    sign_in("krakeel", role=Role.COORDINATOR)
    assert re.findall(r"gezien bij (\S+)", see().words) == [KRAKEEL]


@pytest.mark.usefixtures("network")
def test_an_administrator_reads_and_closes_everything_also_what_lies_in_no_area(
    client: FlaskClient, sign_in: SignIn, see: See
) -> None:
    numbers = [report(ref) for ref in (KRAKEEL, WOLFSBOS, NOWHERE)]
    sign_in()
    assert numbers_with_a_button(see()) == numbers[::-1]
    assert [close(client, number).status_code for number in numbers] == [303] * 3
    assert numbers_with_a_button(see()) == []


@pytest.mark.usefixtures("network")
def test_a_viewer_reads_and_closes_nothing_for_the_texts_may_name_people(
    client: FlaskClient, sign_in: SignIn
) -> None:
    number = report()
    sign_in("krakeel", role=Role.VIEWER)
    assert client.get(PAGE, headers=BROWSER).status_code == 403
    assert PAGE not in client.get("/desk/coverage", headers=BROWSER).text
    assert close(client, number).status_code == 403
    assert stored(number).closed_at is None


@pytest.mark.usefixtures("network")
def test_a_report_of_another_area_is_as_if_it_were_not_there(client: FlaskClient, sign_in: SignIn) -> None:
    foreign = [report(WOLFSBOS), report(NOWHERE)]
    sign_in("krakeel", role=Role.COORDINATOR)
    unknown = close(client, 999)
    assert unknown.status_code == 404
    for number in foreign:
        answer = close(client, number)
        assert (answer.status_code, answer.text) == (404, unknown.text)
        assert stored(number).closed_at is None
    assert close(client, 2**31 - 1).status_code == 404
    assert close(client, 2**31).status_code == 404
    assert closings() == []


@pytest.mark.usefixtures("network")
def test_closing_twice_is_closing_once(client: FlaskClient, sign_in: SignIn, see: See) -> None:
    number = report()
    sign_in("krakeel", role=Role.COORDINATOR)
    first = close(client, number)
    assert (first.status_code, first.headers["Location"]) == (303, f"{PAGE}?gedaan=1")
    cast("MovableClock", current().clock).move(timedelta(hours=1))
    assert close(client, number).status_code == 303
    kept = stored(number)
    assert (kept.closed_at, kept.closed_by) == (NOW, "coordinator 1")
    (entry,) = closings()
    assert (entry.at, entry.actor, entry.subject) == (NOW, "coordinator 1", f"cabinet {KRAKEEL}")
    assert entry.detail == {"report": str(number)}
    words = see(first.headers["Location"]).words
    assert "De melding is afgehandeld. " in words
    assert "Alle meldingen zijn afgehandeld. " in words


@pytest.mark.usefixtures("network")
def test_markup_in_a_report_is_read_and_does_nothing(client: FlaskClient, sign_in: SignIn, see: See) -> None:
    text = "<script>alert(1)</script> <img src=x onerror=alert(2)> {{ 7 * 7 }} \"' & </p>"
    report(text=text)
    with transaction() as session:
        session.scalars(select(Cabinet).where(Cabinet.ref == KRAKEEL)).one().name = "<b>Buurthuis</b>"
    sign_in()
    page = see()
    assert text in page.words
    assert "<b>Buurthuis</b>" in page.words
    assert page.all("script") == page.all("img") == page.all("b") == []
    for _, attributes in page.elements:
        assert not [name for name in attributes if name == "style" or name.startswith("on")]


@pytest.mark.usefixtures("network")
def test_a_long_list_is_read_in_pages_that_skip_and_repeat_nothing(
    client: FlaskClient, sign_in: SignIn, see: See
) -> None:
    for number in range(1, 106):
        report(text=f"melding nummer {number}")
    sign_in()
    for number in range(76, 106):
        close(client, number)
    first = see()
    second = see(link_in(first))
    third = see(link_in(second))
    read = [re.findall(r"melding nummer (\d+)", page.words) for page in (first, second, third)]
    assert [len(page) for page in read] == [50, 50, 5]
    assert [int(number) for page in read for number in page] == [*range(75, 0, -1), *range(105, 75, -1)]
    assert not [link for link in third.all("a") if "?na=" in link["href"]]
    assert "Naar het begin" in third.words


@pytest.mark.usefixtures("network")
def test_a_page_of_exactly_fifty_has_none_behind_it(sign_in: SignIn, see: See) -> None:
    for number in range(50):
        report(text=f"melding nummer {number}")
    sign_in()
    page = see()
    assert page.words.count("melding nummer") == 50
    assert not [link for link in page.all("a") if "?na=" in link["href"]]


@pytest.mark.usefixtures("network")
def test_what_is_closed_meanwhile_makes_nobody_miss_an_open_report(
    client: FlaskClient, sign_in: SignIn, see: See
) -> None:
    for number in range(1, 61):
        report(text=f"melding nummer {number}")
    sign_in()
    onward = link_in(see())
    close(client, 11)  # the last one of the first page
    assert re.findall(r"melding nummer (\d+)", see(onward).words) == [str(n) for n in range(10, 0, -1)] + [
        "11"
    ]


@pytest.mark.usefixtures("network")
def test_closing_leads_back_to_where_one_was_in_the_list(
    client: FlaskClient, sign_in: SignIn, see: See
) -> None:
    numbers = [report(text=f"melding nummer {number}") for number in range(52)]
    sign_in()
    onward = link_in(see())
    (address, _) = [form["action"] for form in see(onward).all("form") if form["action"].startswith(PAGE)]
    assert address == f"{PAGE}/{numbers[1]}/afgehandeld?na=open-{numbers[2]}"
    answer = client.post(address, headers=BROWSER)
    assert answer.headers["Location"] == f"{onward}&gedaan=1"
    assert numbers_with_a_button(see(answer.headers["Location"])) == [numbers[0]]


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize(
    "place",
    ["", "7", "open", "open-", "open--1", "ooit-7", "open-2147483648", "dicht-٣", "open-1%27", "x<b>"],
)
def test_a_place_that_no_page_leads_to_is_not_there_and_nothing_is_closed_from_it(
    client: FlaskClient, sign_in: SignIn, see: See, place: str
) -> None:
    number = report()
    sign_in()
    see(f"{PAGE}?na={place}", status=404)
    assert close(client, number, f"?na={place}").status_code == 404
    assert stored(number).closed_at is None
    assert "Verder zijn er geen meldingen." in see(f"{PAGE}?na=dicht-2147483647").words


@pytest.mark.usefixtures("network")
def test_where_nothing_was_reported_the_page_says_so(sign_in: SignIn, see: See) -> None:
    report(WOLFSBOS)
    sign_in("krakeel", role=Role.COORDINATOR)
    assert "Er zijn nog geen meldingen in uw smederijen." in see().words


def test_a_network_without_anything_has_no_reports(sign_in: SignIn, see: See) -> None:
    sign_in()
    assert "Er zijn nog geen meldingen. Iedereen kan" in see().words


@pytest.mark.usefixtures("network")
def test_a_report_of_a_cabinet_that_was_retired_is_kept(sign_in: SignIn, see: See) -> None:
    report()
    with transaction() as session:
        session.scalars(select(Cabinet).where(Cabinet.ref == KRAKEEL)).one().status = Status.RETIRED
    sign_in()
    page = see()
    assert "Buurthuis HGV-001 HGV-001" in page.words


@pytest.mark.usefixtures("network")
def test_a_page_is_two_questions_however_many_reports_it_has(app: APIFlask) -> None:
    for number in range(20):
        report(text=f"melding nummer {number}")
    db.session.rollback()
    with noted_statements() as asked:
        page = list_reports(db.session(), area_ids=None, limit=50)
    assert len(page.reports) == 20
    assert len([statement for statement in asked if "BEGIN" not in statement]) == 2  # open, and closed


@pytest.mark.usefixtures("network")
def test_the_menu_leads_there_and_marks_it(client: FlaskClient, sign_in: SignIn, see: See) -> None:
    assert PAGE not in client.get("/", headers=BROWSER).text
    sign_in("krakeel", role=Role.COORDINATOR)
    (entry,) = [link for link in see().all("a") if link["href"] == PAGE]
    assert entry["aria-current"] == "page"
    assert "Meldingen" in see("/desk/coverage").words


@pytest.mark.usefixtures("network")
def test_a_program_with_a_token_reads_and_closes_too(client: FlaskClient) -> None:
    number = report()
    headers = make_token("krakeel", role=Role.COORDINATOR)
    assert "De deur klemt." in client.get(PAGE, headers=headers).text
    assert client.post(f"{PAGE}/{number}/afgehandeld", headers=headers).status_code == 303
    assert stored(number).closed_by == "coordinator 1"


@pytest.mark.usefixtures("network")
def test_neither_log_nor_address_nor_trail_says_what_was_reported_or_who_asks(
    client: FlaskClient,
    sign_in: SignIn,
    see: See,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    for number in range(1, 52):
        report(text=f"Bel Piet Voorbeeld, hij zag het {number} keer.")
    sign_in()
    capsys.readouterr()
    with caplog.at_level(logging.DEBUG):
        page = see()
        answer = close(client, 51)
    log = capsys.readouterr().err + caplog.text
    assert PAGE in log
    addresses = [link["href"] for link in page.all("a")] + [form["action"] for form in page.all("form")]
    assert len(addresses) > 100
    (entry,) = closings()
    trail = f"{entry.subject} {entry.actor} {entry.detail}"
    facts = repr(list_reports(db.session(), area_ids=None, limit=50))
    for told in (log, *addresses, answer.headers["Location"], trail, facts):
        assert "Piet" not in told
        assert EMAIL not in told
