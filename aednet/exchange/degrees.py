"""Whether a file gives its positions in degrees, which the common mistake of metres is told from by name."""

import json
from collections.abc import Mapping
from typing import Final

from aednet.exchange.files import InvalidFile
from aednet.exchange.tables import shorten
from aednet.geography.points import MAX_LONGITUDE

DEGREES: Final = ("CRS84", "4326", "4258")  # how files name a system in degrees that RFC 7946 did away with
RD_EAST, RD_NORTH = (0, 300_000), (300_000, 630_000)  # metres in which RD New covers the Netherlands


def check_reference_system(crs: object) -> None:
    """Refuse a reference system that is named and not in degrees.

    Raises:
        InvalidFile: it is such a one.
    """
    if crs is None:
        return
    named = json.dumps(crs)
    if not any(code in named for code in DEGREES):
        raise InvalidFile(
            f"The file is in the reference system {shorten(named, 80)}: save it in WGS84 (EPSG:4326)."
        )


def check_degrees(geometry: object) -> None:
    """Refuse metres by name, which is the common mistake; the rest is for `from_geojson` to judge.

    Raises:
        InvalidFile: the first position is one in metres.
    """
    position = geometry.get("coordinates") if isinstance(geometry, Mapping) else None
    while isinstance(position, list) and position and isinstance(position[0], list):
        position = position[0]
    match position:
        case [int() | float() as x, int() | float() as y, *_] if max(abs(x), abs(y)) > MAX_LONGITUDE:
            is_rd = RD_EAST[0] <= x <= RD_EAST[1] and RD_NORTH[0] <= y <= RD_NORTH[1]
            grid = "RD New (EPSG:28992)" if is_rd else "some map grid"
            raise InvalidFile(
                f"its coordinates, such as [{x:g}, {y:g}], look like metres of {grid}: "
                "save the file in WGS84 degrees (EPSG:4326)"
            )
