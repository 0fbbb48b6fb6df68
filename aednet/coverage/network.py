"""The network as it stood at one revision: every cabinet in arrays, with an index. Immutable.

It holds dates and hours, never readiness or "open now": those are worked out for the instant asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import shapely
from numpy.typing import NDArray

from aednet.areas.queries import AreaFacts, CellFacts
from aednet.cabinets.facts import CabinetFacts
from aednet.cabinets.hours.openness import HoursAtInstant, LocalCalendar
from aednet.cabinets.rules import serves
from aednet.coverage.matching import plant
from aednet.coverage.terrain import AreaGround, PopulationCell, Terrain, survey
from aednet.geography.extent import Extent
from aednet.geography.geodesic import GeodesicIndex
from aednet.geography.projection import Projection


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Network:
    """A snapshot that any number of threads may read."""

    version: int
    has_examples: bool  # some cabinets are invented, which every screen must then say
    cabinets: tuple[CabinetFacts, ...]  # those the public may see, by reference
    positions: Mapping[str, int]  # by reference
    index: GeodesicIndex  # positions are those in `cabinets`, here and in the tree
    tree: shapely.STRtree
    areas: tuple[AreaFacts, ...]
    terrain: Terrain
    published_responders: Mapping[str, int]  # by scope; figures that hardly move, see `rules`
    extent: Extent
    calendar: LocalCalendar

    def serving_at(self, at: datetime) -> NDArray[np.intp]:
        """Return the positions of the cabinets that serve at an instant, in order."""
        hours, today = HoursAtInstant(at, self.calendar), self.calendar.day_of(at)
        return np.array(
            [
                position
                for position, cabinet in enumerate(self.cabinets)
                if serves(cabinet.readiness(today), hours.openness(cabinet.opening_hours))
            ],
            dtype=np.intp,
        )


def build_network(
    *,
    version: int,
    cabinets: Sequence[CabinetFacts],
    areas: Sequence[AreaFacts],
    cells: Iterable[CellFacts] = (),
    published_responders: Mapping[str, int] | None = None,
    extent: Extent,
    calendar: LocalCalendar,
    projection: Projection,
) -> Network:
    """Put a snapshot together from what was read at `version`."""
    index = GeodesicIndex(
        lat=np.array([cabinet.position.lat for cabinet in cabinets], dtype=np.float64),
        lon=np.array([cabinet.position.lon for cabinet in cabinets], dtype=np.float64),
        projection=projection,
    )
    return Network(
        version=version,
        has_examples=any(cabinet.is_example for cabinet in cabinets),
        cabinets=tuple(cabinets),
        positions={cabinet.ref: position for position, cabinet in enumerate(cabinets)},
        index=index,
        tree=plant(x_m=index.planar.x_m, y_m=index.planar.y_m),
        areas=tuple(areas),
        terrain=survey(
            [AreaGround(slug=area.slug, shape=area.shape, population=area.population) for area in areas],
            (
                PopulationCell(area=cell.area, shape=cell.shape, inhabitants=cell.population)
                for cell in cells
                if cell.area is not None
            ),
            projection=projection,
        ),
        published_responders=published_responders or {},
        extent=extent,
        calendar=calendar,
    )
