"""People and cabinets weighed against each other: which of them are short of the other. Pure."""

from collections import Counter
from datetime import date

import numpy as np
from numpy.typing import NDArray

from aednet.coverage.matching import responders_near
from aednet.coverage.people import Crowd
from aednet.geography.index import NearestIndex
from aednet.geography.pairs import nearest_of_all


def responders_by_area(crowd: Crowd, *, day: date) -> Counter[int | None]:
    """Count those who may be called out on `day` by the id of the area they live in, None for no area."""
    return Counter(crowd.area_ids[position] for position in crowd.responders_on(day).nonzero()[0])


def responders_by_cabinet(crowd: Crowd, cabinets: NearestIndex, *, day: date) -> NDArray[np.intp]:
    """Count for each cabinet those who live within 500 m of it and may be called out on `day`."""
    responders = crowd.responders_on(day)
    index = NearestIndex(x_m=crowd.index.x_m[responders], y_m=crowd.index.y_m[responders])
    return responders_near(cabinets, index)


def out_of_reach(people: NearestIndex, cabinets: NearestIndex, *, radius_m: float) -> NDArray[np.intp]:
    """Return the positions of the people who live further than `radius_m` from every cabinet."""
    nearest = nearest_of_all(cabinets, x_m=people.x_m, y_m=people.y_m, count=1)
    return np.flatnonzero((nearest.metres > radius_m).all(axis=1))
