import re
from collections.abc import Callable
from typing import Any

import pytest
from apiflask import APIFlask

from aednet.accounts.rules import Role as AccountRole
from aednet.base.transactions import transaction
from aednet.cabinets.guarding.services import appoint_guardian
from aednet.cabinets.rules import GuardianRole
from aednet.volunteers.arrivals import Registrar
from aednet.volunteers.rules import ConsentWay, Role, Status
from tests.desk.reading import Page
from tests.factories import TODAY, make_area_draft, make_areas, make_cabinet, make_volunteer

Look = Callable[..., Page]
SignIn = Callable[..., None]

SOMEBODY = Registrar(actor="test", way=ConsentWay.COORDINATOR, status=Status.ACTIVE, within=None)
KRAKEEL: dict[str, Any] = {"lat": 52.7245, "lon": 6.4700}
WOLFSBOS: dict[str, Any] = {"lat": 52.7245, "lon": 6.5200}
NORTH: dict[str, Any] = {"lat": 52.7500}  # 2.8 km from the cabinets


@pytest.fixture
def cabinets(app: APIFlask) -> dict[str, int]:
    """A cabinet in each of two areas, by reference."""
    make_areas(make_area_draft(width=0.08), make_area_draft("wolfsbos", west=6.48))
    with transaction() as session:
        return {
            ref: make_cabinet(session, ref, **place)
            for ref, place in (("HGV-001", KRAKEEL), ("HGV-002", WOLFSBOS))
        }


def make_people(*people: dict[str, Any]) -> list[int]:
    with transaction() as session:
        return [
            make_volunteer(session, number, by=SOMEBODY, **who) for number, who in enumerate(people, start=1)
        ]


def lines_of(page: Page, title: str) -> list[list[str]]:
    """The lines of the table whose first column has this title; that of areas has more columns."""
    (found,) = [table for table in page.tables if table[0][0] == title and len(table[0]) < 6]
    return found[1:]


def test_responders_of_every_area_count_round_a_cabinet_fewest_first_in_words(
    cabinets: dict[str, int], sign_in: SignIn, look: Look
) -> None:
    make_people(
        *([KRAKEEL] * 12),
        *([WOLFSBOS] * 16),
        KRAKEEL | {"roles": {Role.FETCHER}},
        KRAKEEL | {"course_on": None},
    )
    sign_in()
    page = look()
    assert lines_of(page, "AED-kast") == [
        ["Buurthuis HGV-001", "Krakeel", "12", "genoeg"],
        ["Buurthuis HGV-002", "Wolfsbos", "16", "ruim"],
    ]
    assert "Genoeg is 12 tot 15. 0 van de 2 kasten hebben er te weinig." in page.words


def test_too_few_is_said_so_and_another_area_is_not_shown(
    cabinets: dict[str, int], sign_in: SignIn, look: Look
) -> None:
    make_people(KRAKEEL)
    sign_in("krakeel", role=AccountRole.VIEWER)
    page = look()
    assert lines_of(page, "AED-kast") == [["Buurthuis HGV-001", "Krakeel", "minder dan 10", "te weinig"]]
    assert "1 van de 1 kasten heeft er te weinig." in page.words


def test_responders_per_1000_inhabitants_are_those_who_may_be_called_out_that_day(
    cabinets: dict[str, int], sign_in: SignIn, look: Look
) -> None:
    make_people(KRAKEEL, KRAKEEL | NORTH, KRAKEEL | {"course_on": TODAY.replace(year=2025)}, WOLFSBOS)
    sign_in()
    per_1000 = {line[0]: line[-1] for line in look(day="tuesday").tables[0][1:]}
    assert per_1000 == {"Krakeel": "3,0", "Wolfsbos": "1,0", "Samen": "2,0"}
    the_day_after = {line[0]: line[-1] for line in look(day="wednesday").tables[0][1:]}
    assert the_day_after["Krakeel"] == "2,0"


def test_volunteers_without_a_cabinet_in_reach_are_counted_by_area_and_never_named(
    cabinets: dict[str, int], sign_in: SignIn, look: Look
) -> None:
    make_people(KRAKEEL, KRAKEEL | NORTH, KRAKEEL | NORTH, WOLFSBOS | NORTH)
    sign_in()
    page = look()
    assert lines_of(page, "Smederij") == [["Krakeel", "2"], ["Wolfsbos", "1"]]
    assert "3 van de 4 vrijwilligers hebben geen kast binnen 500 m van huis" in page.words
    assert "Voorbeeld" not in page.words.replace("Voorbeeldgegevens", "")
    assert "Geen: iedereen heeft een kast binnen 3,0 km." in look(radius=3_000).words


def test_whoever_looks_after_one_area_gets_the_counts_of_that_alone(
    cabinets: dict[str, int], sign_in: SignIn, look: Look
) -> None:
    make_people(KRAKEEL, KRAKEEL | NORTH, WOLFSBOS | NORTH, WOLFSBOS | NORTH)
    sign_in("krakeel", role=AccountRole.VIEWER)
    page = look()
    assert lines_of(page, "Smederij") == [["Krakeel", "minder dan 10"]]
    assert "minder dan 10 van de minder dan 10 vrijwilligers" in page.words


def test_whoever_lives_in_no_area_is_counted_for_those_who_see_everything(
    cabinets: dict[str, int], sign_in: SignIn, look: Look
) -> None:
    make_people(KRAKEEL | {"lat": 52.85})
    sign_in()
    assert lines_of(look(), "Smederij") == [["buiten de smederijen", "1"]]


def test_the_nearest_willing_are_suggested_as_guardians_by_name_and_distance(
    cabinets: dict[str, int], sign_in: SignIn, look: Look
) -> None:
    willing = {"roles": {Role.GUARDIAN}}
    people = make_people(
        WOLFSBOS | willing | {"name": "Bea Voorbeeld"},
        WOLFSBOS | willing | {"name": "Cor Voorbeeld", "lat": 52.7270},
        WOLFSBOS | willing | {"name": "Dirk Voorbeeld", "lat": 52.7300},
        KRAKEEL | willing | {"name": "Els Voorbeeld"},
        WOLFSBOS | {"name": "Fop Voorbeeld"},
    )
    with transaction() as session:
        appoint_guardian(session, cabinets["HGV-001"], people[3], role=GuardianRole.GUARDIAN, today=TODAY)
        appoint_guardian(session, cabinets["HGV-002"], people[0], role=GuardianRole.DEPUTY, today=TODAY)
    sign_in()
    told = look().words.split("Kasten zonder beheerder")[1]
    assert "Buurthuis HGV-002 Wolfsbos Bea Voorbeeld 0 m Cor Voorbeeld 280 m Dirk Voorbeeld 610 m" in told
    assert "HGV-001" not in told
    assert "Els" not in told
    assert "Fop" not in told


def test_a_coordinator_is_told_of_the_people_of_their_own_areas_though_others_live_nearer(
    cabinets: dict[str, int], sign_in: SignIn, look: Look
) -> None:
    willing = {"roles": {Role.GUARDIAN}}
    others = [{"lon": 6.481} | willing | {"name": f"Bea {letter} Voorbeeld"} for letter in "ABC"]
    make_people(KRAKEEL | NORTH | willing | {"name": "Els Voorbeeld"}, *others)
    sign_in("krakeel", role=AccountRole.COORDINATOR)
    words = look().words
    assert "Buurthuis HGV-001 Krakeel Els Voorbeeld 2,8 km" in words
    assert "Bea" not in words


@pytest.mark.parametrize(("number", "told"), [(8, None), (12, "Toon alles (14)"), (120, "Toon alles (99+)")])
def test_of_many_cabinets_without_guardian_the_first_are_told_and_the_way_leads_to_all(
    cabinets: dict[str, int], sign_in: SignIn, look: Look, number: int, told: str | None
) -> None:
    with transaction() as session:
        for ref in range(number, 0, -1):
            make_cabinet(session, f"HGV-{ref + 100}", **WOLFSBOS)
    sign_in()
    page = look()
    part = page.words.split("Kasten zonder beheerder")[1]
    assert re.findall(r"HGV-\d+", part) == ["HGV-001", "HGV-002", *(f"HGV-{ref}" for ref in range(101, 109))]
    assert re.findall(r"Toon alles \(.*?\)", part) == ([] if told is None else [told])
    leads_on = "/desk/kasten?zonder_beheerder=1" in [link.get("href") for link in page.all("a")]
    assert leads_on == (told is not None)


def test_whoever_looks_after_one_area_is_told_of_its_cabinets_without_guardian_alone(
    cabinets: dict[str, int], sign_in: SignIn, look: Look
) -> None:
    with transaction() as session:
        make_cabinet(session, "HGV-003", **KRAKEEL)
    sign_in("krakeel", role=AccountRole.COORDINATOR)
    part = look().words.split("Kasten zonder beheerder")[1]
    assert re.findall(r"HGV-\d+", part) == ["HGV-001", "HGV-003"]


def test_a_viewer_sees_counts_and_no_names(cabinets: dict[str, int], sign_in: SignIn, look: Look) -> None:
    make_people(KRAKEEL | {"roles": {Role.GUARDIAN}, "name": "Els Voorbeeld"})
    sign_in("krakeel", "wolfsbos", role=AccountRole.VIEWER)
    words = look().words
    assert "Els" not in words
    assert "Kasten zonder beheerder" not in words
    assert "Hulpverleners rond elke kast" in words


def test_a_network_without_people_says_so(cabinets: dict[str, int], sign_in: SignIn, look: Look) -> None:
    sign_in("krakeel", role=AccountRole.COORDINATOR)
    words = look().words
    assert "Er zijn nog geen vrijwilligers in uw smederijen." in words
    assert "Er is in uw smederijen nog niemand die een kast wil nakijken." in words


def test_whoever_may_not_see_people_cannot_find_a_home_by_trying_radii(
    cabinets: dict[str, int], sign_in: SignIn, look: Look
) -> None:
    make_people(KRAKEEL | {"lat": KRAKEEL["lat"] + 700 / 111_260})
    sign_in("krakeel", role=AccountRole.VIEWER)
    told = {tuple(map(tuple, lines_of(look(radius=radius), "Smederij"))) for radius in (300, 699, 701, 5_000)}
    assert told == {(("Krakeel", "minder dan 10"),)}
