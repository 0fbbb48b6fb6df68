"""The shipped ground, and invented squares, for the tests of coverage."""

from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray

from aednet.coverage.terrain import AreaGround, PopulationCell, Terrain, survey
from aednet.geography.projection import Projection
from aednet.geography.shapes import from_geojson, to_degrees
from aednet.geography.shipped import areas_layer, population_layer

RD_NEW = Projection.named("EPSG:28992")
CORNER = (225_000.0, 525_000.0)  # in Hoogeveen, in RD New


def shipped_areas() -> list[AreaGround]:
    return [
        AreaGround(
            slug=feature["properties"]["slug"],
            shape=from_geojson(feature["geometry"]),
            population=feature["properties"]["population"],
        )
        for feature in areas_layer()["features"]
    ]


def shipped_cells() -> list[PopulationCell]:
    return [
        PopulationCell(
            area=feature["properties"]["area"],
            shape=from_geojson(feature["geometry"]),
            inhabitants=feature["properties"]["population"],
        )
        for feature in population_layer()["features"]
    ]


@cache
def shipped_terrain() -> Terrain:
    return survey(shipped_areas(), shipped_cells(), projection=RD_NEW)


def sites_on(terrain: Terrain, number: int, *, seed: int = 1) -> NDArray[np.float64]:
    """Places all over the box of the areas, in metres: a row for x and one for y."""
    west, south, east, north = shapely.total_bounds(terrain.areas)
    return np.random.default_rng(seed).uniform((west, south), (east, north), (number, 2)).T


def square(east: float, north: float, side: float) -> shapely.Polygon:
    """A square in WGS84, its corner some metres from a place in Hoogeveen."""
    x, y = CORNER[0] + east, CORNER[1] + north
    return to_degrees(shapely.box(x, y, x + side, y + side), RD_NEW)
