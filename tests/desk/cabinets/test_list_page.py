import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from aednet.accounts.rules import Role
from aednet.base.transactions import transaction
from aednet.cabinets.rules import Status
from tests.desk.conftest import BROWSER
from tests.desk.reading import Page
from tests.factories import TODAY, make_area_draft, make_areas, make_cabinet

SignIn = Callable[..., None]
See = Callable[..., Page]
PAGE = "/desk/kasten"


@pytest.fixture
def network(app: APIFlask) -> None:
    """Five cabinets in Krakeel that differ in state, one in Wolfsbos, and one in no area."""
    make_areas(make_area_draft(width=0.08), make_area_draft("wolfsbos", west=6.48))
    with transaction() as session:
        make_cabinet(session, "HGV-001", lon=6.45, name="Buurthuis De Vonk", address="Kerkweg 3")
        make_cabinet(session, "HGV-002", lon=6.45, inspected_on=TODAY - timedelta(days=60))
        make_cabinet(session, "HGV-003", lon=6.45, pads_expire_on=TODAY + timedelta(days=9))
        make_cabinet(session, "HGV-004", lon=6.45, inspected_on=None)
        make_cabinet(session, "HGV-005", lon=6.45, status=Status.RETIRED)
        make_cabinet(session, "HGV-006", lon=6.52)
        make_cabinet(session, "HGV-007", lon=6.7)


def refs(page: Page) -> list[str]:
    """Return the references in the table of a page, in its order."""
    return [match[0] for line in page.tables[0][1:] if (match := re.search(r"HGV-\d+", line[0]))]


@pytest.mark.usefixtures("network")
def test_a_coordinator_reads_their_areas_by_number_with_state_and_days(sign_in: SignIn, see: See) -> None:
    sign_in("krakeel", role=Role.COORDINATOR)
    page = see(PAGE)
    assert refs(page) == ["HGV-001", "HGV-002", "HGV-003", "HGV-004"]
    assert page.tables[0][1] == [
        "Buurthuis De Vonk HGV-001, Kerkweg 3",
        "Krakeel",
        "Toestand: Gereed Gecontroleerd: vandaag",
        "do 24 december",
        "di 31 december 2030",
        "nee",
    ]
    assert page.tables[0][2][2] == "Toestand: Te laat Gecontroleerd: 60 dagen geleden"
    assert page.tables[0][4][2:4] == ["Toestand: Onbekend Nog niet gecontroleerd", "nu"]
    assert "/desk/kasten/HGV-001" in [link["href"] for link in page.all("a")]


@pytest.mark.usefixtures("network")
def test_an_administrator_reads_all_but_what_is_retired(sign_in: SignIn, see: See) -> None:
    sign_in()
    assert refs(see(PAGE)) == ["HGV-001", "HGV-002", "HGV-003", "HGV-004", "HGV-006", "HGV-007"]
    assert refs(see(f"{PAGE}?status=retired")) == ["HGV-005"]


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.COORDINATOR])
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("toestand=overdue", ["HGV-002"]),
        ("toestand=unknown", ["HGV-004"]),
        ("loopt_af=1", ["HGV-003"]),
        ("q=hgv-003", ["HGV-003"]),
        ("q=5", ["HGV-005"]),
        ("q=kerk", ["HGV-001"]),
        ("q=vonk+buurt", ["HGV-001"]),
        ("smederij=krakeel&volgorde=controle", ["HGV-004", "HGV-002", "HGV-001", "HGV-003"]),
        ("smederij=krakeel&volgorde=verval", ["HGV-003", "HGV-001", "HGV-002", "HGV-004"]),
    ],
)
def test_the_list_is_searched_filtered_and_sorted(
    sign_in: SignIn, see: See, role: Role, asked: str, found: list[str]
) -> None:
    sign_in(*([] if role is Role.ADMINISTRATOR else ["krakeel"]), role=role)
    assert refs(see(f"{PAGE}?{asked}")) == found


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize("text", ["%", "_", "kerk%25", "''", "<q>", "zzz"])
def test_signs_find_nothing_and_what_was_typed_stays(sign_in: SignIn, see: See, text: str) -> None:
    sign_in("krakeel", role=Role.COORDINATOR)
    page = see(f"{PAGE}?q={text.replace('%', '%25')}")
    assert "Er is geen kast die hierbij past." in page.words
    assert [field["value"] for field in page.all("input") if field.get("name") == "q"] == [text]


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize(
    "asked",
    [
        "smederij=wolfsbos",
        "smederij=nergens",
        "toestand=mooi",
        "status=weg",
        "volgorde=kleur",
        "na=a~b",
        "volgorde=verval&na=nooit~1",
        "volgorde=controle&na=2026-11-24~x",
    ],
)
def test_what_no_form_and_no_link_asks_is_not_there(sign_in: SignIn, see: See, asked: str) -> None:
    sign_in("krakeel", role=Role.COORDINATOR)
    see(f"{PAGE}?{asked}", status=404)


@pytest.mark.usefixtures("network")
def test_a_viewer_reads_the_list_and_adds_nothing(client: FlaskClient, sign_in: SignIn, see: See) -> None:
    sign_in("krakeel", role=Role.VIEWER)
    page = see(PAGE)
    assert len(refs(page)) == 4
    assert "Nieuwe kast" not in page.words
    assert client.get(f"{PAGE}/nieuw", headers=BROWSER).status_code == 403


def test_a_long_list_is_read_in_pages_that_skip_and_repeat_nothing(
    app: APIFlask, sign_in: SignIn, see: See
) -> None:
    make_areas()
    with transaction() as session:
        for number in range(1, 106):
            make_cabinet(session, f"HGV-{number:03d}", inspected_on=TODAY - timedelta(days=number % 7))
    sign_in("krakeel", role=Role.COORDINATOR)
    for order in ("", "volgorde=controle", "volgorde=verval"):
        read, address = [], f"{PAGE}?{order}"
        while address:
            page = see(address)
            read += refs(page)
            onward = [link["href"] for link in page.all("a") if "na=" in link["href"]]
            address = onward[0] if onward else ""
        assert len(read) == 105
        assert set(read) == {f"HGV-{number:03d}" for number in range(1, 106)}


def test_where_there_is_nothing_the_page_says_so(app: APIFlask, sign_in: SignIn, see: See) -> None:
    make_areas()
    sign_in("krakeel", role=Role.COORDINATOR)
    assert "Er zijn nog geen kasten in uw smederijen." in see(PAGE).words
