import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aednet.geography.points import InvalidPoint, LatLon

numbers = st.floats() | st.sampled_from([90.0, -90.0, 180.0, -180.0, 90.00001, -180.00001])


@given(lat=numbers, lon=numbers)
def test_a_point_exists_exactly_when_both_coordinates_are_in_range(lat: float, lon: float) -> None:
    possible = math.isfinite(lat) and math.isfinite(lon) and -90 <= lat <= 90 and -180 <= lon <= 180
    if possible:
        assert LatLon(lat=lat, lon=lon).lat == lat
    else:
        with pytest.raises(InvalidPoint):
            LatLon(lat=lat, lon=lon)


@pytest.mark.parametrize(
    ("lat", "lon", "fields"),
    [
        (math.nan, 6.4, {"lat"}),
        (52.7, math.nan, {"lon"}),
        (52.7, 1e400, {"lon"}),
        (-1e400, math.nan, {"lat", "lon"}),
        (152.7, 6.4, {"lat"}),
        (-91, 181, {"lat", "lon"}),
    ],
)
def test_a_refused_point_names_the_field_at_fault(lat: float, lon: float, fields: set[str]) -> None:
    with pytest.raises(InvalidPoint) as refused:
        LatLon(lat=lat, lon=lon)
    assert refused.value.code == "invalid_point"
    assert set(refused.value.fields) == fields


def test_swapping_exchanges_the_coordinates_and_twice_changes_nothing() -> None:
    point = LatLon(lat=52.7245, lon=6.4788)
    assert point.swapped() == LatLon(lat=6.4788, lon=52.7245)
    assert point.swapped().swapped() == point


def test_a_longitude_that_is_no_latitude_cannot_be_swapped() -> None:
    with pytest.raises(InvalidPoint):
        LatLon(lat=-37.8, lon=144.9).swapped()
