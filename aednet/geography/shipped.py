"""The layers that the service ships with: the areas of Hoogeveen, their inhabitants, a gazetteer.

`geodata/README.md` tells of each its source, date and licence and how far to trust it.
"""

import csv
import json
from pathlib import Path
from typing import Any, Final

CREDIT: Final = (
    "Gebieden: Kadaster / Centraal Bureau voor de Statistiek (Wijk- en Buurtkaart), bewerkt; Who's On First"
)
"""To be shown wherever the areas are drawn or handed out."""

_PACKAGE = Path(__file__).parents[1]


def areas_layer() -> dict[str, Any]:
    """Return the 24 smederijen as a GeoJSON FeatureCollection in WGS84 (lon, lat).

    Properties: `slug`, `name`, `kind`, `population`, `name_source`, `boundary_source`, `centre` as
    `[lon, lat]`, and `cells`, the codes of its population cells.
    """
    return _read_json("areas.geojson")


def population_layer() -> dict[str, Any]:
    """Return the 48 population cells as a GeoJSON FeatureCollection in WGS84 (lon, lat).

    Properties: `code`, `name`, `area` (the slug of the smederij it belongs to), `population`,
    `addresses_per_km2`.
    """
    return _read_json("population.geojson")


def gazetteer_rows() -> list[dict[str, str]]:
    """Return the gazetteer's rows: `name`, `kind` (`place` or `postcode`), `lat` and `lon` in degrees."""
    with (folder() / "gazetteer.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def folder() -> Path:
    """Return where the layers lie: inside the package once installed, beside it in a checkout.

    Raises:
        FileNotFoundError: neither is there, so the installation is incomplete.
    """
    for place in (_PACKAGE / "geodata", _PACKAGE.parent / "geodata"):
        if place.is_dir():
            return place
    raise FileNotFoundError("The geodata folder is missing: install aednet again.")


def _read_json(name: str) -> dict[str, Any]:
    layer: dict[str, Any] = json.loads((folder() / name).read_text(encoding="utf-8"))
    return layer
