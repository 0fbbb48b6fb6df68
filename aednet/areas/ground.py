"""The ground of a network: where it lies, and which area a point belongs to."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from aednet.areas.queries import area_locator, list_areas, network_extent
from aednet.config import Settings
from aednet.geography.extent import Extent, check_inside
from aednet.geography.locator import AreaLocator
from aednet.geography.points import LatLon
from aednet.geography.projection import Projection


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Everything a use case needs to place a point."""

    extent: Extent
    locator: AreaLocator[int]

    def area_id_at(self, point: LatLon) -> int | None:
        """Return the id of the area at `point`, or None where the network has no area.

        Raises:
            OutsideExtent: the point lies outside the network; the message suggests a swap where that
                would mend it.
        """
        check_inside(point, self.extent)
        return self.locator.locate(point)


def load_ground(session: Session, settings: Settings) -> Ground:
    """Read the areas and work out the ground they make."""
    projection = Projection.named(settings.projection)
    areas = list_areas(session)
    return Ground(
        extent=network_extent(settings, areas, projection),
        locator=area_locator(areas),
    )
