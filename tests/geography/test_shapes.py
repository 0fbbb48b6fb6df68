import json
import math
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon

from aednet.geography.points import InvalidPoint, LatLon
from aednet.geography.projection import Projection
from aednet.geography.shapes import (
    InvalidShape,
    from_geojson,
    point_of,
    point_to_geojson,
    read_position,
    to_degrees,
    to_geojson,
    to_metres,
)

SQUARE = [[6.40, 52.70], [6.50, 52.70], [6.50, 52.80], [6.40, 52.80], [6.40, 52.70]]
HOLE = [[6.44, 52.74], [6.44, 52.76], [6.46, 52.76], [6.46, 52.74], [6.44, 52.74]]
ELSEWHERE = [[6.60, 52.70], [6.62, 52.70], [6.60, 52.72], [6.60, 52.70]]
BOW_TIE = [[6.40, 52.70], [6.50, 52.80], [6.50, 52.70], [6.40, 52.80], [6.40, 52.70]]
RD_NEW = Projection.named("EPSG:28992")


def polygon(*rings: object) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def multipolygon(*polygons: object) -> dict[str, Any]:
    return {"type": "MultiPolygon", "coordinates": list(polygons)}


def test_geojson_has_longitude_first_and_a_position_has_not() -> None:
    assert read_position([6.4788, 52.7245]) == LatLon(lat=52.7245, lon=6.4788)
    assert point_to_geojson(LatLon(lat=52.7245, lon=6.4788)) == {
        "type": "Point",
        "coordinates": [6.4788, 52.7245],
    }
    assert point_of(LatLon(lat=52.7245, lon=6.4788)) == Point(6.4788, 52.7245)


def test_a_written_point_has_six_decimals() -> None:
    point = point_to_geojson(LatLon(lat=52.72451234567, lon=6.47881234567))
    assert point["coordinates"] == [6.478812, 52.724512]


def test_a_position_off_the_earth_is_refused() -> None:
    with pytest.raises(InvalidPoint):
        read_position([6.4788, 152.7245])


def test_a_polygon_with_a_hole_is_read_as_drawn() -> None:
    assert from_geojson(polygon(SQUARE, HOLE)).equals(Polygon(SQUARE, [HOLE]))


def test_a_multipolygon_is_read_as_drawn() -> None:
    shape = from_geojson(multipolygon([SQUARE, HOLE], [ELSEWHERE]))
    assert shape.equals(MultiPolygon([(SQUARE, [HOLE]), (ELSEWHERE, [])]))


def test_heights_are_left_out() -> None:
    raised = [[lon, lat, 12.5] for lon, lat in SQUARE]
    assert not from_geojson(polygon(raised)).has_z


@pytest.mark.parametrize(
    ("geojson", "reason"),
    [
        (None, "GeoJSON object"),
        ("POLYGON EMPTY", "GeoJSON object"),
        ({}, "a Polygon or a MultiPolygon"),
        ({"type": "Point", "coordinates": [6.4, 52.7]}, "a Polygon or a MultiPolygon"),
        ({"type": "LineString", "coordinates": SQUARE}, "a Polygon or a MultiPolygon"),
        ({"type": "Feature", "geometry": polygon(SQUARE)}, "a Polygon or a MultiPolygon"),
        ({"type": ["Polygon"]}, "a Polygon or a MultiPolygon"),
        ({"type": "Polygon"}, "no coordinates"),
        (polygon(), "no coordinates"),
        (polygon([]), "no coordinates"),
        (multipolygon(), "no coordinates"),
        (multipolygon([]), "no coordinates"),
        ({"type": "Polygon", "coordinates": {"0": SQUARE}}, "no coordinates"),
        (polygon(SQUARE[0]), "no lists of"),
        (polygon([SQUARE]), "no lists of"),
        (polygon([[6.4], [6.5], [6.5], [6.4]]), "no lists of"),
        (polygon([[6.4, 52.7], [6.5, 52.7], [6.5], [6.4, 52.7]]), "no lists of"),
        (polygon([["6.4", "52.7"], ["6.5", "52.7"], ["6.5", "52.8"], ["6.4", "52.7"]]), "no lists of"),
        (polygon(["ab", "cd", "ef", "ab"]), "no lists of"),
        (polygon([None, *SQUARE]), "no lists of"),
        (polygon([[None, 52.7], *SQUARE]), "no lists of"),
        (polygon([{"lon": 6.4, "lat": 52.7}] * 4), "no lists of"),
        (polygon([[True, False]] * 4), "no lists of"),
        (polygon([[10**400, 1], *SQUARE]), "no lists of"),
        (polygon(SQUARE[:2] + SQUARE[:1]), "at least four"),
        (polygon(SQUARE[:-1]), "ends where it begins"),
        (polygon([[math.nan, 52.7], *SQUARE[1:4], [math.nan, 52.7]]), "ends where it begins"),
        (polygon([SQUARE[0], [math.nan, 52.7], *SQUARE[2:]]), "not degrees"),
        (polygon([SQUARE[0], [math.inf, 52.7], *SQUARE[2:]]), "not degrees"),
        (polygon([[lon, lat + 40] for lon, lat in SQUARE]), "not degrees"),
        (polygon([[lon - 190, lat] for lon, lat in SQUARE]), "not degrees"),
        (
            polygon([[230_000, 525_000], [231_000, 525_000], [231_000, 526_000], [230_000, 525_000]]),
            "not degrees",
        ),
        (polygon(BOW_TIE), r"Self-intersection\[6.45 52.75"),
        (polygon([SQUARE[0]] * 4), "not valid"),
        (polygon([SQUARE[0], SQUARE[1], SQUARE[0], SQUARE[0]]), "not valid"),
        (polygon(SQUARE, ELSEWHERE), "Hole lies outside"),
        (multipolygon([SQUARE], [HOLE]), "not valid"),
    ],
)
def test_what_is_no_area_is_refused_with_the_reason(geojson: object, reason: str) -> None:
    with pytest.raises(InvalidShape, match=reason) as refused:
        from_geojson(geojson)
    assert refused.value.code == "invalid_shape"


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=30,
)


@given(kind=st.sampled_from(["Polygon", "MultiPolygon"]), coordinates=junk)
def test_no_junk_gets_past_or_breaks_the_reader(kind: str, coordinates: object) -> None:
    try:
        shape = from_geojson({"type": kind, "coordinates": coordinates})
    except InvalidShape:
        return
    assert shape.is_valid
    assert not shape.is_empty


@pytest.mark.parametrize("given", [polygon(SQUARE, HOLE), multipolygon([SQUARE, HOLE], [ELSEWHERE])])
def test_writing_and_reading_gives_the_same_area(given: dict[str, Any]) -> None:
    written = json.loads(json.dumps(to_geojson(from_geojson(given))))
    assert written["type"] == given["type"]
    assert from_geojson(written).equals(from_geojson(given))


def test_written_rings_run_as_rfc_7946_asks() -> None:
    clockwise = from_geojson(polygon(SQUARE[::-1], HOLE[::-1]))
    outer, hole = to_geojson(clockwise)["coordinates"]
    assert shapely.is_ccw(shapely.LinearRing(outer))
    assert not shapely.is_ccw(shapely.LinearRing(hole))


@given(
    discs=st.lists(
        st.tuples(st.floats(-2e-5, 2e-5), st.floats(-2e-5, 2e-5), st.floats(1e-7, 2e-5)),
        min_size=2,
        max_size=6,
    )
)
def test_rounding_never_makes_a_shape_invalid(discs: list[tuple[float, float, float]]) -> None:
    # Gaps between discs of a metre or so, full of slivers that a plain rounding would fold over.
    cut = shapely.union_all([Point(6.45 + x, 52.7 + y).buffer(r) for x, y, r in discs[1:]])
    x, y, r = discs[0]
    gap = Point(6.45 + x, 52.7 + y).buffer(3 * r).difference(cut)
    written = to_geojson(gap)
    if not written["coordinates"]:
        assert gap.area < 1e-9
        return
    shape = from_geojson(written)
    assert np.abs(shapely.get_coordinates(shape) * 1e6 % 1).round(3) % 1 == pytest.approx(0)
    assert shape.symmetric_difference(gap).area <= 1e-6 * (gap.length + 1e-5)


def test_what_is_narrower_than_the_rounding_disappears() -> None:
    sliver = Polygon([(6.45, 52.7), (6.46, 52.7), (6.46, 52.7000001), (6.45, 52.7)])
    assert to_geojson(sliver) == {"type": "Polygon", "coordinates": []}


def test_a_square_of_a_hundred_metres_keeps_its_size_on_the_way_to_metres_and_back() -> None:
    corner = RD_NEW.point_to_metres(LatLon(lat=52.72, lon=6.47))
    square = shapely.box(corner.x_m, corner.y_m, corner.x_m + 100, corner.y_m + 100)
    in_degrees = to_degrees(square, RD_NEW)
    assert shapely.get_coordinates(in_degrees).min(axis=0) == pytest.approx([6.47, 52.72], abs=1e-4)
    assert to_metres(in_degrees, RD_NEW).area == pytest.approx(10_000, rel=1e-6)


def test_projecting_agrees_with_the_projection_itself() -> None:
    point = LatLon(lat=52.7245, lon=6.4788)
    projected = to_metres(point_of(point), RD_NEW)
    expected = RD_NEW.point_to_metres(point)
    assert (projected.x, projected.y) == (expected.x_m, expected.y_m)
