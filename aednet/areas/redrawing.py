"""What becomes of all areas when the border of one changes: geometry alone, to be looked at first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import shapely
from shapely.geometry.base import BaseGeometry

from aednet.geography.extent import Extent
from aednet.geography.mosaic import TOLERATED_M2, Flaw, NamedShape, find_flaws, find_overlaps, size_m2
from aednet.geography.projection import Projection


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangingGround:
    """Where ground changes hands; areas are known by their slugs.

    `changed` are those whose border differs, or that are there on one side alone; `concerned` are they and
    all on whose ground something changes. All of that lies in `box`, which is None where nothing does.
    """

    changed: frozenset[str]
    concerned: frozenset[str]
    box: Extent | None

    @classmethod
    def between(cls, before: Mapping[str, BaseGeometry], after: Mapping[str, BaseGeometry]) -> Self:
        """Compare two states of all areas, in (lon, lat)."""
        names = before.keys() | after.keys()
        changed = frozenset(name for name in names if not _is_same(before.get(name), after.get(name)))
        ground = shapely.union_all([_changing(before.get(name), after.get(name)) for name in sorted(changed)])
        touched = frozenset(name for name, own in before.items() if shapely.intersects(own, ground))
        box = None if ground.is_empty else Extent.around([ground])
        return cls(changed=changed, concerned=touched | changed, box=box)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redrawing:
    """The areas after one border changed, and what that does to the others; areas are known by their slugs.

    `shapes` are all areas afterwards, by slug. `giving_up` are the neighbours whose ground the new border
    takes, and `swallowed` those among them that would keep none and are left as they are. `overlaps` are
    settled by what the neighbours give up; `holes` are ground that is enclosed and nobody's only since.
    """

    shapes: Mapping[str, BaseGeometry]
    ground: ChangingGround
    giving_up: tuple[str, ...]
    swallowed: tuple[str, ...]
    overlaps: tuple[Flaw, ...]
    holes: tuple[Flaw, ...]


def redraw(
    before: Mapping[str, BaseGeometry], slug: str, shape: BaseGeometry | None, projection: Projection
) -> Redrawing:
    """Return what becomes of areas when `slug` gets another border, or goes where that is None.

    What the new border takes from its neighbours by more than 100 m2, they give up. All shapes are in
    (lon, lat) and lie where `projection` may be used.
    """
    others = {name: own for name, own in before.items() if name != slug}
    overlaps = [] if shape is None else _overlaps_of(slug, shape, others, projection)
    giving_up = tuple(name for flaw in overlaps for name in flaw.names if name != slug)
    left = {} if shape is None else {name: _left_of(others[name], shape, projection) for name in giving_up}
    after = others | {name: own for name, own in left.items() if own is not None}
    if shape is not None:
        after[slug] = shape
    after = dict(sorted(after.items()))
    return Redrawing(
        shapes=after,
        ground=ChangingGround.between(before, after),
        giving_up=giving_up,
        swallowed=tuple(name for name, own in left.items() if own is None),
        overlaps=tuple(overlaps),
        holes=_new_holes(before, after, projection),
    )


def _overlaps_of(
    slug: str, shape: BaseGeometry, others: Mapping[str, BaseGeometry], projection: Projection
) -> list[Flaw]:
    own = NamedShape(name=slug, shape=shape)
    near = [
        NamedShape(name=name, shape=other)
        for name, other in sorted(others.items())
        if shapely.intersects(other, shape)
    ]
    return [flaw for flaw in find_overlaps([own, *near], projection) if slug in flaw.names]


def _left_of(shape: BaseGeometry, taken: BaseGeometry, projection: Projection) -> BaseGeometry | None:
    """Return what an area keeps, without slivers; None where that is nothing."""
    rest = shapely.difference(shape, taken)
    parts = [
        part
        for part in shapely.get_parts(rest)
        if part.geom_type == "Polygon" and size_m2(part, projection) > TOLERATED_M2
    ]
    return shapely.union_all(parts) if parts else None


def _is_same(one: BaseGeometry | None, other: BaseGeometry | None) -> bool:
    """Tell whether two borders run alike, wherever they begin."""
    if one is None or other is None:
        return one is other
    return bool(one.normalize().equals_exact(other.normalize()))


def _changing(before: BaseGeometry | None, after: BaseGeometry | None) -> BaseGeometry:
    both = [shape for shape in (before, after) if shape is not None]
    return both[0] if len(both) == 1 else shapely.symmetric_difference(*both)


def _new_holes(
    before: Mapping[str, BaseGeometry], after: Mapping[str, BaseGeometry], projection: Projection
) -> tuple[Flaw, ...]:
    known = {flaw.words for flaw in _holes(before, projection)}
    return tuple(flaw for flaw in _holes(after, projection) if flaw.words not in known)


def _holes(shapes: Mapping[str, BaseGeometry], projection: Projection) -> Sequence[Flaw]:
    named = [NamedShape(name=name, shape=shape) for name, shape in shapes.items()]
    return [flaw for flaw in find_flaws(named, projection) if not flaw.names]
