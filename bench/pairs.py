"""All pairs of a volunteer and a cabinet within 1,000 m."""

from collections.abc import Iterator

import geopandas
import numpy as np
from sklearn.neighbors import BallTree

from aednet.geography.index import NearestIndex
from aednet.geography.pairs import Pairs, pairs_within
from bench.country import RD_NEW, Country
from bench.nearest import radians
from bench.postgis import PAIRS, PostGis
from bench.timing import Row, medians

RADIUS_M = 1_000.0
BALL_TREE = "BallTree haversine, radius"
EARTH_M = 6_371_008.8  # mean radius, as a haversine wants


def rows(country: Country, postgis: PostGis | None) -> Iterator[Row]:
    """Compare from metres, with peers that build an index each time and with peers that have theirs."""
    cabinets, volunteers = country.cabinets, country.volunteers
    built = (
        NearestIndex(x_m=volunteers.x_m, y_m=volunteers.y_m),
        NearestIndex(x_m=cabinets.x_m, y_m=cabinets.y_m),
    )
    cabinet_frame = geopandas.GeoDataFrame(geometry=cabinets.shapes, crs=RD_NEW.code)
    volunteer_frame = geopandas.GeoDataFrame(geometry=volunteers.shapes, crs=RD_NEW.code)

    def ours_anew() -> Pairs:
        return pairs_within(
            NearestIndex(x_m=volunteers.x_m, y_m=volunteers.y_m),
            NearestIndex(x_m=cabinets.x_m, y_m=cabinets.y_m),
            radius_m=RADIUS_M,
        )

    def ours() -> Pairs:
        return pairs_within(*built, radius_m=RADIUS_M)

    def ball_tree() -> int:
        tree = BallTree(radians(cabinets), metric="haversine")
        found = tree.query_radius(radians(volunteers), RADIUS_M / EARTH_M, return_distance=True)
        return sum(map(len, found[0]))

    def frames() -> int:
        return len(volunteer_frame.sjoin(cabinet_frame, predicate="dwithin", distance=RADIUS_M))

    counts = {BALL_TREE: ball_tree, "geopandas sjoin dwithin, has index": frames}
    if postgis is not None:
        counts["PostGIS ST_DWithin, has index"] = lambda: int(postgis.ask(PAIRS)[0])
    taken = medians({"ours": ours, "ours anew": ours_anew, **counts})
    own = len(ours())
    for peer, count in counts.items():
        yield Row(
            size=country.size.name,
            work=f"{own:,} pairs within 1,000 m",
            ours_s=taken["ours anew" if peer == BALL_TREE else "ours"],
            peer=peer,
            peer_s=taken[peer],
            agreement=_agreement(own, count(), exact=peer != BALL_TREE),
        )


def _agreement(own: int, theirs: int, *, exact: bool) -> str:
    if exact:
        assert own == theirs
        return "same number"
    assert np.isclose(own, theirs, rtol=0.01)  # a sphere is up to 0.34% off, and pairs go with the square
    return f"{theirs / own - 1:+.2%} pairs, on a sphere"
