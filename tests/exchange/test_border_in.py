import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from aednet.exchange.border_in import BorderFault, InvalidBorder, read_border
from aednet.geography.extent import Extent
from aednet.geography.projection import Projection

RD = Projection.named("EPSG:28992")
HERE = Extent(west=6.2, south=52.5, east=6.9, north=52.9)
SQUARE = box(6.40, 52.70, 6.45, 52.75)
GEOMETRY = json.loads(json.dumps(mapping(SQUARE)))
FEATURE = {"type": "Feature", "properties": {}, "geometry": GEOMETRY}


def read(text: str) -> BaseGeometry:
    return read_border(text, projection=RD, extent=HERE)


def fault_of(given: object) -> BorderFault | None:
    try:
        read(given if isinstance(given, str) else json.dumps(given))
    except InvalidBorder as error:
        return error.fault
    return None


@pytest.mark.parametrize(
    "given",
    [
        GEOMETRY,
        FEATURE,
        {"type": "FeatureCollection", "features": [FEATURE]},
        {"type": "MultiPolygon", "coordinates": [GEOMETRY["coordinates"]]},
        {
            "type": "FeatureCollection",
            "crs": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"},
            "features": [FEATURE],
        },
    ],
    ids=["polygon", "feature", "collection", "multipolygon", "named degrees"],
)
def test_a_border_is_read_however_it_is_wrapped(given: object) -> None:
    assert read(json.dumps(given)).equals(SQUARE)
    assert read("\ufeff" + json.dumps(given)).equals(SQUARE)


def polygon(*positions: tuple[float, float]) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": [[*positions, positions[0]]]}


REFUSED = {
    "nothing": (" ", BorderFault.MISSING),
    "words": ("hier", BorderFault.NO_GEOJSON),
    "a list": ([1], BorderFault.NO_GEOJSON),
    "deep": ("[" * 100_000, BorderFault.NO_GEOJSON),
    "a point": ({"type": "Point", "coordinates": [6.4, 52.7]}, BorderFault.NO_AREA),
    "no features": ({"type": "FeatureCollection", "features": []}, BorderFault.NO_AREA),
    "no geometry": ({"type": "Feature", "geometry": None}, BorderFault.NO_AREA),
    "two": ({"type": "FeatureCollection", "features": [FEATURE, FEATURE]}, BorderFault.SEVERAL),
    "metres": (polygon((229_000, 526_000), (230_000, 526_000), (230_000, 527_000)), BorderFault.METRES),
    "named metres": (
        {"type": "FeatureCollection", "crs": {"name": "EPSG:28992"}, "features": [FEATURE]},
        BorderFault.METRES,
    ),
    "two corners": (polygon((6.4, 52.7), (6.5, 52.7)), BorderFault.MALFORMED),
    "texts": ({"type": "Polygon", "coordinates": [["x"]]}, BorderFault.MALFORMED),
    "a bow tie": (polygon((6.4, 52.7), (6.5, 52.8), (6.5, 52.7), (6.4, 52.8)), BorderFault.CROSSING),
    "a speck": (polygon((6.4, 52.7), (6.40001, 52.7), (6.4, 52.70001)), BorderFault.TOO_SMALL),
    "swapped": (polygon((52.7, 6.4), (52.8, 6.4), (52.8, 6.5)), BorderFault.SWAPPED),
    "Utrecht": (polygon((5.1, 52.0), (5.2, 52.0), (5.2, 52.1)), BorderFault.OUTSIDE),
    "the Sahara": (polygon((6.4, 22.7), (6.5, 22.7), (6.5, 22.8)), BorderFault.OUTSIDE),
    "not finite": ('{"type": "Polygon", "coordinates": [[[NaN, 1], [2, 2], [3, 1], [NaN, 1]]]}', None),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_border_here_is_refused_with_the_reason(name: str) -> None:
    given, fault = REFUSED[name]
    assert fault_of(given) is (fault or BorderFault.MALFORMED)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.fixed_dictionaries(
                {
                    "type": st.sampled_from(["Polygon", "MultiPolygon", "Feature", "FeatureCollection"]),
                    "coordinates": inner,
                    "geometry": inner,
                    "features": inner,
                }
            )
        ),
        max_leaves=20,
    )
)
def test_whatever_json_is_sent_is_a_border_or_refused(given: object) -> None:
    fault_of(given)
