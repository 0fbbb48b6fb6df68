import csv
import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from apiflask import APIFlask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import delete

from aednet.base.context import current
from aednet.base.database import db
from aednet.base.texts import BIDIRECTIONAL_OVERRIDES, Name, Note
from aednet.base.transactions import transaction
from aednet.cabinets import queries
from aednet.cabinets.drafts import DeviceDraft
from aednet.cabinets.models import Cabinet
from aednet.cabinets.rules import Access, Status
from aednet.cabinets.services import put_device
from aednet.exchange import cabinets_out
from aednet.exchange.cabinets_in import import_cabinets
from aednet.exchange.cabinets_out import Format, export_cabinets
from aednet.exchange.reports import ImportReport
from tests.factories import FAR_OFF, NOW, TODAY, make_areas, make_cabinet, make_cabinets

CODE = "geheim-1234"


def export(form: Format = Format.CSV) -> str:
    content = b"".join(export_cabinets(db.session(), form, today=TODAY)).decode()
    db.session.rollback()
    return content


def rows(content: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"), newline=""), delimiter=";"))


def take(path: Path, content: str) -> ImportReport:
    path.write_bytes(content.encode())
    with transaction() as session:
        return import_cabinets(session, path, source="own", settings=current().settings, now=NOW, today=TODAY)


@pytest.fixture
def store(app: APIFlask) -> Callable[..., None]:
    """Store one cabinet."""

    def store_one(ref: str = "HGV-001", **facts: Any) -> None:
        with transaction() as session:
            make_cabinet(session, ref, **facts)

    return store_one


Store = Callable[..., None]


def test_csv_opens_in_a_dutch_excel(store: Store) -> None:
    store(lat=52.7, lon=6.5)
    content = export()
    assert content.startswith("\ufeffref;name;lat;lon;")
    assert "\r\nHGV-001;Buurthuis HGV-001;52.7000000;6.5000000;in_service;" in content


@pytest.mark.parametrize("form", [form for form in Format if form is not Format.XLSX])
def test_a_retired_cabinet_and_an_access_code_are_in_no_export(store: Store, form: Format) -> None:
    store(access_code=CODE)
    store("HGV-002", status=Status.RETIRED)
    content = export(form)
    assert "HGV-001" in content
    assert "HGV-002" not in content
    assert CODE not in content
    assert "code" not in content


def test_every_other_status_is_exported(store: Store) -> None:
    for number, status in enumerate(set(Status) - {Status.RETIRED}):
        store(f"HGV-{number}", status=status)
    assert {row["status"] for row in rows(export())} == set(Status) - {Status.RETIRED}


@pytest.mark.parametrize("name", ["=1+1", "+31612345678", "-1", "@SUM(A1)", "＝1"])
def test_no_spreadsheet_calculates_what_is_exported(store: Store, name: str) -> None:
    store(name=name)
    assert rows(export())[0]["name"] == f"'{name}"


def test_a_cabinet_outside_every_area_has_none(store: Store) -> None:
    make_areas()
    store()
    store("HGV-002", lon=6.6)
    assert [row["area"] for row in rows(export())] == ["krakeel", ""]


def test_geojson_is_what_the_api_answers_of_each(store: Store) -> None:
    store(lat=52.7, lon=6.5)
    store("HGV-002", status=Status.PLANNED)
    layer = json.loads(export(Format.GEOJSON))
    assert layer["type"] == "FeatureCollection"
    assert [feature["properties"]["status"] for feature in layer["features"]] == ["in_service", "planned"]
    assert layer["features"][0]["geometry"] == {"type": "Point", "coordinates": [6.5, 52.7]}


@pytest.mark.parametrize("form", [Format.GEOJSON, Format.OSM])
def test_an_empty_network_is_a_valid_file(app: APIFlask, form: Format) -> None:
    content = export(form)
    if form is Format.OSM:
        assert len(xml(content)) == 0
    else:
        assert json.loads(content)["features"] == []


def xml(content: str) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314 - what we wrote ourselves


def osm_tags(content: str) -> list[dict[str, str]]:
    nodes = xml(content).iter("node")
    return [{tag.attrib["k"]: tag.attrib["v"] for tag in node} for node in nodes]


def test_osm_has_the_tags_of_a_defibrillator(store: Store) -> None:
    store(
        name='Café "De Kiel" & zo',
        location="naast de deur\nachter glas",
        access=Access.CUSTOMERS,
        locked=False,
        indoor=True,
        inspected_on=date(2026, 11, 1),
    )
    content = export(Format.OSM)
    assert osm_tags(content) == [
        {
            "emergency": "defibrillator",
            "ref": "HGV-001",
            "description": 'Café "De Kiel" & zo',
            "access": "customers",
            "opening_hours": "24/7",
            "indoor": "yes",
            "locked": "no",
            "emergency:phone": "112",
            "defibrillator:location": "naast de deur achter glas",
            "check_date": "2026-11-01",
        }
    ]
    root = xml(content)
    assert root.attrib["upload"] == "never"
    assert root[0].attrib == {"id": "-1", "lat": "52.7245000", "lon": "6.4788000", "visible": "true"}


@pytest.mark.parametrize(
    ("status", "key"),
    [
        (Status.PLANNED, "proposed:emergency"),
        (Status.OUT_OF_SERVICE, "disused:emergency"),
        (Status.MISSING, "removed:emergency"),
    ],
)
def test_osm_shows_nothing_as_a_help_that_is_none(store: Store, status: Status, key: str) -> None:
    store(status=status)
    tags = osm_tags(export(Format.OSM))[0]
    assert tags[key] == "defibrillator"
    assert "emergency" not in tags


def test_osm_gets_no_hours_that_nobody_can_read_and_is_told_of_examples(store: Store) -> None:
    store(opening_hours="na afspraak", is_example=True)
    tags = osm_tags(export(Format.OSM))[0]
    assert "opening_hours" not in tags
    assert "example" in tags["note"]


def test_osm_values_are_short_enough_for_its_api(store: Store) -> None:
    store(location="x" * 400)
    assert len(osm_tags(export(Format.OSM))[0]["defibrillator:location"]) == 255


def test_an_export_goes_through_all_pages(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "BATCH", 3)
    monkeypatch.setattr(cabinets_out, "BATCH", 2)
    for number in range(8):
        store(f"HGV-{number}", battery_expires_on=date(2030, 1, 1 + number))
    assert [row["battery_expires_on"] for row in rows(export())] == [f"2030-01-0{day}" for day in range(1, 9)]


def accepted_by(kind: Any) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            TypeAdapter(kind).validate_python(text)
        except ValidationError:
            return False
        return True

    return check


LETTERS = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters=BIDIRECTIONAL_OVERRIDES)
SPECIAL = st.sampled_from(
    ["=", "+", "-", "@", "'", "''=", '"', ";", "NA", "null", "ja", "\n", "\r\n", "\t", "é"]
)
TEXT = st.lists(LETTERS | SPECIAL, min_size=1, max_size=12).map("".join)
NAMES = TEXT.filter(accepted_by(Name))
NOTES = TEXT.filter(accepted_by(Note))
DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))
YES_NO = st.none() | st.booleans()
CABINETS = st.fixed_dictionaries(
    {
        "name": NAMES,
        "lat": st.floats(51, 53),
        "lon": st.floats(4, 7),
        "status": st.sampled_from(sorted(set(Status) - {Status.RETIRED})),
        "address": st.none() | NAMES,
        "location": st.none() | NOTES,
        "access": st.none() | st.sampled_from(Access),
        "locked": YES_NO,
        "indoor": YES_NO,
        "opening_hours": st.none() | st.just("Mo-Fr 08:00-18:00") | NOTES,
        "inspected_on": st.none() | st.dates(date(1990, 1, 1), TODAY),
        "passed": st.booleans(),
        "is_example": st.booleans(),
    }
)
DEVICES = st.builds(
    DeviceDraft,
    manufacturer=st.none() | NAMES,
    model=st.none() | NAMES,
    serial_number=st.none() | NAMES,
    in_use_since_on=st.none() | DAYS,
    pads_adult_expire_on=st.none() | DAYS,
    pads_child_expire_on=st.none() | DAYS,
    battery_expires_on=st.none() | DAYS,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CABINETS, DEVICES), max_size=4))
def test_what_was_exported_is_imported_to_the_last_letter(
    app: APIFlask, tmp_path: Path, cabinets: list[tuple[dict[str, Any], DeviceDraft]]
) -> None:
    clear()
    with transaction() as session:
        for number, (facts, device) in enumerate(cabinets):
            cabinet_id = make_cabinet(session, f"HGV-{number:03}", **facts)
            put_device(session, cabinet_id, device, fields=DeviceDraft.model_fields)
    exported = export()
    again = take(tmp_path / "again.csv", exported)
    assert (again.unchanged, len(again.refused)) == (len(cabinets), 0)
    clear()
    report = take(tmp_path / "own.csv", exported)
    assert (report.new, report.refused) == (len(cabinets), ())
    assert export() == exported


def clear() -> None:
    with transaction() as session:
        session.execute(delete(Cabinet))


def test_excel_gets_text_as_text_and_days_as_days(app: APIFlask) -> None:
    make_cabinets({"name": "=1+1", "location": "+31 hoek"}, {"status": Status.RETIRED})
    pieces = export_cabinets(db.session(), Format.XLSX, today=TODAY)
    sheet = load_workbook(io.BytesIO(b"".join(pieces))).active
    headings, *rows = sheet.iter_rows()
    cells = dict(zip([cell.value for cell in headings], rows[0], strict=True))
    assert len(rows) == 1
    assert (cells["name"].value, cells["name"].data_type) == ("=1+1", "s")
    assert cells["location"].value == "+31 hoek"
    assert cells["battery_expires_on"].value.date() == FAR_OFF
    assert "access_code" not in cells
