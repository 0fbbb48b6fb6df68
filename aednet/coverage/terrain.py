"""The ground that coverage is measured on: areas and the people in them, made ready once. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from aednet.geography.projection import Projection
from aednet.geography.shapes import to_metres


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaGround:
    """An area: its ground in WGS84 (lon, lat), and its inhabitants where they are known."""

    slug: str
    shape: BaseGeometry
    population: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationCell:
    """A piece of the area with the slug `area`, in WGS84 (lon, lat), and its inhabitants."""

    area: str
    shape: BaseGeometry
    inhabitants: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terrain:
    """Areas and the people in them in a plane of metres: all that does not depend on cabinets. Immutable.

    People are taken to live evenly over a parcel: a population cell, or a whole area that has no cells. Of
    each parcel `parcel_areas` holds the position of its area in `slugs`, and `parcel_people` its
    inhabitants, NaN where nobody knows them. The population of an area that has cells is their sum. In
    `inhabited` is of each area the ground where people live, or may live.
    """

    projection: Projection
    slugs: tuple[str, ...]
    areas: NDArray[np.object_]
    areas_m2: NDArray[np.float64]
    inhabited: NDArray[np.object_]
    parcels: NDArray[np.object_]
    parcels_m2: NDArray[np.float64]
    parcel_areas: NDArray[np.intp]
    parcel_people: NDArray[np.float64]

    def sum_by_area(self, people: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add up a figure given for each parcel to one for each area."""
        return np.asarray(np.bincount(self.parcel_areas, people, len(self.slugs)), dtype=np.float64)


def survey(
    areas: Sequence[AreaGround], cells: Iterable[PopulationCell], *, projection: Projection
) -> Terrain:
    """Make areas and their population cells ready. A cell of an area that is not given is left out.

    Raises:
        InvalidPoint: the projection does not reach a corner.
    """
    own: dict[str, list[tuple[BaseGeometry, int | None]]] = {area.slug: [] for area in areas}
    for cell in cells:
        if cell.area in own:
            own[cell.area].append((cell.shape, cell.inhabitants))
    for area in areas:
        if not own[area.slug]:
            own[area.slug].append((area.shape, area.population))
    parcels = [(position, *parcel) for position, listed in enumerate(own.values()) for parcel in listed]
    area_shapes = _in_plane((area.shape for area in areas), projection)
    parcel_shapes = _in_plane((shape for _, shape, _ in parcels), projection)
    parcel_areas = np.array([position for position, _, _ in parcels], dtype=np.intp)
    parcel_people = np.array([people for _, _, people in parcels], dtype=np.float64)  # None becomes NaN
    lived_on = parcel_people != 0
    return Terrain(
        projection=projection,
        slugs=tuple(own),
        areas=area_shapes,
        areas_m2=shapely.area(area_shapes),
        inhabited=np.array(
            [
                shapely.union_all(parcel_shapes[lived_on & (parcel_areas == position)])
                for position in range(len(areas))
            ],
            dtype=np.object_,
        ),
        parcels=parcel_shapes,
        parcels_m2=shapely.area(parcel_shapes),
        parcel_areas=parcel_areas,
        parcel_people=parcel_people,
    )


def _in_plane(shapes: Iterable[BaseGeometry], projection: Projection) -> NDArray[np.object_]:
    """Return `shapes` in the plane, valid even where a border that nearly met itself now does."""
    plane = np.array([to_metres(shape, projection) for shape in shapes], dtype=np.object_)
    valid: NDArray[np.object_] = shapely.make_valid(plane, method="structure", keep_collapsed=False)
    return valid  # not prepared: GEOS works inside a prepared shape, so threads must not share one
