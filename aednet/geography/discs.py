"""The ground within a radius of at least one of many sites: its exact area, and its outline for maps."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from aednet.geography.sectors import areas_in_disc_m2, half_edge_areas_m2
from aednet.geography.voronoi import VoronoiCells

SIDES = 32  # of a quarter circle in an outline, which leaves a circle 0.04% short


class DiscUnion:
    """The union of equal discs about sites in a metric plane.

    Each disc is cut to the ground nearest to its own site, its Voronoi cell. The cut discs together are the
    union and no two overlap, so that areas are sums over them, each in closed form. Immutable, so any
    number of threads may ask.
    """

    def __init__(self, *, x_m: NDArray[np.float64], y_m: NDArray[np.float64], radius_m: float) -> None:
        """Take the discs of `radius_m` about `x_m` and `y_m`: two arrays of one length, finite, in metres.

        Sites may coincide, and there may be none.
        """
        self._radius_m = radius_m
        self._cells: VoronoiCells | None = None
        self._cut_m2 = np.zeros(0)
        if len(x_m):
            self._cells = VoronoiCells(x_m=x_m, y_m=y_m, reach_m=radius_m)
            self._cut_m2 = _cut_areas_m2(self._cells, radius_m)
        self.area_m2 = float(self._cut_m2.sum())

    def areas_within(self, polygons: Sequence[BaseGeometry] | NDArray[np.object_]) -> NDArray[np.float64]:
        """Return the area that the union shares with each of `polygons`, in m2.

        Polygons are valid and in the same plane; they may have holes and parts, and may overlap. Only discs
        that cross a border are cut by it.
        """
        shapes = np.asarray(polygons, dtype=np.object_)
        if self._cells is None or not len(shapes):
            return np.zeros(len(shapes))
        corners = self._cells.corners()
        centres = self._cells.sites[corners.sites]
        low, high = corners.bounds()
        low = np.maximum(low, centres - self._radius_m)
        high = np.minimum(high, centres + self._radius_m)
        boxes = shapely.box(*low.T, *high.T)
        tree = shapely.STRtree(boxes)
        whole = tree.query(shapes, predicate="contains_properly")
        whole_m2 = np.bincount(whole[0], self._cut_m2[corners.sites[whole[1]]], len(shapes))
        shape, disc = _without(tree.query(shapes, predicate="intersects"), whole)
        crossing, again = np.unique(disc, return_inverse=True)
        cells = shapely.intersection(corners.polygons(crossing), boxes[crossing])
        pieces = shapely.intersection(cells[again], shapes[shape])
        pieces_m2 = areas_in_disc_m2(pieces, centres=centres[disc], radius_m=self._radius_m)
        return np.asarray(whole_m2 + np.bincount(shape, pieces_m2, len(shapes)), dtype=np.float64)

    def outline(self) -> BaseGeometry:
        """Return the union as a shapely geometry; its quarter circles have `SIDES` straight sides each."""
        return shapely.disjoint_subset_union_all(self._discs())

    def outlines_near(self, shapes: NDArray[np.object_]) -> list[BaseGeometry]:
        """Return for each of `shapes` the outline of those discs alone that reach it."""
        discs = self._discs()
        shape, disc = shapely.STRtree(discs).query(shapes, predicate="intersects")
        return [shapely.union_all(discs[disc[shape == number]]) for number in range(len(shapes))]

    def _discs(self) -> NDArray[np.object_]:
        sites = np.zeros((0, 2)) if self._cells is None else self._cells.sites
        discs: NDArray[np.object_] = shapely.buffer(shapely.points(sites), self._radius_m, quad_segs=SIDES)
        return discs


def _cut_areas_m2(cells: VoronoiCells, radius_m: float) -> NDArray[np.float64]:
    """Return the area of the disc in each cell: what it has of the triangles between site and borders."""
    borders = cells.half_borders()
    areas_m2 = half_edge_areas_m2(u_m=borders.length_m, h_m=borders.apart_m, radius_m=radius_m)
    ends = np.concatenate([borders.one, borders.other])
    sites = len(cells.sites)
    return np.asarray(np.bincount(ends, np.tile(areas_m2, 2), sites)[:sites], dtype=np.float64)


def _without(pairs: NDArray[np.intp], others: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return those of `pairs` that are not in `others`, both as an array of firsts and one of seconds."""
    size = 1 + pairs.max(initial=0)
    keys, taken = (first * size + second for first, second in (pairs, others))
    return pairs[:, ~np.isin(keys, taken)]
