"""From degrees to metres and back, in the metric projection that a network names."""

from dataclasses import dataclass
from functools import cache
from math import isfinite
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from pyproj.enums import TransformDirection
from pyproj.exceptions import CRSError, ProjError

from aednet.base.errors import InvalidValue
from aednet.geography.extent import Extent, InvalidExtent
from aednet.geography.points import InvalidPoint, LatLon

SOURCE_CRS: Final = "EPSG:4258"  # ETRS89; PROJ finds a better way into European grids from it than from WGS84
MAX_SCALE_ERROR: Final = 0.01  # past one per cent "500 metres" means nothing: Web Mercator, continental grids
SAMPLES: Final = 9  # points sampled along each side of the area of use
SAMPLE_M: Final = 100.0
DIRECTIONS: Final = (0.0, 45.0, 90.0, 135.0)
HEADROOM: Final = 1.25  # between the samples a projection may stretch a little more than at them
WGS84: Final = Geod(ellps="WGS84")  # holds constants only, so threads may share it


class InvalidProjection(InvalidValue):
    """A reference system cannot serve for measuring in metres."""

    code: ClassVar[str] = "invalid_projection"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanePoint:
    """A position in a projection's plane, in metres."""

    x_m: float
    y_m: float


class Projection:
    """A metric projection, such as RD New, with WGS84 degrees on its other side.

    Threads may share one: pyproj (3.1 and later) keeps a PROJ object for each thread behind a
    `Transformer`.

    `extent` is where the projection is meant to be used, and `scale_error` the largest share by which a
    length there differs from the geodesic, measured, with some headroom: 0.0003 in RD New, up to
    0.005 in other national grids.
    """

    def __init__(self, code: str) -> None:
        """Prepare the projection `code`, for example `EPSG:28992`.

        Raises:
            InvalidProjection: it is unknown, is not a plane in metres, or stretches lengths too much.
        """
        self.code = code
        crs = _plane_in_metres(code)
        self.extent = _area_of_use(crs, code)
        self._transformer = _one_operation(crs, self.extent, code)
        self.scale_error = self._measured_scale_error()
        if self.scale_error > MAX_SCALE_ERROR:
            raise InvalidProjection(
                f"{code} stretches lengths by more than {MAX_SCALE_ERROR:.0%}: name a national or UTM grid."
            )

    @staticmethod
    @cache
    def named(code: str) -> "Projection":
        """Return the projection `code`, prepared once for each process.

        Raises:
            InvalidProjection: as the constructor does.
        """
        return Projection(code)

    def to_metres(
        self, lat: NDArray[np.float64], lon: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return x and y in metres of the points at `lat` and `lon`, arrays of one shape.

        Raises:
            InvalidPoint: the projection does not reach one of them.
        """
        return self._transformed(lon, lat, TransformDirection.FORWARD)

    def to_degrees(
        self, x_m: NDArray[np.float64], y_m: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return latitude and longitude of the points at `x_m` and `y_m`, arrays of one shape.

        Raises:
            InvalidPoint: the projection does not reach one of them.
        """
        lon, lat = self._transformed(x_m, y_m, TransformDirection.INVERSE)
        return lat, lon

    def point_to_metres(self, point: LatLon) -> PlanePoint:
        """Return where `point` lies in the plane.

        Raises:
            InvalidPoint: the projection does not reach it.
        """
        x_m, y_m = self._transformer.transform(point.lon, point.lat)
        if not (isfinite(x_m) and isfinite(y_m)):
            raise self._out_of_reach()
        return PlanePoint(x_m=x_m, y_m=y_m)

    def is_valid_at(self, point: LatLon) -> bool:
        """Tell whether `point` lies where the projection is meant to be used."""
        return self.extent.contains(point)

    def _transformed(
        self, x: NDArray[np.float64], y: NDArray[np.float64], direction: TransformDirection
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        there_x, there_y = self._transformer.transform(x, y, direction=direction)
        if not (np.isfinite(there_x).all() and np.isfinite(there_y).all()):
            raise self._out_of_reach()
        return there_x, there_y

    def _out_of_reach(self) -> InvalidPoint:
        advice = f"lies out of reach of {self.code}"
        return InvalidPoint(f"The point {advice}.", fields={"lat": advice, "lon": advice})

    def _measured_scale_error(self) -> float:
        """Compare short geodesics all over the area of use, in four directions, with their projections."""
        lon, lat, azimuth = np.meshgrid(
            np.linspace(self.extent.west, self.extent.east, SAMPLES),
            np.linspace(self.extent.south, self.extent.north, SAMPLES),
            DIRECTIONS,
        )
        end_lon, end_lat, _ = WGS84.fwd(lon, lat, azimuth, np.full(lon.shape, SAMPLE_M))
        start_x, start_y = self._transformer.transform(lon, lat)
        end_x, end_y = self._transformer.transform(end_lon, end_lat)
        scale = np.hypot(end_x - start_x, end_y - start_y) / SAMPLE_M
        return float(np.abs(scale - 1).max()) * HEADROOM


def _plane_in_metres(code: str) -> CRS:
    try:
        crs = CRS(code)
    except CRSError:
        raise InvalidProjection(f"{code} is no known reference system.") from None
    if not crs.is_projected or crs.is_compound:
        raise InvalidProjection(f"{code} is no flat map, so distances in it are not in metres.")
    if any(axis.unit_conversion_factor != 1.0 for axis in crs.axis_info):
        raise InvalidProjection(f"{code} counts in {crs.axis_info[0].unit_name}, not in metres.")
    return crs


def _area_of_use(crs: CRS, code: str) -> Extent:
    area = crs.area_of_use
    if area is None:
        raise InvalidProjection(f"{code} does not say where it may be used.")
    try:
        return Extent(west=area.west, south=area.south, east=area.east, north=area.north)
    except InvalidExtent:
        raise InvalidProjection(f"{code} reaches across the 180th meridian.") from None


def _one_operation(crs: CRS, extent: Extent, code: str) -> Transformer:
    """Return the operation that PROJ prefers in the middle of `extent`, to be used everywhere.

    Left to itself PROJ chooses one for every point: between two that differ, EPSG:27700 has seams where
    neighbours come to lie 130 m apart. One operation is also thirty times quicker to set up in a new
    thread.
    """
    try:
        choosing = Transformer.from_crs(SOURCE_CRS, crs, always_xy=True)
        choosing.transform((extent.west + extent.east) / 2, (extent.south + extent.north) / 2)
        return Transformer.from_pipeline(choosing.get_last_used_operation().definition)
    except ProjError:
        raise InvalidProjection(f"{code} cannot be reached from degrees.") from None
