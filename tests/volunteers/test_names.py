import pytest
from apiflask import APIFlask

from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.volunteers import names
from aednet.volunteers.names import find_names
from tests.factories import make_area_draft, make_areas, make_volunteer


@pytest.fixture
def people(app: APIFlask) -> list[int]:
    """One volunteer in each of two areas, and one in none."""
    make_areas(make_area_draft(width=0.08), make_area_draft("wolfsbos", west=6.48))
    with transaction() as session:
        return [
            make_volunteer(session, number, name=f"Ida Voorbeeld {number}", lon=lon)
            for number, lon in enumerate((6.42, 6.5, 6.7))
        ]


def test_names_are_found_by_number_within_the_areas_asked_for(people: list[int]) -> None:
    everybody = {people[number]: f"Ida Voorbeeld {number}" for number in range(3)}
    assert find_names(db.session(), [*people, 999], within=None) == everybody
    assert find_names(db.session(), people, within=frozenset({2})) == {people[1]: "Ida Voorbeeld 1"}
    assert find_names(db.session(), people, within=frozenset()) == {}
    assert find_names(db.session(), [], within=None) == {}


def test_more_numbers_than_one_question_takes_are_asked_for_in_turns(
    people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "AT_ONCE", 2)
    assert set(find_names(db.session(), people, within=None)) == set(people)
