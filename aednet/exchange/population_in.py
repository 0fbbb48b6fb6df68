"""Where people live: the population cells that come along."""

from aednet.areas.services import CellDraft
from aednet.geography.shapes import from_geojson
from aednet.geography.shipped import population_layer

SOURCE = "CBS Wijk- en Buurtkaart, estimate 2024"


def shipped_cells() -> list[CellDraft]:
    """Return the buurten of Hoogeveen with their estimated inhabitants."""
    return [
        CellDraft(
            code=feature["properties"]["code"],
            name=feature["properties"]["name"],
            population=feature["properties"]["population"],
            source=SOURCE,
            shape=from_geojson(feature["geometry"]),
        )
        for feature in population_layer()["features"]
    ]
