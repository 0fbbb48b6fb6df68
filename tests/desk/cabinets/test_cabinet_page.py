from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from aednet.accounts.rules import Role
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.cabinets.drafts import ReportDraft
from aednet.cabinets.models import Cabinet
from aednet.cabinets.rules import ReportKind
from aednet.cabinets.services import record_inspection, report_problem
from tests.desk.cabinets.conftest import CODE
from tests.desk.conftest import BROWSER
from tests.desk.reading import Page
from tests.factories import NOW, TODAY

See = Callable[..., Page]
PAGE = "/desk/kasten/HGV-001"


@pytest.mark.usefixtures("coordinator")
def test_the_page_tells_state_facts_device_and_when_it_was_checked(see: See) -> None:
    words = see(PAGE).words
    assert "HGV-001 Toestand: Gereed Gecontroleerd: vandaag" in words
    assert "Elektroden Houdbaar tot en met di 31 december 2030" in words
    assert "Openingstijden dag en nacht" in words
    assert "Deze kast heeft nog geen beheerder." in words
    assert CODE not in words


@pytest.mark.usefixtures("coordinator")
@pytest.mark.parametrize(
    "part",
    ["", "/wijzigen", "/vervallen", "/aed", "/vervangen/battery", "/geschiedenis/controles"],
)
def test_a_cabinet_of_another_area_is_as_if_it_were_not_there(client: FlaskClient, part: str) -> None:
    for ref in ("HGV-002", "HGV-999"):
        assert client.get(f"/desk/kasten/{ref}{part}", headers=BROWSER).status_code == 404


@pytest.mark.usefixtures("cabinet_id")
def test_a_viewer_reads_no_reports_and_changes_nothing(
    client: FlaskClient, sign_in: Callable[..., None], see: See
) -> None:
    with transaction() as session:
        report_problem(session, "HGV-001", ReportDraft(kind=ReportKind.DAMAGED, text="Bel Piet."), now=NOW)
    sign_in("krakeel", role=Role.VIEWER)
    words = see(PAGE).words
    assert "Piet" not in words
    assert "Kast wijzigen" not in words
    see(f"{PAGE}/geschiedenis/meldingen", status=404)
    for form in ("wijzigen", "aed", "vervangen/battery", "vervallen"):
        assert client.get(f"{PAGE}/{form}", headers=BROWSER).status_code == 403
        assert client.post(f"{PAGE}/{form}", headers=BROWSER).status_code == 403


@pytest.mark.usefixtures("coordinator")
def test_what_happened_is_read_backwards_in_pages(client: FlaskClient, see: See) -> None:
    with transaction() as session:
        cabinet = session.query(Cabinet).filter_by(ref="HGV-001").one()
        for days in range(1, 61):
            day = TODAY - timedelta(days=days)
            record_inspection(session, cabinet.id, inspected_on=day, passed=days % 2 == 0, now=NOW)
    first = see(f"{PAGE}/geschiedenis/controles")
    assert first.words.count("in orde") + first.words.count("afgekeurd") == 50
    (onward,) = [link["href"] for link in first.all("a") if "ouder=" in link["href"]]
    second = see(onward)
    assert second.words.count("in orde") + second.words.count("afgekeurd") == 11
    for kind in ("wijzigingen", "meldingen", "controles"):
        see(f"{PAGE}/geschiedenis/{kind}?ouder=x", status=404)
    see(f"{PAGE}/geschiedenis/geheimen", status=404)


@pytest.mark.usefixtures("coordinator")
def test_reports_and_changes_are_told_with_who_and_when(client: FlaskClient, see: See) -> None:
    with transaction() as session:
        report_problem(session, "HGV-001", ReportDraft(kind=ReportKind.CLOSED, text="Deur dicht."), now=NOW)
    based_on = [one["value"] for one in see(f"{PAGE}/wijzigen").all("input") if one.get("name") == "based_on"]
    sent = {
        "name": "De Vonk",
        "status": "in_service",
        "lat": "52.7245",
        "lon": "6.4788",
        "based_on": based_on[0],
    }
    assert client.post(f"{PAGE}/wijzigen", data=sent, headers=BROWSER).status_code == 303
    words = see(PAGE).words
    assert "Ik kon er niet bij vandaag 14:00, nog open Deur dicht." in words
    assert "Gewijzigd: naam, openingstijden vandaag 14:00, uzelf" in words
    assert "Deur dicht." in see(f"{PAGE}/geschiedenis/meldingen").words
    assert "Gewijzigd: naam" in see(f"{PAGE}/geschiedenis/wijzigingen").words
    db.session.rollback()
