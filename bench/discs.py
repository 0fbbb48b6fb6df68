"""Ground within 500 m of a cabinet: the union of discs, and its share of every area."""

from collections.abc import Callable, Iterator

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from aednet.geography.discs import DiscUnion
from bench.country import Country
from bench.postgis import UNION, PostGis
from bench.timing import Row, medians

RADIUS_M = 500.0
SIDES = 8  # of a quarter circle for the peers, PostGIS's own default; more take longer still
FINE_SIDES = 64  # to check areas with: 0.01% short of a circle
CLOSE = 1.5e-4


def rows(country: Country, postgis: PostGis | None) -> Iterator[Row]:
    """Compare our exact areas with those of discs with sides, from points to square metres."""
    cabinets, areas = country.cabinets, country.areas

    def union() -> DiscUnion:
        return DiscUnion(x_m=cabinets.x_m, y_m=cabinets.y_m, radius_m=RADIUS_M)

    def discs(sides: int = SIDES) -> NDArray[np.object_]:
        drawn: NDArray[np.object_] = shapely.buffer(cabinets.shapes, RADIUS_M, quad_segs=sides)
        return drawn

    unions: dict[str, Callable[[], float]] = {
        "shapely.union_all": lambda: shapely.union_all(discs()).area,
        "shapely.disjoint_subset_union_all": lambda: shapely.disjoint_subset_union_all(discs()).area,
    }
    if postgis is not None:
        unions["PostGIS ST_Union"] = lambda: postgis.ask(UNION)[0]
    within = {"shapely union, cut by each area": lambda: _cut(shapely.union_all(discs()), areas)}
    taken = medians(
        {
            "ours": lambda: union().area_m2,
            "ours within": lambda: union().areas_within(areas),
            **unions,
            **within,
        }
    )

    exact, fine = union(), shapely.disjoint_subset_union_all(discs(FINE_SIDES))
    assert np.isclose(exact.area_m2, fine.area, rtol=CLOSE)
    assert np.allclose(exact.areas_within(areas), _cut(fine, areas), rtol=1e-3, atol=10.0)
    size = country.size.name
    for peer, area in unions.items():
        short = f"{area() / exact.area_m2 - 1:+.2%} for want of sides"
        yield Row(
            size=size,
            work="area of the union",
            ours_s=taken["ours"],
            peer=peer,
            peer_s=taken[peer],
            agreement=short,
        )
    for peer in within:
        work, agreement = f"covered area of {len(areas)} areas", f"within 0.1% with {FINE_SIDES} sides"
        yield Row(
            size=size,
            work=work,
            ours_s=taken["ours within"],
            peer=peer,
            peer_s=taken[peer],
            agreement=agreement,
        )


def _cut(covered: BaseGeometry, areas: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the area that `covered` shares with each of `areas`, part by part, as is soonest done."""
    parts = shapely.get_parts(covered)
    area, part = shapely.STRtree(parts).query(areas, predicate="intersects")
    shared_m2 = shapely.area(shapely.intersection(areas[area], parts[part]))
    return np.asarray(np.bincount(area, shared_m2, len(areas)), dtype=np.float64)
