from pathlib import Path

import pytest

from aednet.exchange.files import InvalidFile
from aednet.exchange.headings import Field, is_heading, match_columns, read_mapping


def told(headings: str) -> dict[str, str]:
    columns = match_columns(headings.split(";"))
    return {field.value: columns.headings[at] for field, at in columns.positions.items()}


def test_the_dutch_registrys_list_is_known() -> None:
    assert told("hsn-aed-id;naam;adres;postcode;woonplaats;coordinaten;beschikbaarheid") == {
        "id": "hsn-aed-id",
        "name": "naam",
        "address": "adres",
        "postcode": "postcode",
        "place": "woonplaats",
        "coordinates": "coordinaten",
        "opening_hours": "beschikbaarheid",
    }


def test_an_extract_of_openstreetmap_is_known() -> None:
    assert told("@id;@lat;@lon;name;access;indoor;defibrillator:location;opening_hours;check_date") == {
        "id": "@id",
        "lat": "@lat",
        "lon": "@lon",
        "name": "name",
        "access": "access",
        "indoor": "indoor",
        "location": "defibrillator:location",
        "opening_hours": "opening_hours",
        "verified_on": "check_date",
    }


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        ("Naam;Breedtegraad;Lengtegraad", {"name", "lat", "lon"}),
        ("Bezeichnung;Breitengrad;Längengrad;Öffnungszeiten", {"name", "lat", "lon", "opening_hours"}),
        ("NAAM;Straat;Huisnummer;PLAATS", {"name", "street", "house_number", "place"}),
        ("Merk;Type;Serienummer", {"manufacturer", "model", "serial_number"}),
        (
            "Houdbaarheid elektroden;Houdbaarheid batterij;Laatste controle",
            {"pads_adult_expire_on", "battery_expires_on", "verified_on"},
        ),
        ("Kinderelektroden verlopen;Kastcode;Op slot", {"pads_child_expire_on", "access_code", "locked"}),
        (
            "Hersteller;Modell;Seriennummer;Letzte Prüfung",
            {"manufacturer", "model", "serial_number", "verified_on"},
        ),
    ],
)
def test_dutch_german_and_english_headings_are_known(headings: str, expected: set[str]) -> None:
    assert told(headings).keys() == expected


@pytest.mark.parametrize("field", list(Field)[1:])
def test_the_name_of_a_field_means_that_field(field: Field) -> None:
    assert match_columns(["ref", field.value]).positions == {Field.REF: 0, field: 1}


def test_a_place_is_the_name_only_where_nothing_else_is() -> None:
    assert told("Location;Latitude")["name"] == "Location"
    assert told("Location;Latitude;Name") == {"location": "Location", "lat": "Latitude", "name": "Name"}
    assert told("ref;Location") == {"ref": "ref", "location": "Location"}


def test_of_two_columns_for_one_field_the_more_exact_name_wins_and_the_other_is_unused() -> None:
    columns = match_columns(["Plaats", "Titel", "Naam", "Naam"])
    assert columns.positions[Field.NAME] == 2
    assert columns.unused == ("Titel", "Naam")


def test_our_own_ref_and_the_makers_id_are_two_things() -> None:
    assert told("ref;id") == {"ref": "ref", "id": "id"}


@pytest.mark.parametrize("heading", ["nr", "fid", "nummer", "objectid", "batterij", "code", ""])
def test_what_could_mean_anything_is_not_a_known_heading(heading: str) -> None:
    assert not is_heading(heading)


def mapping(tmp_path: Path, content: str) -> dict[str, Field | None]:
    path = tmp_path / "mapping.csv"
    path.write_text(content)
    return read_mapping(path)


def test_a_mapping_goes_before_what_is_recognised(tmp_path: Path) -> None:
    given = mapping(tmp_path, "heading,field\nGebouwnaam,name\nNaam,\n")
    columns = match_columns(["Naam", "GEBOUWNAAM", "lat"], given)
    assert columns.positions == {Field.NAME: 1, Field.LAT: 2}
    assert columns.unused == ("Naam",)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("heading,field\nNaam,naam\n", 'the field "naam"; there are: ref, id, name'),
        ("heading,field\nNaam,name\nTitel,name\n", "Row 3 of the mapping repeats"),
        ("heading,field\nNaam,name\nNAAM,lat\n", "Row 3 of the mapping repeats"),
        ("heading,field,x\nNaam,name,1\n", "two columns"),
        ("heading,field\nNaam\n", "Row 2 of the mapping has 1 cells"),
        ("kop,veld\n", "no heading that is known"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(tmp_path: Path, content: str, says: str) -> None:
    with pytest.raises(InvalidFile, match=says):
        mapping(tmp_path, content)


def test_a_mapping_of_a_heading_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidFile, match='"Gebouw", which the file has not'):
        match_columns(["Naam"], {"Gebouw": Field.NAME})
