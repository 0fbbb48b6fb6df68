import logging
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from aednet.accounts.rules import Role
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.cabinets.care.after_use import begin_after_use
from aednet.cabinets.care.checklist import Answer, Item
from aednet.cabinets.care.inspections import log_inspection
from aednet.cabinets.device_models import DEVICE_LASTS
from aednet.cabinets.drafts import DeviceDraft, InspectionDraft, ReportDraft
from aednet.cabinets.guarding.services import appoint_guardian
from aednet.cabinets.models import Cabinet, ProblemReport
from aednet.cabinets.rules import GuardianRole, ReportKind, Status
from aednet.cabinets.services import put_device, report_problem
from aednet.desk.todo.urgency import Band, Kind
from aednet.desk.todo.view import PAGE as LINES
from tests.desk.conftest import BROWSER
from tests.desk.reading import Page
from tests.factories import NOW, TODAY, make_area_draft, make_areas, make_cabinet, make_volunteer

SignIn = Callable[..., None]
See = Callable[..., Page]
PAGE = "/desk"
BANDS = [
    "Hier wacht iemand op",
    "Hier kunt u nu niet op rekenen",
    "Te laat",
    "Binnenkort",
    "Nog te regelen",
]


@pytest.fixture
def areas(app: APIFlask) -> None:
    """Two areas beside each other."""
    make_areas(make_area_draft(width=0.08), make_area_draft("wolfsbos", west=6.48))


@pytest.fixture
def see(client: FlaskClient) -> See:
    """Read the page as the browser of whoever is signed in."""

    def see(*, status: int = 200, **query: object) -> Page:
        answer = client.get(PAGE, query_string=query, headers=BROWSER)
        assert answer.status_code == status
        return Page(answer.text)

    return see


def in_days(days: int) -> Any:
    return TODAY + timedelta(days=days)


def add(
    ref: str = "HGV-001",
    *,
    child_pads: int | None = None,
    device_age: timedelta | None = None,
    guarded: bool = True,
    status: Status = Status.IN_SERVICE,
    lon: float = 6.45,
    **changes: Any,
) -> int:
    """Store a cabinet of Krakeel with which nothing is amiss but what is said; returns its id."""
    with transaction() as session:
        cabinet_id = make_cabinet(session, ref, lon=lon, status=status, **changes)
        device = DeviceDraft(
            pads_child_expire_on=None if child_pads is None else in_days(child_pads),
            in_use_since_on=None if device_age is None else TODAY - device_age,
        )
        put_device(session, cabinet_id, device, fields={"pads_child_expire_on", "in_use_since_on"})
        if guarded:
            guardian = make_volunteer(session, cabinet_id, roles={"guardian"}, course_on=None)
            appoint_guardian(session, cabinet_id, guardian, role=GuardianRole.GUARDIAN, today=TODAY)
    return cabinet_id


def report(ref: str = "HGV-001", text: str = "Piet sloeg hem stuk.") -> None:
    with transaction() as session:
        report_problem(session, ref, ReportDraft(kind=ReportKind.DAMAGED, text=text), now=NOW)


def refs_in(page: Page) -> list[str]:
    return re.findall(r"HGV-\d+", page.words)


AMISS: list[tuple[dict[str, Any], int, str]] = [
    ({"status": Status.MISSING}, 1, "de AED is weg"),
    ({"status": Status.OUT_OF_SERVICE}, 1, "buiten gebruik gezet"),
    ({"passed": False}, 1, "afgekeurd bij de laatste controle"),
    ({"pads_expire_on": in_days(-1)}, 1, "elektroden verlopen, houdbaar tot en met ma 23 november"),
    (
        {"pads_expire_on": in_days(-1), "battery_expires_on": in_days(-2)},
        1,
        (
            "elektroden verlopen, houdbaar tot en met ma 23 november, "
            "batterij verlopen, houdbaar tot en met zo 22 november"
        ),
    ),
    ({"pads_expire_on": in_days(0)}, 3, "elektroden houdbaar tot en met di 24 november"),
    ({"battery_expires_on": in_days(60)}, 3, "batterij houdbaar tot en met za 23 januari 2027"),
    ({"inspected_on": None}, 1, "nog nooit gecontroleerd"),
    ({"pads_expire_on": None}, 1, "de datum op de elektroden is niet bekend"),
    ({"battery_expires_on": None}, 1, "de datum op de batterij is niet bekend"),
    (
        {"pads_expire_on": None, "battery_expires_on": None},
        1,
        "de datums op elektroden en batterij zijn niet bekend",
    ),
    ({"inspected_on": in_days(-30)}, 3, "controle nodig vanaf di 24 november"),
    ({"inspected_on": in_days(-44)}, 2, "controle te laat, was nodig op di 10 november"),
    ({"child_pads": 60}, 3, "kinderelektroden houdbaar tot en met za 23 januari 2027"),
    ({"child_pads": -1}, 2, "kinderelektroden verlopen, houdbaar tot en met ma 23 november"),
    ({"device_age": DEVICE_LASTS}, 2, "de AED werd tien jaar oud op di 24 november"),
    (
        {"device_age": DEVICE_LASTS - timedelta(days=180)},
        3,
        "de AED wordt tien jaar oud op zo 23 mei 2027",
    ),
    ({"guarded": False}, 4, "heeft geen beheerder"),
    ({"opening_hours": None}, 4, "openingstijden niet bekend"),
    ({"opening_hours": "als de zon schijnt"}, 4, "openingstijden niet te lezen: „als de zon schijnt”"),
]
FINE: list[dict[str, Any]] = [
    {},
    {"status": Status.PLANNED, "inspected_on": None, "guarded": False, "opening_hours": None},
    {"status": Status.RETIRED, "pads_expire_on": in_days(-400), "guarded": False},
    {"pads_expire_on": in_days(61), "battery_expires_on": in_days(61), "child_pads": 61},
    {"inspected_on": in_days(-29)},
    {"device_age": DEVICE_LASTS - timedelta(days=181)},
]


@pytest.mark.usefixtures("areas")
def test_what_is_amiss_with_a_cabinet_stands_in_its_band_in_words(sign_in: SignIn, see: See) -> None:
    for number, (amiss, _, _) in enumerate(AMISS):
        add(f"HGV-{number:03d}", **amiss)
    sign_in("krakeel", role=Role.COORDINATOR)
    words = see().words
    for number, (_, band, said) in enumerate(AMISS):
        ref = f"HGV-{number:03d}"
        line = f"Buurthuis {ref} {ref} {said} Krakeel"
        assert words.count(f" {ref} {ref} ") == 1
        before = words[: words.index(line)]
        assert max(BANDS, key=before.rfind) == BANDS[band]
    assert f"{len(AMISS)} dingen te doen" in words


@pytest.mark.usefixtures("areas")
def test_every_line_leads_to_a_next_step_that_is_there(
    client: FlaskClient, sign_in: SignIn, see: See
) -> None:
    for number, (amiss, _, _) in enumerate(AMISS):
        add(f"HGV-{number:03d}", **amiss)
    report("HGV-003")
    with transaction() as session:
        make_volunteer(session, 99, course_on=in_days(-340), lon=6.45)
        used = session.scalars(select(Cabinet).where(Cabinet.ref == "HGV-004")).one()
        begin_after_use(session, used, actor="test", now=NOW)
    sign_in("krakeel", role=Role.COORDINATOR)
    main = client.get(PAGE, headers=BROWSER).text.split("<main")[1]
    steps = re.findall(r'<a class="button" href="([^"]+)"', main)
    assert len(steps) == main.count('class="todo-row"') > len(AMISS)
    for address in dict.fromkeys(steps):
        assert client.get(unescape(address), headers=BROWSER).status_code == 200, address


@pytest.mark.usefixtures("areas")
def test_a_finding_is_ticked_off_from_the_list(client: FlaskClient, sign_in: SignIn, see: See) -> None:
    cabinet_id = add()
    with transaction() as session:
        draft = InspectionDraft(passed=True)
        cabinet = session.get_one(Cabinet, cabinet_id)
        log_inspection(
            session, cabinet, draft, actor="test", now=NOW, today=TODAY, answers={Item.SIGNS: Answer.NOT_OK}
        )
    sign_in("krakeel", role=Role.COORDINATOR)
    page = see()
    assert "Te laat Buurthuis HGV-001 HGV-001 de borden zijn niet goed te lezen Krakeel" in page.words
    (form,) = [form for form in page.all("form") if form["action"].startswith("/desk/kasten")]
    assert client.post(form["action"], headers=BROWSER).status_code == 303
    assert "Er is nu niets te doen" in see().words


@pytest.mark.usefixtures("areas")
def test_what_can_wait_is_not_spoken_of(sign_in: SignIn, see: See) -> None:
    for number, fine in enumerate(FINE):
        add(f"HGV-{number:03d}", **fine)
    sign_in("krakeel", role=Role.COORDINATOR)
    words = see().words
    assert "Er is nu niets te doen in uw smederijen. Alles is op orde." in words
    assert "HGV-" not in words


@pytest.mark.usefixtures("areas")
def test_what_people_report_waits_for_an_answer_without_a_word_of_theirs(sign_in: SignIn, see: See) -> None:
    add()
    report()
    sign_in("krakeel", role=Role.COORDINATOR)
    page = see()
    assert (
        "Hier wacht iemand op Buurthuis HGV-001 HGV-001 De AED of de kast is kapot "
        "Krakeel · gemeld: vandaag 14:00 Lees de melding" in page.words
    )
    assert "Piet" not in page.words
    assert "/desk/meldingen" in [link["href"] for link in page.all("a")]


@pytest.mark.usefixtures("areas")
def test_a_viewer_sees_what_is_amiss_with_cabinets_and_no_people_and_nothing_to_press(
    client: FlaskClient, sign_in: SignIn, see: See
) -> None:
    add(guarded=False)
    report()
    with transaction() as session:
        make_volunteer(session, 9, course_on=in_days(-700), lon=6.45)
    sign_in("krakeel", role=Role.VIEWER)
    page = see()
    assert refs_in(page)
    assert "certificaat" not in page.words
    assert "/desk/meldingen" not in client.get(PAGE, headers=BROWSER).text
    main = client.get(PAGE, headers=BROWSER).text.split("<main")[1]
    assert "<form" not in main
    assert 'class="button"' not in main


@pytest.mark.usefixtures("areas")
def test_certificates_are_one_line_an_area_that_names_nobody(sign_in: SignIn, see: See) -> None:
    with transaction() as session:
        for number, days in enumerate((-360, -340, -335), start=1):
            make_volunteer(session, number, course_on=in_days(days), lon=6.45)
        make_volunteer(session, 4, course_on=in_days(-400), lon=6.45)
    sign_in("krakeel", role=Role.COORDINATOR)
    words = see().words
    assert "Te laat Krakeel 1 certificaat is verlopen, op di 20 oktober" in words
    assert "Binnenkort Krakeel 3 certificaten lopen af, het eerste op zo 29 november" in words
    assert "Anna" not in words
    assert "Certificaten 2" in words


@pytest.mark.usefixtures("areas")
def test_whoever_looks_after_one_area_is_told_of_that_alone(sign_in: SignIn, see: See) -> None:
    for number, lon in enumerate((6.45, 6.52, 6.7), start=1):
        add(f"HGV-00{number}", lon=lon, guarded=False)
    sign_in("krakeel", role=Role.COORDINATOR)
    assert set(refs_in(see())) == {"HGV-001"}
    assert set(refs_in(see(smederij="krakeel"))) == {"HGV-001"}
    for unknown in ("wolfsbos", "nergens"):
        see(smederij=unknown, status=404)


@pytest.mark.usefixtures("areas")
def test_an_administrator_sees_everything_and_narrows_it_by_area_and_kind(sign_in: SignIn, see: See) -> None:
    add("HGV-001", guarded=False)
    add("HGV-002", lon=6.52, guarded=False, opening_hours=None)
    add("HGV-003", lon=6.7, guarded=False)
    sign_in()
    page = see()
    assert set(refs_in(page)) == {"HGV-001", "HGV-002", "HGV-003"}
    assert "4 dingen te doen" in page.words
    assert "Zonder beheerder 3 Openingstijden 1" in page.words
    assert "Allemaal Krakeel 1 Wolfsbos 2" in page.words
    narrowed = see(smederij="wolfsbos", soort="hours")
    assert "Te doen in Wolfsbos" in narrowed.words
    assert set(refs_in(narrowed)) == {"HGV-002"}
    assert "openingstijden niet bekend" in narrowed.words
    assert "geen beheerder" not in narrowed.words
    assert "Hiervan is er nu niets te doen." in see(soort="device").words


@pytest.mark.usefixtures("areas")
def test_a_long_list_goes_on_where_it_stopped_though_things_are_done_meanwhile(
    client: FlaskClient, sign_in: SignIn, see: See
) -> None:
    with transaction() as session:
        for number in range(1, LINES + 11):
            ref = f"HGV-{number:03d}"
            make_cabinet(session, ref, lon=6.45, inspected_on=in_days(-300 + number), opening_hours="24/7")
    sign_in("krakeel", role=Role.COORDINATOR)
    first = see(soort="check")
    assert list(dict.fromkeys(refs_in(first))) == [f"HGV-{number:03d}" for number in range(1, LINES + 1)]
    (onward,) = [link["href"] for link in first.all("a") if "na=" in link["href"]]
    with transaction() as session:
        session.scalars(select(Cabinet).where(Cabinet.ref == "HGV-001")).one().status = Status.RETIRED
    second = Page(client.get(onward, headers=BROWSER).text)
    assert set(refs_in(second)) == {f"HGV-{number:03d}" for number in range(LINES + 1, LINES + 11)}
    assert "Naar het begin" in second.words


@pytest.mark.usefixtures("areas")
def test_an_address_that_no_page_leads_to_is_not_found(sign_in: SignIn, see: See) -> None:
    sign_in()
    see(soort="onzin", status=404)
    for place in (
        "onzin",
        "9~2026-11-24T00:00:00+00:00~check~1",
        "2~2026-11-24~check~1",
        "2~2026-11-24T00:00:00+14:00~check~1",
        "2~0001-01-01T00:00:00-23:00~check~1",
        "2~2026-11-24T00:00:00+00:00~check~99999999999",
    ):
        see(na=place, status=404)


@pytest.mark.usefixtures("areas")
def test_the_ends_of_time_are_places_too(sign_in: SignIn, see: See) -> None:
    sign_in()
    for at in ("0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59.999999+00:00"):
        for kind in Kind:
            see(na=f"{Band.LATE:d}~{at}~{kind}~1")
            see(na=f"{Band.SOON:d}~{at}~{kind}~1")


@pytest.mark.usefixtures("areas")
def test_without_an_area_or_without_anything_to_do_the_page_says_so(
    client: FlaskClient, sign_in: SignIn, see: See
) -> None:
    sign_in()
    assert "Er is nu niets te doen. Alles is op orde." in see().words


@pytest.mark.usefixtures("areas")
def test_beside_the_list_stands_the_reach_of_the_callers_areas_by_day_and_night(
    sign_in: SignIn, see: See
) -> None:
    add("HGV-001")
    add("HGV-002", lon=6.52, opening_hours="Mo-Su 08:00-22:00")
    sign_in("wolfsbos", role=Role.VIEWER)
    assert re.search(r"Dekking vandaag 14:00 [1-9]\d*% van de inwoners 03:00 0% van", see().words)


@pytest.mark.usefixtures("areas")
def test_markup_in_names_and_hours_is_read_and_does_nothing(
    client: FlaskClient, sign_in: SignIn, see: See
) -> None:
    add(name="<b>Buurthuis</b> & Co", opening_hours="<script>alert(1)</script>")
    sign_in("krakeel", role=Role.COORDINATOR)
    assert "<b>Buurthuis</b> & Co" in see().words
    assert "„<script>alert(1)</script>”" in see().words


@pytest.mark.usefixtures("areas")
def test_neither_log_nor_addresses_hold_what_people_said(
    client: FlaskClient, sign_in: SignIn, see: See, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    add()
    report()
    sign_in()
    page = see()
    assert db.session.scalars(select(ProblemReport)).one().text == "Piet sloeg hem stuk."
    assert "Piet" not in caplog.text + " ".join(link["href"] for link in page.all("a"))
