from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from geopy.distance import geodesic
from hypothesis import given
from hypothesis import strategies as st

from aednet.cabinets.facts import CabinetFacts
from aednet.cabinets.hours.openness import LocalCalendar, Openness
from aednet.cabinets.rules import Readiness, Status
from aednet.coverage.nearest import Mode, minutes_one_way, nearest_cabinets
from aednet.coverage.network import Network, build_network
from aednet.geography.extent import Extent, OutsideExtent
from aednet.geography.points import LatLon
from aednet.geography.projection import Projection
from tests.factories import NOW, TODAY, make_upkeep

CENTRE = LatLon(lat=52.7245, lon=6.4788)
NIGHT = datetime(2026, 11, 24, 2, tzinfo=UTC)  # 03:00 local
OFFICE_HOURS = "Mo-Fr 08:00-17:00"
BOX = Extent(west=6.0, south=52.4, east=7.0, north=53.0)


def make_facts(
    number: int = 1, *, metres_north: float = 0.0, hours: str | None = "24/7", **changes: object
) -> CabinetFacts:
    facts: dict[str, object] = {
        "id": number,
        "ref": f"HGV-{number:03d}",
        "name": f"Kast {number}",
        "position": LatLon(lat=CENTRE.lat + metres_north / 111_260, lon=CENTRE.lon),
        "area_id": None,
        "area": None,
        "area_name": None,
        "address": None,
        "location": None,
        "access": None,
        "locked": None,
        "indoor": None,
        "opening_hours": hours,
        "is_example": False,
        "upkeep": make_upkeep(),
    }
    return CabinetFacts(**facts | changes)  # type: ignore[arg-type]


def make_network(cabinets: Sequence[CabinetFacts]) -> Network:
    return build_network(
        version=1,
        cabinets=cabinets,
        areas=(),
        extent=BOX,
        calendar=LocalCalendar(timezone="Europe/Amsterdam", country="NL"),
        projection=Projection.named("EPSG:28992"),
    )


def refs(network: Network, **question: object) -> list[str]:
    asked: dict[str, object] = {"origin": CENTRE, "at": NOW, "limit": 3}
    found = nearest_cabinets(network, **asked | question)  # type: ignore[arg-type]
    return [near.cabinet.ref for near in found]


def test_the_nearest_come_first_and_no_more_than_asked() -> None:
    network = make_network([make_facts(n, metres_north=100 * n) for n in range(5, 0, -1)])
    assert refs(network, limit=2) == ["HGV-001", "HGV-002"]


def test_an_empty_network_has_no_answer_but_answers() -> None:
    assert refs(make_network([])) == []


def test_unknown_hours_stand_among_the_open_ones_by_distance() -> None:
    network = make_network(
        [make_facts(1, metres_north=300), make_facts(2, metres_north=200, hours="tijdens kantooruren")]
    )
    assert refs(network) == ["HGV-002", "HGV-001"]


def test_closed_ones_are_left_out_or_follow_where_asked_for() -> None:
    network = make_network(
        [make_facts(1, metres_north=100, hours=OFFICE_HOURS), make_facts(2, metres_north=900)]
    )
    assert refs(network, at=NOW) == ["HGV-001", "HGV-002"]
    assert refs(network, at=NIGHT) == ["HGV-002"]
    assert refs(network, at=NIGHT, include_closed=True) == ["HGV-002", "HGV-001"]
    assert refs(network, at=NIGHT, include_closed=True, limit=1) == ["HGV-002"]


@pytest.mark.parametrize(
    "upkeep",
    [
        make_upkeep(status=Status.MISSING),
        make_upkeep(passed=False),
        make_upkeep(battery_expires_on=TODAY - timedelta(days=1)),
    ],
)
def test_what_is_out_of_service_is_left_out_even_with_the_closed_ones(upkeep: object) -> None:
    network = make_network([make_facts(1, upkeep=upkeep), make_facts(2, metres_north=500)])
    assert refs(network, include_closed=True) == ["HGV-002"]


def test_readiness_is_that_of_the_instant_asked_for() -> None:
    network = make_network([make_facts(upkeep=make_upkeep(battery_expires_on=TODAY))])
    assert refs(network, at=NOW) == ["HGV-001"]
    assert refs(network, at=NOW + timedelta(days=1)) == []


def test_a_day_begins_at_local_midnight() -> None:
    network = make_network([make_facts(upkeep=make_upkeep(battery_expires_on=TODAY))])
    assert refs(network, at=datetime(2026, 11, 24, 22, 59, tzinfo=UTC)) == ["HGV-001"]
    assert refs(network, at=datetime(2026, 11, 24, 23, 0, tzinfo=UTC)) == []


def test_a_point_outside_is_refused_and_a_swapped_one_explained() -> None:
    network = make_network([make_facts()])
    with pytest.raises(OutsideExtent) as caught:
        refs(network, origin=CENTRE.swapped())
    assert caught.value.suggestion == CENTRE


def test_the_answer_says_how_far_how_long_and_in_what_state() -> None:
    near = nearest_cabinets(
        make_network([make_facts(metres_north=336.1, upkeep=make_upkeep(inspected_on=None))]),
        CENTRE,
        at=NOW,
        limit=1,
    )[0]
    assert near.straight_line_m == pytest.approx(336.1, abs=0.5)
    assert near.minutes == pytest.approx(4.4, abs=0.05)  # the contract's own example
    assert (near.open, near.readiness) == (Openness.OPEN, Readiness.UNKNOWN)


@given(st.floats(min_value=0, max_value=50_000))
def test_faster_ways_never_take_longer(metres: float) -> None:
    minutes = [minutes_one_way(metres, mode) for mode in (Mode.WALK, Mode.RUN, Mode.CYCLE, Mode.CAR)]
    assert minutes == sorted(minutes, reverse=True)


def test_the_order_is_that_of_a_slow_geodesic_over_every_cabinet() -> None:
    random = Random(20261124)
    cabinets = [
        make_facts(
            number,
            hours=random.choice(["24/7", OFFICE_HOURS, None]),
            position=LatLon(lat=random.uniform(52.65, 52.80), lon=random.uniform(6.40, 6.64)),
        )
        for number in range(1, 301)
    ]
    network = make_network(cabinets)
    for _ in range(40):
        origin = LatLon(lat=random.uniform(52.60, 52.85), lon=random.uniform(6.35, 6.70))
        found = nearest_cabinets(network, origin, at=NIGHT, limit=7)
        slow = sorted(
            (geodesic((origin.lat, origin.lon), (c.position.lat, c.position.lon)).m, c.ref)
            for c in cabinets
            if c.opening_hours != OFFICE_HOURS
        )[:7]
        assert [near.cabinet.ref for near in found] == [ref for _, ref in slow]
        for near, (metres, _) in zip(found, slow, strict=True):
            assert near.straight_line_m == pytest.approx(metres, rel=0.0005, abs=0.06)
