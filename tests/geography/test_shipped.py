import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from aednet.geography.extent import Extent
from aednet.geography.locator import AreaLocator
from aednet.geography.points import LatLon
from aednet.geography.projection import Projection
from aednet.geography.shapes import from_geojson, read_position, to_metres
from aednet.geography.shipped import CREDIT, areas_layer, folder, gazetteer_rows, population_layer

CHECKOUT = Path(__file__).parents[2]
RD_NEW = Projection.named("EPSG:28992")


def properties(layer: dict[str, Any]) -> list[dict[str, Any]]:
    return [feature["properties"] for feature in layer["features"]]


def shapes_by(key: str, layer: dict[str, Any]) -> dict[str, BaseGeometry]:
    return {feature["properties"][key]: from_geojson(feature["geometry"]) for feature in layer["features"]}


AREAS = shapes_by("slug", areas_layer())
CELLS = shapes_by("code", population_layer())


def test_there_are_fourteen_neighbourhoods_and_ten_villages() -> None:
    kinds = Counter(area["kind"] for area in properties(areas_layer()))
    assert kinds == {"wijksmederij": 14, "dorpssmederij": 10}
    assert len(AREAS) == 24


def test_only_the_villages_names_are_published_and_every_border_is_a_proposal() -> None:
    for area in properties(areas_layer()):
        assert area["name_source"] == ("published" if area["kind"] == "dorpssmederij" else "proposal")
        assert area["boundary_source"] == "proposal"


def test_the_forty_eight_cells_and_the_areas_count_the_same_people() -> None:
    cells = properties(population_layer())
    assert len(CELLS) == 48
    assert sum(cell["population"] for cell in cells) == 56_580
    people: Counter[str] = Counter()
    for cell in cells:
        people[cell["area"]] += cell["population"]
    assert people == {area["slug"]: area["population"] for area in properties(areas_layer())}


def test_every_cell_belongs_to_the_one_area_that_lists_it() -> None:
    listed = {code: area["slug"] for area in properties(areas_layer()) for code in area["cells"]}
    assert listed == {cell["code"]: cell["area"] for cell in properties(population_layer())}
    assert sum(len(area["cells"]) for area in properties(areas_layer())) == 48


def test_the_cells_of_an_area_tile_it() -> None:
    for area in properties(areas_layer()):
        cells = [CELLS[code] for code in area["cells"]]
        left_over = shapely.union_all(cells).symmetric_difference(AREAS[area["slug"]])
        assert to_metres(left_over, RD_NEW).area < 1
        assert shapely.coverage_is_valid(cells)


def test_the_areas_tile_the_municipality_without_overlap() -> None:
    assert shapely.coverage_is_valid(list(AREAS.values()))
    projected = [to_metres(shape, RD_NEW) for shape in AREAS.values()]
    together = shapely.union_all(projected)
    assert sum(shape.area for shape in projected) == pytest.approx(together.area, abs=1)
    assert together.geom_type == "Polygon"
    assert not together.interiors
    assert together.area / 1e6 == pytest.approx(129.25, abs=0.05)


def test_an_areas_centre_lies_inside_it() -> None:
    locator = AreaLocator(AREAS.items())
    for area in properties(areas_layer()):
        assert locator.locate(read_position(area["centre"])) == area["slug"]


def test_the_layers_lie_in_hoogeveen_with_longitude_first() -> None:
    box = Extent(west=6.4036, south=52.6545, east=6.6324, north=52.8006)
    assert Extent.around(AREAS.values()) == Extent.around(CELLS.values())
    found = Extent.around(AREAS.values())
    assert (found.west, found.south) == pytest.approx((box.west, box.south), abs=1e-4)
    assert (found.east, found.north) == pytest.approx((box.east, box.north), abs=1e-4)


def test_the_gazetteer_holds_places_and_postcodes_of_the_neighbourhood() -> None:
    rows = gazetteer_rows()
    assert Counter(row["kind"] for row in rows) == {"place": 23, "postcode": 27}
    assert len({row["name"] for row in rows}) == 50
    locator = AreaLocator(AREAS.items())
    outside = {
        row["name"]
        for row in rows
        if locator.locate(LatLon(lat=float(row["lat"]), lon=float(row["lon"]))) is None
    }
    assert outside == {"7917", "7926", "7927", "7929", "7932", "7935", "7938"}


def test_each_feature_has_a_line_of_its_own() -> None:
    for name, features in [("areas.geojson", 24), ("population.geojson", 48)]:
        lines = (folder() / name).read_text(encoding="utf-8").splitlines()
        assert len(lines) == features + 2
        assert all(line.startswith('{"type":"Feature",') for line in lines[1:-1])


def test_the_readme_of_the_layers_gives_the_credit() -> None:
    readme = (folder() / "README.md").read_text(encoding="utf-8")
    assert CREDIT in readme
    for file in folder().iterdir():
        assert file.name == "README.md" or f"`{file.name}`" in readme


SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
from aednet.geography.shipped import areas_layer, folder, gazetteer_rows, population_layer
print(folder())
print(len(areas_layer()["features"]), len(population_layer()["features"]), len(gazetteer_rows()))
"""


def test_an_installed_wheel_finds_its_layers_away_from_the_checkout(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="hatchling, which builds the wheel, is not installed")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)],
        cwd=CHECKOUT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, str(script), str(site)], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert ran.stdout.splitlines() == [str(site / "aednet" / "geodata"), "24 48 50"]
