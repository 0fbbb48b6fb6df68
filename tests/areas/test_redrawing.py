import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import box
from shapely.geometry.base import BaseGeometry

from aednet.areas.redrawing import Redrawing, redraw
from aednet.geography.mosaic import TOLERATED_M2, size_m2
from aednet.geography.projection import Projection

RD = Projection.named("EPSG:28992")
SQUARES = {"krakeel": box(6.40, 52.70, 6.45, 52.75), "wolfsbos": box(6.45, 52.70, 6.50, 52.75)}
DEGREE_M2 = size_m2(box(6.45, 52.72, 6.46, 52.73), RD) * 10_000


def become(slug: str, shape: BaseGeometry | None, before: dict[str, BaseGeometry] | None = None) -> Redrawing:
    return redraw(SQUARES if before is None else before, slug, shape, RD)


def test_the_same_border_changes_nothing_wherever_its_ring_begins() -> None:
    turned = shapely.Polygon([(6.45, 52.75), (6.40, 52.75), (6.40, 52.70), (6.45, 52.70), (6.45, 52.75)])
    same = become("krakeel", turned)
    assert (same.ground.changed, same.ground.box, same.overlaps, same.holes) == (frozenset(), None, (), ())


def test_what_a_border_takes_the_neighbour_gives_up() -> None:
    taken = become("krakeel", box(6.40, 52.70, 6.46, 52.75))
    assert taken.giving_up == ("wolfsbos",)
    assert taken.shapes["wolfsbos"].equals(box(6.46, 52.70, 6.50, 52.75))
    assert taken.ground.changed == {"krakeel", "wolfsbos"}
    (flaw,) = taken.overlaps
    assert flaw.names == ("krakeel", "wolfsbos")
    assert flaw.size_m2 == pytest.approx(0.01 * 0.05 * DEGREE_M2, rel=1e-3)
    assert 6.45 < flaw.at.lon < 6.46
    box_of_change = taken.ground.box
    assert box_of_change is not None
    assert (box_of_change.west, box_of_change.east) == (6.45, 6.46)


def test_what_a_border_leaves_is_nobodys_and_told_only_where_it_is_enclosed() -> None:
    open_to_the_side = become("krakeel", box(6.40, 52.70, 6.44, 52.75))
    assert open_to_the_side.holes == ()
    assert open_to_the_side.ground.changed == {"krakeel"}
    bitten = box(6.40, 52.70, 6.45, 52.75) - box(6.44, 52.72, 6.45, 52.73)
    (hole,) = become("krakeel", bitten).holes
    assert hole.size_m2 == pytest.approx(0.0001 * DEGREE_M2, rel=0.01)
    assert 6.44 < hole.at.lon < 6.45


def test_a_hole_that_was_there_before_is_told_no_more() -> None:
    ring = box(6.40, 52.70, 6.45, 52.75) - box(6.41, 52.71, 6.42, 52.72)
    before = SQUARES | {"krakeel": ring}
    assert become("wolfsbos", box(6.45, 52.70, 6.51, 52.75), before).holes == ()


def test_a_neighbour_that_would_keep_nothing_is_named_and_left_alone() -> None:
    swallowing = become("krakeel", box(6.40, 52.70, 6.51, 52.76))
    assert swallowing.swallowed == ("wolfsbos",)
    assert swallowing.shapes["wolfsbos"] == SQUARES["wolfsbos"]


def test_an_area_is_added_and_one_is_removed() -> None:
    added = become("zuid", box(6.42, 52.69, 6.43, 52.71))
    assert list(added.shapes) == ["krakeel", "wolfsbos", "zuid"]
    assert added.giving_up == ("krakeel",)
    assert added.ground.changed == {"krakeel", "zuid"}
    removed = become("krakeel", None)
    assert list(removed.shapes) == ["wolfsbos"]
    assert removed.ground.changed == {"krakeel"}
    assert removed.giving_up == ()
    assert removed.ground.concerned == {
        "krakeel",
        "wolfsbos",
    }  # for they touch


def test_borders_that_overlap_by_a_tracers_error_are_let_be() -> None:
    slightly = become("krakeel", box(6.40, 52.70, 6.4500001, 52.75))  # 7 mm
    assert size_m2(slightly.shapes["krakeel"] & SQUARES["wolfsbos"], RD) < TOLERATED_M2
    assert slightly.giving_up == ()
    assert slightly.ground.changed == {"krakeel"}


@given(
    west=st.floats(6.38, 6.47),
    south=st.floats(52.68, 52.73),
    width=st.floats(0.01, 0.1),
    height=st.floats(0.01, 0.1),
)
def test_whatever_is_drawn_no_ground_belongs_to_two_and_all_that_changes_lies_in_the_box(
    west: float, south: float, width: float, height: float
) -> None:
    drawn = become("krakeel", box(west, south, west + width, south + height))
    if drawn.swallowed:
        return
    after = list(drawn.shapes.values())
    assert size_m2(after[0] & after[1], RD) <= 2 * TOLERATED_M2
    ground = drawn.ground.box
    assert ground is not None
    around = box(ground.west, ground.south, ground.east, ground.north)
    for slug, shape in drawn.shapes.items():
        ground_lost_or_won = shapely.symmetric_difference(SQUARES[slug], shape)
        assert ground_lost_or_won.is_empty or around.covers(ground_lost_or_won)
