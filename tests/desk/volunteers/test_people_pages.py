import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import unquote

import pytest
from apiflask import APIFlask
from werkzeug.test import TestResponse

from aednet.accounts.rules import Role
from aednet.base.transactions import transaction
from aednet.cabinets.guarding.services import appoint_guardian
from aednet.cabinets.rules import GuardianRole
from aednet.volunteers.rules import Role as VolunteerRole
from tests.desk.reading import Page
from tests.factories import TODAY, make_cabinet

Ask = Callable[..., TestResponse]
Add = Callable[..., int]


def names(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200
    tables = Page(answer.text).tables
    return [re.sub(r" nr\. \d+$", "", line[0]) for line in tables[0][1:]] if tables else []


@pytest.mark.usefixtures("coordinator")
def test_the_list_holds_those_of_the_callers_areas_alone(ask: Ask, add: Add) -> None:
    add(1)
    add(2, lon=6.49)
    assert names(ask()) == ["Anna Voorbeeld 1"]


@pytest.mark.usefixtures("coordinator")
def test_the_list_is_narrowed_by_what_people_do_and_how_their_certificate_stands(ask: Ask, add: Add) -> None:
    add(1)
    add(2, course_on=TODAY - timedelta(days=320))
    add(3, course_on=TODAY - timedelta(days=700))
    add(4, course_on=None, roles={VolunteerRole.GUARDIAN})
    one, two, three, four = (f"Anna Voorbeeld {number}" for number in range(1, 5))
    assert names(ask()) == [one, two, three, four]
    assert names(ask(certificaat="current")) == [two, one]
    assert names(ask(certificaat="soon")) == [two]
    assert names(ask(certificaat="lapsed")) == [three]
    assert names(ask(certificaat="none")) == [four]
    assert names(ask(volgorde="lapse")) == [three, two, one]
    assert names(ask(rol="guardian")) == [four]
    assert names(ask(stand="paused")) == []
    assert names(ask(smederij="west", stand="new", rol="responder")) == [one, two, three]


@pytest.mark.usefixtures("coordinator")
@pytest.mark.parametrize(
    "query",
    [
        {"smederij": "oost"},
        {"smederij": "nergens"},
        {"rol": "chef"},
        {"na": "x"},
        {"na": "17~17"},
        {"volgorde": "lapse", "na": "17"},
    ],
)
def test_what_no_link_of_ours_asks_is_not_there(ask: Ask, query: dict[str, str]) -> None:
    assert ask(**query).status_code == 404


@pytest.mark.usefixtures("coordinator")
def test_people_are_found_by_words_of_the_name_number_and_address_and_never_by_the_url(
    ask: Ask, add: Add
) -> None:
    add(1, name="Ida de Groot", email="ida@aednet.example")
    add(2, name="Jan de Groot")
    add(3, name="Ida de Groot", lon=6.49)
    for text in ("groot IDA", "06-12340001", "IDA@aednet.example"):
        answer = ask("/zoeken", data={"wie": text})
        assert names(answer) == ["Ida de Groot"], text
    assert names(ask("/zoeken", data={"wie": "de groot"})) == ["Ida de Groot", "Jan de Groot"]
    assert "Niemand gevonden" in Page(ask("/zoeken", data={"wie": "Gro"}).text).words
    assert "Vul in wie u zoekt" in Page(ask("/zoeken", data={"wie": " "}).text).words
    assert ask("/zoeken", wie="ida").status_code in {404, 405}


def test_a_long_list_goes_on_from_page_to_page_and_leaves_nobody_out(
    ask: Ask, add: Add, sign_in: Callable[..., None]
) -> None:
    sign_in()
    for number in range(1, 120):
        add(number, course_on=TODAY - timedelta(days=number % 7))
    for query in ({}, {"volgorde": "lapse"}, {"certificaat": "current", "rol": "responder"}):
        seen: list[str] = []
        asked: dict[str, object] = dict(query)
        while True:
            answer = ask(**asked)
            seen += names(answer)
            behind = re.search(r'href="/desk/mensen\?[^"]*na=([^"&]+)', answer.text)
            if behind is None:
                break
            asked = {**query, "na": unquote(behind[1])}
        assert len(seen) == len(set(seen)) == 119


@pytest.mark.usefixtures("coordinator")
def test_the_page_of_a_volunteer_tells_all_that_is_known_of_them(ask: Ask, add: Add) -> None:
    somebody = add(1, note="heeft een sleutel", available="Mo-Fr 18:00-23:00", email="a@aednet.example")
    with transaction() as session:
        cabinet = make_cabinet(session, name="Buurthuis")
        appoint_guardian(session, cabinet, somebody, role=GuardianRole.GUARDIAN, today=TODAY)
    words = Page(ask(f"/{somebody}").text).words
    for told in (
        "Anna Voorbeeld 1",
        "+31 6 12340001",
        "a@aednet.example",
        "West",
        "heeft een sleutel",
        "Doordeweeks ’s avonds",
        "Buurthuis",
        "beheerder sinds",
        "Toestemming gegeven, zelf, op de pagina",
        "Aangemeld",
    ):
        assert told in words


@pytest.mark.usefixtures("coordinator")
def test_the_history_goes_back_page_by_page(ask: Ask, add: Add) -> None:
    somebody = add(1)
    for _ in range(12):
        for step in ("pauze", "meedoen"):
            assert ask(f"/{somebody}/stand", data={"stap": step}).status_code == 303
    page = ask(f"/{somebody}").text
    assert Page(page).words.count("Gewijzigd: stand") == 20
    older = re.search(r"ouder=([^\"#]+)", page)
    assert older is not None
    rest = Page(ask(f"/{somebody}", ouder=unquote(older[1])).text).words
    assert (rest.count("Gewijzigd: stand"), rest.count("Aangemeld")) == (4, 1)


@pytest.mark.parametrize("path", ["", "/wijzigen", "/wissen"])
def test_who_lives_elsewhere_is_not_there(
    ask: Ask, add: Add, sign_in: Callable[..., None], path: str
) -> None:
    somebody = add(1, lon=6.49)
    sign_in("west", role=Role.COORDINATOR)
    assert ask(f"/{somebody}{path}").status_code == 404
    assert ask("/2147483647").status_code == 404
    assert ask("/99999999999").status_code == 404


@pytest.mark.parametrize("path", ["", "/1", "/1/wijzigen", "/1/wissen", "/nieuw"])
def test_who_only_looks_sees_nobody(
    app: APIFlask, ask: Ask, add: Add, sign_in: Callable[..., None], path: str
) -> None:
    add(1)
    sign_in("west", role=Role.VIEWER)
    assert ask(path).status_code == 403
