from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from aednet.coverage.balance import (
    out_of_reach,
    responders_by_area,
    responders_by_cabinet,
)
from aednet.coverage.matching import match_all, plant
from aednet.coverage.people import Crowd
from aednet.geography.index import NearestIndex
from tests.factories import TODAY

YESTERDAY = TODAY - timedelta(days=1)
fields = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), max_size=40)
Points = list[tuple[int, int]]


def index_of(points: Points) -> NearestIndex:
    x_m, y_m = np.array(points, dtype=float).reshape(-1, 2).T
    return NearestIndex(x_m=x_m, y_m=y_m)


def crowd_of(*people: tuple[int, int, int | None, date | None]) -> Crowd:
    """Responders by x, y, area and the day on which their certificate lapses."""
    index = index_of([(x, y) for x, y, _, _ in people])
    yes = np.ones(len(people), dtype=np.bool_)
    return Crowd(
        version=1,
        ids=np.arange(len(people)),
        area_ids=tuple(area for _, _, area, _ in people),
        active=yes,
        responds=yes,
        guards=yes,
        certificate_lapses_on=np.array([lapses_on for _, _, _, lapses_on in people], dtype="datetime64[D]"),
        index=index,
        tree=plant(x_m=index.x_m, y_m=index.y_m),
    )


def test_responders_count_for_their_area_up_to_the_day_their_certificate_lapses() -> None:
    crowd = crowd_of((0, 0, 7, TODAY), (0, 0, 7, YESTERDAY), (0, 0, None, TODAY), (0, 0, 8, None))
    assert responders_by_area(crowd, day=TODAY) == {7: 1, None: 1}
    assert responders_by_area(crowd, day=YESTERDAY) == {7: 2, None: 1}


def test_responders_count_for_every_cabinet_within_500_m() -> None:
    crowd = crowd_of((500, 0, 7, TODAY), (0, 501, 7, TODAY), (0, 0, None, YESTERDAY))
    cabinets = index_of([(0, 0), (0, 1), (9_000, 0)])
    assert responders_by_cabinet(crowd, cabinets, day=TODAY).tolist() == [1, 1, 0]
    assert responders_by_cabinet(crowd, index_of([]), day=TODAY).tolist() == []


@given(people=fields, cabinets=fields, radius_m=st.integers(0, 14))
def test_out_of_reach_are_those_whom_matching_gives_no_cabinet(
    people: Points, cabinets: Points, radius_m: int
) -> None:
    found = out_of_reach(index_of(people), index_of(cabinets), radius_m=radius_m)
    assert (
        found.tolist()
        == match_all(index_of(people), index_of(cabinets), radius_m=radius_m).cabinets.lonely.tolist()
    )


def test_without_cabinets_everybody_is_out_of_reach_and_nobody_is_among_nobody() -> None:
    assert out_of_reach(index_of([(0, 0), (1, 1)]), index_of([]), radius_m=500).tolist() == [0, 1]
    assert out_of_reach(index_of([]), index_of([(0, 0)]), radius_m=500).tolist() == []
