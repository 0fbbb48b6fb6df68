import pytest
from apiflask import APIFlask

from aednet.areas.places import find_place
from aednet.areas.queries import list_areas
from aednet.base.database import db
from aednet.geography.gazetteer import PlaceKind
from tests.factories import make_area_draft, make_areas


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("krakeel", "Krakeel", PlaceKind.AREA),
        (" KRA ", "Krakeel", PlaceKind.AREA),
        ("Pesse", "Pesse", PlaceKind.PLACE),
        ("7901 AB", "7901", PlaceKind.POSTCODE),
    ],
)
def test_an_area_a_village_or_a_postcode_is_found(
    app: APIFlask, text: str, name: str, kind: PlaceKind
) -> None:
    make_areas()
    place = find_place(list_areas(db.session()), text)
    assert place is not None
    assert (place.name, place.kind) == (name, kind)


@pytest.mark.parametrize("text", ["", "  ", "%", "Nergenshuizen", "12", "\0"])
def test_what_names_no_place_finds_none(app: APIFlask, text: str) -> None:
    make_areas()
    assert find_place(list_areas(db.session()), text) is None


def test_an_area_is_found_by_the_name_it_has_now(app: APIFlask) -> None:
    make_areas(make_area_draft(name="Anders"))
    assert find_place(list_areas(db.session()), "krakeel") is None
    assert find_place(list_areas(db.session()), "anders") is not None
