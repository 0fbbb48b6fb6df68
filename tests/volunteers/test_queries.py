from datetime import timedelta

import pytest
from apiflask import APIFlask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from aednet.base.database import db
from aednet.base.phone import PhoneNumber
from aednet.base.texts import folded
from aednet.base.transactions import transaction
from aednet.volunteers.models import Volunteer
from aednet.volunteers.queries import Sought, VolunteerFilter, find_volunteer, list_volunteers
from aednet.volunteers.rules import Status
from tests.factories import TODAY, make_area_draft, make_areas, make_volunteer

NAMES = [
    "Jan de Vries",
    "Jan-Peter de Vries",
    "Jeanne d'Arc",
    "100% Jan_2",
    "Zoë Müller",
    "O'Neill; DROP TABLE",
]


def found(text: str) -> list[str]:
    wanted = VolunteerFilter(within=None, sought=Sought.parse(text, "NL"))
    return [facts.name for facts in list_volunteers(db.session(), wanted, limit=100).volunteers]


def numbers(**wanted: object) -> list[int]:
    page = list_volunteers(db.session(), VolunteerFilter(**{"within": None} | wanted), limit=100)  # type: ignore[arg-type]
    return [facts.id for facts in page.volunteers]


@pytest.fixture
def named(app: APIFlask) -> None:
    with transaction() as session:
        for number, name in enumerate(NAMES):
            make_volunteer(session, number, name=name, email=f"n{number}@aednet.example")


@pytest.mark.usefixtures("named")
def test_somebody_is_found_by_number_address_or_all_of_some_words() -> None:
    assert found("06-1234 0002") == ["Jeanne d'Arc"]
    assert found("+31612340002") == ["Jeanne d'Arc"]
    assert found(" N4@AEDNET.example ") == ["Zoë Müller"]
    assert found("vries JAN") == ["Jan de Vries", "Jan-Peter de Vries"]
    assert found("peter vries") == ["Jan-Peter de Vries"]
    assert found("zoe muller") == ["Zoë Müller"]
    assert found("vrie") == []
    assert found("jan müller") == []
    assert found("0612349999") == []
    assert found("nobody@aednet.example") == []


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("text", ["%", "_", "'", '"', "\\", "' OR 1=1 --", "*", "?", "%@%", "_@_", " ", "\0"])
def test_no_sign_in_a_search_stands_for_anything(text: str) -> None:
    assert found(text) == []


@pytest.mark.usefixtures("named")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(
    text=st.text(max_size=12)
    | st.lists(st.sampled_from(["jan", "DE", "vries", "%", "_", "'", "Jan_2", "drop", "zoë"])).map(" ".join)
)
def test_a_search_finds_just_those_whose_name_has_all_its_words(text: str) -> None:
    if Sought.parse(text, "NL").phone is not None or "@" in text:
        return
    words = set(folded(text).split())
    assert found(text) == [name for name in NAMES if words and words <= set(folded(name).split())]


def test_pages_hold_everybody_once(app: APIFlask) -> None:
    with transaction() as session:
        everybody = [make_volunteer(session, number) for number in range(7)]
    seen: list[int] = []
    after = None
    for _ in range(9):
        page = list_volunteers(db.session(), VolunteerFilter(within=None), limit=3, after=after)
        seen += [facts.id for facts in page.volunteers]
        if (after := page.next_after) is None:
            break
    assert seen == everybody


def test_a_list_is_narrowed_by_area_status_and_lapse_and_never_wider_than_what_may_be_seen(
    app: APIFlask,
) -> None:
    make_areas(make_area_draft("west", width=0.08), make_area_draft("oost", west=6.48))
    with transaction() as session:
        west = make_volunteer(session, 1, lon=6.47, course_on=TODAY - timedelta(days=400))
        east = make_volunteer(session, 2, lon=6.49)
        nowhere = make_volunteer(session, 3, lon=6.7, course_on=None)
        session.get_one(Volunteer, east).status = Status.PAUSED
    assert numbers(area="west") == [west]
    assert numbers(area="nergens") == []
    assert numbers(status=Status.PAUSED) == [east]
    assert numbers(lapses_before=TODAY) == [west]
    assert numbers(lapses_before=TODAY + timedelta(days=300)) == [west, east]
    facts = find_volunteer(db.session(), west, within=None)
    assert facts is not None
    assert facts.area_id is not None
    only_west = frozenset({facts.area_id})
    assert numbers(within=only_west) == [west]
    assert numbers(within=only_west, area="oost") == []
    assert numbers(within=only_west, sought=Sought(phone=PhoneNumber(e164="+31612340002"))) == []
    assert numbers(within=frozenset()) == []
    assert numbers() == [west, east, nowhere]


def test_words_go_with_the_one_who_bore_them(app: APIFlask) -> None:
    with transaction() as session:
        make_volunteer(session, name="Ida Voorbeeld")
    assert found("ida") == ["Ida Voorbeeld"]
    with transaction() as session:
        session.execute(delete(Volunteer))
    assert found("ida") == []
