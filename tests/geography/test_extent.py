import pytest
from geopy.distance import geodesic
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from aednet.geography.extent import Extent, InvalidExtent, OutsideExtent, check_inside
from aednet.geography.points import LatLon

HOOGEVEEN = Extent(west=6.40, south=52.65, east=6.64, north=52.81)


def test_an_extent_holds_its_inside_and_its_edges_only() -> None:
    assert HOOGEVEEN.contains(LatLon(lat=52.7245, lon=6.4788))
    assert HOOGEVEEN.contains(LatLon(lat=52.65, lon=6.40))
    assert HOOGEVEEN.contains(LatLon(lat=52.81, lon=6.64))
    for lat, lon in [(52.64, 6.5), (52.82, 6.5), (52.7, 6.39), (52.7, 6.65)]:
        assert not HOOGEVEEN.contains(LatLon(lat=lat, lon=lon))


def test_an_extent_is_read_from_west_south_east_north() -> None:
    assert Extent.parse("6.40, 52.65,6.64,52.81") == HOOGEVEEN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b,c,d",
        "6.4,52.6,6.6",
        "6.4,52.6,6.6,52.8,1",
        "nan,52.6,6.6,52.8",
        "6.4,52.6,inf,52.8",
        "6.6,52.6,6.4,52.8",
        "6.4,52.8,6.6,52.6",
        "-181,0,1,1",
        "0,-91,1,1",
        "0,0,1,91",
        "0,0,181,1",
    ],
)
def test_what_is_no_box_is_refused(text: str) -> None:
    with pytest.raises(InvalidExtent):
        Extent.parse(text)


def test_the_extent_around_shapes_is_their_common_box() -> None:
    triangle = Polygon([(6.40, 52.65), (6.5, 52.65), (6.45, 52.7)])
    assert Extent.around([triangle, Point(6.64, 52.81)]) == HOOGEVEEN


@pytest.mark.parametrize("nothing", [[], [Polygon()]])
def test_there_is_no_extent_around_nothing(nothing: list[BaseGeometry]) -> None:
    with pytest.raises(InvalidExtent):
        Extent.around(nothing)


@given(
    lat=st.floats(-85, 85),
    lon=st.floats(-170, 170),
    metres=st.floats(1, 100_000),
    share=st.floats(0, 1),
    bearing=st.floats(0, 360),
)
def test_a_grown_extent_holds_every_point_that_near(
    lat: float, lon: float, metres: float, share: float, bearing: float
) -> None:
    there = geodesic(meters=metres * share).destination((lat, lon), bearing)
    box = Extent(west=lon, south=lat, east=lon, north=lat).grown_by(metres)
    if abs(there.longitude - lon) < 90:  # not carried over the 180th meridian
        assert box.contains(LatLon(lat=there.latitude, lon=there.longitude))


def test_an_extent_grows_as_wide_as_its_end_nearest_to_a_pole_needs() -> None:
    grown = Extent(west=0, south=-70, east=1, north=10).grown_by(50_000)
    there = geodesic(meters=50_000).destination((-70, 1), 90)
    assert grown.contains(LatLon(lat=there.latitude, lon=there.longitude))


def test_a_grown_extent_is_hardly_larger_than_asked() -> None:
    grown = HOOGEVEEN.grown_by(25_000)
    assert geodesic((grown.north, 6.5), (HOOGEVEEN.north, 6.5)).m == pytest.approx(25_000, rel=0.02)
    assert geodesic((52.81, grown.east), (52.81, HOOGEVEEN.east)).m == pytest.approx(25_000, rel=0.02)
    assert geodesic((52.65, grown.west), (52.65, HOOGEVEEN.west)).m == pytest.approx(25_000, rel=0.02)


def test_an_extent_grown_over_a_pole_ends_there() -> None:
    grown = Extent(west=0, south=89.9, east=1, north=89.95).grown_by(50_000)
    assert (grown.north, grown.west, grown.east) == (90, -180, 180)


def test_a_point_inside_passes() -> None:
    check_inside(LatLon(lat=52.7245, lon=6.4788), HOOGEVEEN)


def test_a_swapped_point_is_refused_with_the_point_that_was_meant() -> None:
    with pytest.raises(OutsideExtent) as refused:
        check_inside(LatLon(lat=6.4788, lon=52.7245), HOOGEVEEN)
    assert refused.value.code == "outside_extent"
    assert refused.value.suggestion == LatLon(lat=52.7245, lon=6.4788)
    advice = "latitude and longitude look swapped: did you mean lat=52.7245, lon=6.4788?"
    assert refused.value.fields == {"lat": advice, "lon": advice}
    assert "look swapped" in str(refused.value)


@pytest.mark.parametrize(("lat", "lon"), [(0, 0), (52.7, 4.9), (-37.8, 144.9)])
def test_a_point_outside_that_is_not_swapped_gets_no_suggestion(lat: float, lon: float) -> None:
    with pytest.raises(OutsideExtent) as refused:
        check_inside(LatLon(lat=lat, lon=lon), HOOGEVEEN)
    assert refused.value.suggestion is None
    assert "swapped" not in str(refused.value)


def test_the_message_of_a_refusal_holds_no_coordinates() -> None:
    with pytest.raises(OutsideExtent) as refused:
        check_inside(LatLon(lat=6.4788, lon=52.7245), HOOGEVEEN)
    assert not any(digit in str(refused.value) for digit in "0123456789")
