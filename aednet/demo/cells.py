"""The shipped population cells, as ground to hang cabinets on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shapely.geometry.base import BaseGeometry

from aednet.geography.points import LatLon
from aednet.geography.shapes import from_geojson, inner_point, point_of
from aednet.geography.shipped import gazetteer_rows, population_layer


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A population cell of the area with the slug `area`; its shape is in WGS84 (lon, lat).

    `heart` is where most of its people live: at the place that the gazetteer knows in it, else somewhere
    in its middle.
    """

    area: str
    name: str
    population: int
    addresses_per_km2: int
    shape: BaseGeometry
    heart: LatLon


def shipped_cells() -> tuple[Cell, ...]:
    """Return the 48 population cells that the service ships with."""
    places = {
        row["name"]: LatLon(lat=float(row["lat"]), lon=float(row["lon"]))
        for row in gazetteer_rows()
        if row["kind"] == "place"
    }
    return tuple(_cell(feature, places) for feature in population_layer()["features"])


def _cell(feature: Mapping[str, Any], places: Mapping[str, LatLon]) -> Cell:
    facts, shape = feature["properties"], from_geojson(feature["geometry"])
    # A place that the cell is named after comes before a hamlet that happens to lie in it.
    inside = sorted(
        (name for name, place in places.items() if shape.covers(point_of(place))),
        key=lambda name: name not in facts["name"],
    )
    return Cell(
        area=facts["area"],
        name=facts["name"],
        population=facts["population"],
        addresses_per_km2=facts["addresses_per_km2"],
        shape=shape,
        heart=places[inside[0]] if inside else inner_point(shape),
    )
