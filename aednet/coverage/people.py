"""The volunteers as they stood at one revision, in arrays: where they live and what they will do. Immutable.

It holds dates, never "may be called out": that is worked out for the day asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray

from aednet.coverage.matching import plant
from aednet.geography.index import NearestIndex
from aednet.geography.projection import Projection
from aednet.volunteers.people import People
from aednet.volunteers.rules import Status


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Crowd:
    """Everybody who takes part or has just registered, one in each place of every array."""

    version: int
    ids: NDArray[np.int64]
    area_ids: tuple[int | None, ...]
    active: NDArray[np.bool_]  # not merely registered
    responds: NDArray[np.bool_]
    guards: NDArray[np.bool_]
    certificate_lapses_on: NDArray[np.datetime64]
    index: NearestIndex
    tree: shapely.STRtree

    def responders_on(self, day: date) -> NDArray[np.bool_]:
        """Tell of each whether they may be called out: willing, with a certificate that holds on `day`."""
        return (
            self.active & self.responds & (self.certificate_lapses_on >= np.datetime64(day))
        )  # NaT is never later


def build_crowd(*, version: int, people: Sequence[People], projection: Projection) -> Crowd:
    """Put a snapshot together from what was read at `version`, batch by batch."""
    lat = np.concatenate([np.zeros(0), *(batch.lat for batch in people)])
    lon = np.concatenate([np.zeros(0), *(batch.lon for batch in people)])
    x_m, y_m = projection.to_metres(lat, lon)
    none = np.zeros(0, dtype=np.bool_)
    return Crowd(
        version=version,
        ids=np.concatenate([np.zeros(0, dtype=np.int64), *(batch.ids for batch in people)]),
        area_ids=tuple(area_id for batch in people for area_id in batch.area_ids),
        active=np.array(
            [status is Status.ACTIVE for batch in people for status in batch.statuses], dtype=np.bool_
        ),
        responds=np.concatenate([none, *(batch.responds for batch in people)]),
        guards=np.concatenate([none, *(batch.guards for batch in people)]),
        certificate_lapses_on=np.concatenate(
            [np.zeros(0, dtype="datetime64[D]"), *(batch.certificate_lapses_on for batch in people)]
        ),
        index=NearestIndex(x_m=x_m, y_m=y_m),
        tree=plant(x_m=x_m, y_m=y_m),
    )
