from collections import Counter
from dataclasses import dataclass
from itertools import islice, permutations
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from aednet.areas.models import AreaKind
from aednet.demo.cells import Cell, shipped_cells
from aednet.demo.spread import find_sites, hanging_order
from aednet.geography.geodesic import distances_m
from aednet.geography.points import LatLon
from aednet.geography.shapes import point_of

GROUND = box(6.47, 52.72, 6.49, 52.73)


@dataclass(frozen=True, slots=True, kw_only=True)
class Somewhere:
    slug: str
    population: int
    name: str = "Somewhere"
    kind: AreaKind = AreaKind.NEIGHBOURHOOD
    shape: BaseGeometry = GROUND


def make_cell(**facts: object) -> Cell:
    defaults = {
        "area": "a",
        "name": "A",
        "population": 1_000,
        "addresses_per_km2": 1_000,
        "shape": GROUND,
        "heart": LatLon(lat=52.725, lon=6.48),
    }
    return Cell(**(defaults | facts))


@given(populations=st.lists(st.integers(1, 10_000), min_size=1, max_size=30), more=st.integers(0, 60))
def test_more_people_never_have_fewer_cabinets_and_everybody_has_one(
    populations: list[int], more: int
) -> None:
    areas = [Somewhere(slug=str(i), population=people) for i, people in enumerate(populations)]
    cells = [make_cell(area=area.slug) for area in areas]
    hung = Counter(area.slug for area in islice(hanging_order(areas, cells), len(areas) + more))
    assert hung.total() == len(areas) + more
    for one, other in permutations(areas, 2):
        assert hung[one.slug] >= 1
        if one.population > other.population:
            assert hung[one.slug] >= hung[other.slug]


def test_the_densest_area_comes_first_and_then_the_one_where_most_people_share_a_cabinet() -> None:
    areas = [Somewhere(slug="village", population=900), Somewhere(slug="centre", population=400)]
    cells = [
        make_cell(area="village", addresses_per_km2=90),
        make_cell(area="centre", addresses_per_km2=2_000),
        make_cell(area="centre", addresses_per_km2=50),
    ]
    assert [area.slug for area in islice(hanging_order(areas, cells), 4)] == [
        "centre",
        "village",
        "village",  # 900 share one, against 400
        "village",  # 450 share one, against 400
    ]


def test_a_site_lies_in_the_cell_where_the_people_are() -> None:
    area = Somewhere(slug="a", population=1_000)
    crowded = make_cell(name="crowded", population=990, shape=box(6.47, 52.72, 6.48, 52.73))
    fields = make_cell(name="fields", population=10, addresses_per_km2=1, shape=box(6.48, 52.72, 6.49, 52.73))
    sites = find_sites([area] * 20, [crowded, fields], random=Random(1))
    assert {site.cell.name for site in sites} == {"crowded"}
    assert all(crowded.shape.contains(point_of(site.position)) for site in sites)


def test_a_site_in_a_wide_cell_is_not_far_from_its_heart() -> None:
    cell = make_cell(population=500)  # who fill 200 m around it
    sites = find_sites([Somewhere(slug="a", population=500)] * 10, [cell], random=Random(1))
    lat = np.array([site.position.lat for site in sites])
    lon = np.array([site.position.lon for site in sites])
    assert max(distances_m(cell.heart, lat=lat, lon=lon)) < 202


def test_a_cell_that_lies_outside_its_area_is_refused() -> None:
    cell = make_cell(shape=box(6.50, 52.72, 6.51, 52.73), heart=LatLon(lat=52.725, lon=6.505))
    with pytest.raises(ValueError, match="no ground"):
        find_sites([Somewhere(slug="a", population=1_000)], [cell], random=Random(1))


def test_sites_keep_apart_while_there_is_room() -> None:
    area = Somewhere(slug="a", population=1_000)
    sites = find_sites([area] * 4, [make_cell(population=4_000)], random=Random(1))
    assert len({site.position for site in sites}) == 4
    degrees = [
        point_of(one.position).distance(point_of(other.position))
        for one in sites
        for other in sites
        if one is not other
    ]
    assert min(degrees) > 0.003  # some 200 m


def test_the_heart_of_a_village_is_its_place_in_the_gazetteer() -> None:
    hearts = {cell.name: cell.heart for cell in shipped_cells()}
    assert hearts["Pesse kern"] == LatLon(lat=52.7725, lon=6.45417)
    assert hearts["Nieuwlande kern"] == LatLon(lat=52.69583, lon=6.61389)  # Dalerend lies in it as well


def test_every_cell_has_its_heart_inside() -> None:
    cells = shipped_cells()
    assert len(cells) == 48
    assert all(cell.shape.covers(point_of(cell.heart)) for cell in cells)
