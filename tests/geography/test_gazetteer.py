import pytest
from geopy.geocoders.base import Geocoder
from hypothesis import given
from hypothesis import strategies as st

from aednet.geography.gazetteer import FoundPlace, Gazetteer, PlaceKind
from aednet.geography.points import LatLon

GAZETTEER = Gazetteer.load()
KRAKEEL = FoundPlace(name="Krakeel", kind=PlaceKind.AREA, position=LatLon(lat=52.72409, lon=6.51087))


def name_found(query: str) -> str | None:
    place = GAZETTEER.find(query)
    return None if place is None else place.name


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("Hoogeveen", "Hoogeveen"),
        ("  hOOgeveen ", "Hoogeveen"),
        ("'t Noorden", "'t Noorden"),
        ("’t noorden", "'t Noorden"),
        ("t Noorden", "'t Noorden"),
        ("Siberië", "Siberië"),
        ("siberie", "Siberië"),
        ("SIBERIE\u0308", "Siberië"),
        ("Nieuw-Moscou", "Nieuw Moscou"),
        ("nieuwmoscou", "Nieuw Moscou"),
        ("De Weide", "De Weide"),
        ("deweide", "De Weide"),
    ],
)
def test_a_place_is_found_whatever_its_spelling(query: str, name: str) -> None:
    assert name_found(query) == name


@pytest.mark.parametrize("query", ["7901", "7901 AB", "7901ab", "7901  Ab", " 7901AB "])
def test_a_postcode_is_found_with_and_without_its_letters(query: str) -> None:
    assert GAZETTEER.find(query) == FoundPlace(
        name="7901", kind=PlaceKind.POSTCODE, position=LatLon(lat=52.73267, lon=6.47106)
    )


@pytest.mark.parametrize("query", ["7900", "0790", "1012 AB", "7901 A", "7901 ABC", "79011", "79", "790"])
def test_a_postcode_that_is_unknown_or_none_finds_nothing(query: str) -> None:
    assert GAZETTEER.find(query) is None


def test_the_beginning_of_a_name_is_enough_where_only_one_begins_so() -> None:
    assert name_found("Hooge") == "Hoogeveen"
    assert name_found("nieuwer") == "Nieuweroord"
    assert GAZETTEER.find("Nieuw") is None


def test_a_whole_name_counts_before_the_beginning_of_another() -> None:
    elim_north = FoundPlace(name="Elim-Noord", kind=PlaceKind.AREA, position=LatLon(lat=52.69, lon=6.58))
    elim = FoundPlace(name="Elim", kind=PlaceKind.PLACE, position=LatLon(lat=52.68, lon=6.58))
    gazetteer = Gazetteer([elim_north, elim])
    assert gazetteer.find("elim") == elim


@pytest.mark.parametrize(
    "query", ["", "   ", "'-.", "Atlantis", "\x00", "%", "Hoogeveen centrum", "e" * 10_000]
)
def test_what_is_unknown_finds_nothing(query: str) -> None:
    assert GAZETTEER.find(query) is None
    assert GAZETTEER.geocode(query) is None
    assert GAZETTEER.suggest(query, limit=5) == []


def test_further_places_are_found_and_never_hide_the_shipped_ones() -> None:
    elim = FoundPlace(name="Elim", kind=PlaceKind.AREA, position=LatLon(lat=52.68115, lon=6.58057))
    gazetteer = Gazetteer.load([KRAKEEL, elim])
    assert gazetteer.find("krakeel") == KRAKEEL
    assert gazetteer.find("Elim") == GAZETTEER.find("Elim") != elim


def test_suggestions_begin_with_what_was_typed_in_order_of_name() -> None:
    names = [place.name for place in GAZETTEER.suggest("nieuw", limit=10)]
    assert names == ["Nieuweroord", "Nieuwlande", "Nieuw Moscou"]
    assert [place.name for place in GAZETTEER.suggest("79", limit=2)] == ["7901", "7902"]
    assert GAZETTEER.suggest("79", limit=0) == []


def test_it_answers_as_any_geocoder_of_geopy_does() -> None:
    assert isinstance(GAZETTEER, Geocoder)
    location = GAZETTEER.geocode("Hoogeveen")
    assert (location.address, location.latitude, location.longitude) == ("Hoogeveen", 52.72337, 6.47906)
    assert location.raw == {"kind": "place"}
    assert GAZETTEER.geocode("7901 AB", exactly_one=False, timeout=3)[0].address == "7901"
    assert GAZETTEER.geocode("Atlantis", exactly_one=False) is None


@given(st.text())
def test_any_text_gets_an_answer(query: str) -> None:
    found = GAZETTEER.find(query)
    assert found is None or found in GAZETTEER.suggest(found.name, limit=99)
