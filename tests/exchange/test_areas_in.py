import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from shapely.geometry import Polygon
from sqlalchemy import select

from aednet.areas.models import AreaKind
from aednet.areas.queries import list_areas
from aednet.areas.schemas import area_feature
from aednet.base.audit import AuditEvent
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.cabinets.queries import find_cabinet
from aednet.exchange import areas_in
from aednet.exchange.areas_in import RefusedAreas, import_areas, read_areas, shipped_areas
from aednet.exchange.files import InvalidFile
from aednet.exchange.reports import ImportReport, NothingKept
from aednet.geography.projection import WGS84, Projection
from aednet.geography.shipped import areas_layer
from aednet.volunteers.queries import find_volunteer
from tests.factories import NOW, make_cabinet, make_volunteer

RD = Projection.named("EPSG:28992")


def square(west: float, south: float, size: float = 0.01) -> list[list[float]]:
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(name: str, *rings: list[list[float]], **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"name": name, **properties},
        "geometry": {"type": "Polygon", "coordinates": list(rings)},
    }


def layer(*features: object, **members: object) -> dict[str, Any]:
    return {"type": "FeatureCollection", **members, "features": list(features)}


@pytest.fixture
def write(tmp_path: Path) -> Callable[[object], Path]:
    def write_one(content: object) -> Path:
        path = tmp_path / "areas.geojson"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write_one


Write = Callable[[object], Path]


@pytest.fixture
def take(app: APIFlask, write: Write) -> Callable[..., ImportReport]:
    """Import a layer, in a transaction of its own."""

    def take_one(content: object, **options: Any) -> ImportReport:
        with transaction() as session:
            return import_areas(session, write(content), settings=current().settings, now=NOW, **options)

    return take_one


Take = Callable[..., ImportReport]


def square_metres(complaint: str) -> float:
    found = re.search(r"([\d,]+) m2", complaint)
    assert found
    return float(found[1].replace(",", ""))


def on_the_ground(ring: list[list[float]]) -> float:
    return float(WGS84.geometry_area_perimeter(Polygon(ring))[0])


def counts(report: ImportReport) -> tuple[int, int, int]:
    return report.new, report.changed, report.unchanged


def complaints(path: Path) -> tuple[str, ...]:
    with pytest.raises(RefusedAreas) as refused:
        read_areas(path, projection=RD)
    return refused.value.complaints


def test_the_shipped_areas_are_twenty_four_smederijen_that_fit() -> None:
    areas = shipped_areas()
    assert [sum(area.kind is kind for area in areas) for kind in AreaKind] == [14, 10, 0]
    assert {area.boundary_source for area in areas} == {"proposal"}


def test_the_shipped_layer_can_be_imported_as_a_file(take: Take) -> None:
    assert counts(take(areas_layer())) == (24, 0, 0)
    assert counts(take(areas_layer())) == (0, 0, 24)


def test_what_the_api_answers_can_be_imported_again(take: Take) -> None:
    take(areas_layer())
    answered = layer(*map(area_feature, list_areas(db.session())))
    db.session.rollback()
    assert counts(take(answered)) == (0, 0, 24)


def test_a_bare_feature_becomes_an_area(write: Write) -> None:
    area = read_areas(write(layer(feature("'t Haagje (Oost)", square(6.4, 52.7)))), projection=RD)[0]
    assert (area.slug, area.name, area.kind) == ("t-haagje-oost", "'t Haagje (Oost)", AreaKind.OTHER)
    assert (area.population, area.name_source, area.boundary_source) == (None, "import", "import")


def test_everything_a_feature_says_is_read(write: Write) -> None:
    said = feature(
        "Krakeel",
        square(6.4, 52.7),
        slug="krakeel",
        kind="wijksmederij",
        Inwoners=4510.0,
        name_source="bewoners",
        boundary_source="bewoners",
    )
    area = read_areas(write(layer(said)), projection=RD)[0]
    assert (area.kind, area.population) == (AreaKind.NEIGHBOURHOOD, 4510)
    assert (area.name_source, area.boundary_source) == ("bewoners", "bewoners")


def test_neighbours_and_gaps_are_fine(write: Write) -> None:
    areas = layer(
        feature("a", square(6.4, 52.7)), feature("b", square(6.41, 52.7)), feature("c", square(6.5, 52.7))
    )
    assert len(read_areas(write(areas), projection=RD)) == 3


def test_an_enclave_that_is_an_area_itself_is_no_hole(write: Write) -> None:
    inner = square(6.44, 52.74)
    areas = layer(feature("a", square(6.4, 52.7, 0.1), inner[::-1]), feature("b", inner))
    assert len(read_areas(write(areas), projection=RD)) == 2


def test_overlapping_areas_are_refused_with_where_and_how_large(write: Write) -> None:
    areas = layer(feature("a", square(6.4, 52.7)), feature("b", square(6.405, 52.705)))
    (complaint,) = complaints(write(areas))
    assert re.sub(r"[\d,]+ m2", "N", complaint) == "a and b overlap by N near 52.70750, 6.40750"
    assert square_metres(complaint) == pytest.approx(on_the_ground(square(6.405, 52.705, 0.005)), rel=0.001)


def test_an_overlap_of_a_few_square_metres_is_what_tracing_makes(write: Write) -> None:
    areas = layer(feature("a", square(6.4, 52.7)), feature("b", square(6.41 - 1e-6, 52.7)))
    assert len(read_areas(write(areas), projection=RD)) == 2


def test_a_hole_is_refused_with_where_and_how_large(write: Write) -> None:
    hole = square(6.404, 52.704, 0.002)
    (complaint,) = complaints(write(layer(feature("a", square(6.4, 52.7), hole[::-1]))))
    assert (
        re.sub(r"[\d,]+ m2", "N", complaint)
        == "N near 52.70500, 6.40500 is enclosed by areas and belongs to none"
    )
    assert square_metres(complaint) == pytest.approx(on_the_ground(hole), rel=0.001)


@pytest.mark.parametrize("crack", [0, 5e-6])
def test_ground_between_areas_that_ring_it_is_a_hole(write: Write, crack: float) -> None:
    ring = [
        feature(f"{x}{y}", square(6.4 + x / 100, 52.7 + y / 100, 0.01 - crack))
        for x in range(3)
        for y in range(3)
        if (x, y) != (1, 1)
    ]
    assert len(complaints(write(layer(*ring)))) == 1


@pytest.mark.parametrize(
    ("ring", "says"),
    [
        (square(225_000, 525_000, 1_000), "look like metres of RD New (EPSG:28992)"),
        (square(721_000, 6_900_000, 1_000), "look like metres of some map grid"),
        ([[y, x] for x, y in square(6.4, 52.7)], "latitude and longitude swapped"),
        (square(13.4, 52.5), "near 52.50500, 13.40500, lies outside where EPSG:28992 may be used"),
        ([[6.4, 52.7], [6.5, 52.8], [6.5, 52.7], [6.4, 52.8], [6.4, 52.7]], "Self-intersection[6.45 52.75]"),
        ([[6.4, 52.7], [6.5, 52.8], [6.4, 52.7]], "at least four positions"),
        ([[6.4, 95.0], [6.5, 95.0], [6.5, 96.0], [6.4, 95.0]], "not degrees"),
        ([], "no coordinates"),
    ],
)
def test_a_border_that_cannot_be_one_is_refused_with_the_reason(
    write: Write, ring: list[list[float]], says: str
) -> None:
    (complaint,) = complaints(write(layer(feature("krakeel", ring))))
    assert "krakeel" in complaint
    assert says in complaint


@pytest.mark.parametrize(
    ("properties", "says"),
    [
        ({"name": None}, "has no name"),
        ({"name": "x" * 201}, "more than 200"),
        ({"name": 7}, "has no name"),
        ({"name": "???"}, 'its slug ""'),
        ({"slug": "Kra keel"}, 'its slug "Kra keel"'),
        ({"slug": "../etc"}, "its slug"),
        ({"kind": "stad"}, 'its kind "stad" is none of wijksmederij, dorpssmederij, other'),
        ({"population": -1}, "is no number of people"),
        ({"population": 1.5}, "is no number of people"),
        ({"population": "veel"}, "is no number of people"),
        ({"population": True}, "is no number of people"),
    ],
)
def test_a_property_that_cannot_be_used_is_refused(
    write: Write, properties: dict[str, object], says: str
) -> None:
    said = feature("krakeel", square(6.4, 52.7))
    said["properties"] |= properties
    assert says in complaints(write(layer(said)))[0]


def test_every_complaint_is_told_at_once(write: Write) -> None:
    areas = layer(feature("", square(6.4, 52.7)), feature("b", []), feature("c", square(6.4, 52.7)))
    assert [complaint[:9] for complaint in complaints(write(areas))] == ["feature 1", "feature 2"]


def test_two_areas_with_one_slug_are_refused(write: Write) -> None:
    areas = layer(feature("Noord", square(6.4, 52.7)), feature("noord", square(6.5, 52.7)))
    assert complaints(write(areas)) == ("two areas have the slug noord",)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("PK\x03\x04", "an Excel workbook"),
        ("", "empty"),
        ("{", "no JSON: line 1"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "no GeoJSON FeatureCollection"),
        ("null", "no GeoJSON FeatureCollection"),
        (feature("x", square(6.4, 52.7)), "no GeoJSON FeatureCollection"),
        (layer(), "holds no areas"),
        (layer("x"), "Feature 1 of the file is no GeoJSON Feature"),
        (
            layer(
                feature("x", []), crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::28992"}}
            ),
            "save it in WGS84",
        ),
    ],
)
def test_a_file_that_is_no_layer_of_areas_is_refused(write: Write, content: object, says: str) -> None:
    with pytest.raises(InvalidFile, match=says):
        read_areas(write(content), projection=RD)


def test_degrees_named_the_old_way_are_read(write: Write) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    assert read_areas(write(layer(feature("x", square(6.4, 52.7)), crs=crs)), projection=RD)


def test_a_file_that_is_too_large_is_refused_unread(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(areas_in, "LARGEST_FILE", 100)
    with pytest.raises(InvalidFile, match="larger than"):
        read_areas(write("x" * 101), projection=RD)


def test_every_cabinet_and_volunteer_is_placed_anew(take: Take) -> None:
    with transaction() as session:
        make_cabinet(session, lat=52.705, lon=6.405)
        volunteer_id = make_volunteer(session, lat=52.705, lon=6.405)
    take(layer(feature("a", square(6.4, 52.7))))
    cabinet = find_cabinet(db.session(), "HGV-001")
    volunteer = find_volunteer(db.session(), volunteer_id, within=None)
    assert cabinet is not None
    assert volunteer is not None
    assert (cabinet.area, volunteer.area) == ("a", "a")


def test_areas_that_are_not_in_the_file_stay_and_are_not_overlapped(take: Take) -> None:
    take(layer(feature("a", square(6.4, 52.7))))
    with pytest.raises(RefusedAreas, match=r"b and a \(stored already\) overlap"):
        take(layer(feature("b", square(6.405, 52.7))))
    assert counts(take(layer(feature("b", square(6.41, 52.7))))) == (1, 0, 0)
    assert [area.slug for area in list_areas(db.session())] == ["a", "b"]


def test_a_border_that_moved_is_a_change(take: Take) -> None:
    take(layer(feature("a", square(6.4, 52.7)), feature("b", square(6.5, 52.7))))
    assert counts(take(layer(feature("a", square(6.4, 52.7, 0.02))))) == (0, 1, 0)


def test_a_dry_run_writes_nothing(take: Take) -> None:
    with pytest.raises(NothingKept) as undone:
        take(areas_layer(), dry_run=True)
    assert counts(undone.value.report) == (24, 0, 0)
    assert list_areas(db.session()) == []


def test_an_import_of_areas_is_one_event_in_the_audit_trail(take: Take) -> None:
    take(areas_layer())
    event = db.session.scalars(select(AuditEvent)).one()
    assert (event.action, event.detail) == ("areas_imported", {"new": "24", "changed": "0", "unchanged": "0"})
