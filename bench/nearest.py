"""The three nearest cabinets for every volunteer."""

from collections.abc import Iterator

import numpy as np
from geopy.distance import geodesic
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from sklearn.neighbors import BallTree

from aednet.geography.geodesic import distances_m
from aednet.geography.index import NearestIndex
from aednet.geography.pairs import NearestOfAll, nearest_of_all
from aednet.geography.points import LatLon
from aednet.geography.projection import WGS84
from bench.country import RD_NEW, Country, Points
from bench.postgis import NEAREST, PostGis
from bench.timing import Row, medians

COUNT = 3
CHECKED_ROWS = 50  # in which all cabinets are measured by the geodesic
STRETCH = 2e-4  # RD New stretches by up to 0.01%, and a little more outside the country
KNN = "PostGIS KNN lateral, has index"
GEOPY_SAMPLE = 2_000  # distances; a loop over all pairs of the largest network would take days
GEOPY = f"geopy loop, extrapolated from {GEOPY_SAMPLE:,}"


def rows(country: Country, postgis: PostGis | None) -> Iterator[Row]:
    """Compare from metres, as a network keeps them, and from degrees, projected each time.

    Only PostGIS has its index from before; ours takes some hundredths of our time.
    """
    cabinets, volunteers = country.cabinets, country.volunteers

    def from_metres() -> NearestOfAll:
        index = NearestIndex(x_m=cabinets.x_m, y_m=cabinets.y_m)
        return nearest_of_all(index, x_m=volunteers.x_m, y_m=volunteers.y_m, count=COUNT)

    def from_degrees() -> NearestOfAll:
        x_m, y_m = RD_NEW.to_metres(cabinets.lat, cabinets.lon)
        index = NearestIndex(x_m=x_m, y_m=y_m)
        x_m, y_m = RD_NEW.to_metres(volunteers.lat, volunteers.lon)
        return nearest_of_all(index, x_m=x_m, y_m=y_m, count=COUNT)

    def bare_tree() -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        metres, positions = cKDTree(cabinets.metres).query(volunteers.metres, k=COUNT)
        return metres, positions

    def ball_tree() -> object:
        tree = BallTree(radians(cabinets), metric="haversine")
        return tree.query(radians(volunteers), k=COUNT)

    def geopy_loop() -> None:
        here = (volunteers.lat[0], volunteers.lon[0])
        for i in range(GEOPY_SAMPLE):
            cabinet = i % len(cabinets)
            _ = geodesic(here, (cabinets.lat[cabinet], cabinets.lon[cabinet])).m

    works = {
        "metres": from_metres,
        "degrees": from_degrees,
        "cKDTree alone": bare_tree,
        "BallTree haversine": ball_tree,
        "geopy": geopy_loop,
    }
    if postgis is not None:
        works[KNN] = lambda: postgis.ask(NEAREST)
    taken = medians(works)
    found = from_metres()

    def row(ours: str, peer: str, agreement: str = "") -> Row:
        return Row(
            size=country.size.name,
            work=f"{COUNT} nearest for all, from {ours}",
            ours_s=taken[ours],
            peer=peer,
            peer_s=taken[peer],
            agreement=agreement,
        )

    agreement = _near_the_geodesic(country, found)
    yield row("metres", "cKDTree alone", _same_as_bare(found, *bare_tree()))
    yield row("metres", "BallTree haversine", agreement)
    yield row("degrees", "BallTree haversine", agreement)
    if postgis is not None:
        count, total = postgis.ask(NEAREST)
        assert count == found.metres.size
        yield row("degrees", KNN, f"sum of metres {total / found.metres.sum() - 1:+.0e}")
    taken[GEOPY] = taken["geopy"] * len(cabinets) * len(volunteers) / GEOPY_SAMPLE
    yield row("degrees", GEOPY)


def radians(points: Points) -> NDArray[np.float64]:
    """Return latitude and longitude in radians, as BallTree wants them."""
    return np.radians(np.column_stack([points.lat, points.lon]))


def _same_as_bare(found: NearestOfAll, metres: NDArray[np.float64], positions: NDArray[np.intp]) -> str:
    assert np.array_equal(found.metres, metres)
    return f"same metres, {np.mean(found.positions == positions):.2%} same cabinets"


def _near_the_geodesic(country: Country, found: NearestOfAll) -> str:
    """Compare all lengths with the geodesic between the same places, and some rows with its own nearest."""
    cabinets, volunteers = country.cabinets, country.volunteers
    for row in range(0, len(volunteers), -(-len(volunteers) // CHECKED_ROWS)):
        origin = LatLon(lat=volunteers.lat[row], lon=volunteers.lon[row])
        nearest_m = np.sort(distances_m(origin, lat=cabinets.lat, lon=cabinets.lon))[:COUNT]
        assert np.allclose(found.metres[row], nearest_m, rtol=STRETCH)
    there = found.positions.ravel()
    here = np.repeat(np.arange(len(volunteers)), found.positions.shape[1])
    _, _, geodesic_m = WGS84.inv(
        volunteers.lon[here], volunteers.lat[here], cabinets.lon[there], cabinets.lat[there]
    )
    apart = np.abs(found.metres.ravel() - geodesic_m)
    share = float((apart / np.maximum(geodesic_m, 1.0)).max())
    assert share < STRETCH
    return f"within {share:.3%} of the geodesic"
