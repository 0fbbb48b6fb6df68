from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from aednet.base.clock import start_of_day
from aednet.cabinets.hours.openness import LocalCalendar, Openness, openness
from aednet.cabinets.rules import Access, Readiness, Status, Upkeep, is_listed, readiness
from aednet.config import Settings
from aednet.demo.cabinets import ExampleCabinet, example_cabinets
from aednet.demo.cells import shipped_cells
from aednet.exchange.areas_in import shipped_areas
from aednet.geography.geodesic import distances_m
from aednet.geography.shapes import point_of

AREAS, CELLS = shipped_areas(), shipped_cells()
CALENDAR = LocalCalendar(timezone="Europe/Amsterdam", country="NL")
DAY = date(2026, 11, 24)
days = st.dates(date(2025, 1, 1), date(2040, 12, 31))


def examples_on(today: date) -> tuple[ExampleCabinet, ...]:
    return example_cabinets(today=today, areas=AREAS, cells=CELLS)


EXAMPLES = examples_on(DAY)


def listed(examples: Iterable[ExampleCabinet]) -> list[ExampleCabinet]:
    return [example for example in examples if is_listed(example.cabinet.status)]


def upkeep(example: ExampleCabinet) -> Upkeep:
    last = example.last_inspection
    return Upkeep(
        status=example.cabinet.status,
        pads_expire_on=example.device.pads_adult_expire_on,
        battery_expires_on=example.device.battery_expires_on,
        inspected_on=last.inspected_on if last else None,
        passed=last.passed if last else None,
    )


def moved(example: ExampleCabinet, by: timedelta) -> ExampleCabinet:
    """The same cabinet, every date in it later."""
    dates = {name: day + by for name, day in example.device if isinstance(day, date)}
    last = example.last_inspection
    return replace(
        example,
        device=example.device.model_copy(update=dates),
        last_inspection=last and replace(last, inspected_on=last.inspected_on + by),
    )


def test_45_are_listed_one_is_planned_and_one_retired() -> None:
    assert [example.ref for example in EXAMPLES] == [f"HGV-{number:03d}" for number in range(1, 48)]
    assert len(listed(EXAMPLES)) == 45
    assert [example.cabinet.status for example in EXAMPLES[45:]] == [Status.PLANNED, Status.RETIRED]
    assert [example.area for example in EXAMPLES[45:]] == ["zuid", "centrum"]


def test_every_area_has_one_and_more_people_never_have_fewer() -> None:
    hung = Counter(example.area for example in listed(EXAMPLES))
    assert set(hung) == {area.slug for area in AREAS}
    for one in AREAS:
        for other in AREAS:
            if (one.population or 0) > (other.population or 0):
                assert hung[one.slug] >= hung[other.slug]


def test_each_lies_in_its_own_area_and_not_on_top_of_another() -> None:
    shapes = {area.slug: area.shape for area in AREAS}
    lat = np.array([example.cabinet.lat for example in EXAMPLES])
    lon = np.array([example.cabinet.lon for example in EXAMPLES])
    for example in EXAMPLES:
        position = example.cabinet.position
        assert shapes[example.area].contains(point_of(position))
        assert (position.lat, position.lon) == (round(position.lat, 5), round(position.lon, 5))
        assert sorted(distances_m(position, lat=lat, lon=lon))[1] >= 250


def test_names_are_unique() -> None:
    assert len({example.cabinet.name for example in EXAMPLES}) == len(EXAMPLES)


def test_of_a_double_name_a_cabinet_bears_the_half_it_hangs_in() -> None:
    halves = {area.slug: area.name.split(" / ") for area in AREAS}
    borne = set()
    for example in EXAMPLES:
        (cell,) = (cell for cell in CELLS if cell.shape.contains(point_of(example.cabinet.position)))
        half = next(half for half in halves[example.area] if example.cabinet.name.endswith(f" {half}"))
        assert half in cell.name or half == halves[example.area][0]
        borne.add(half)
    assert {"Oost", "Schoonvelde", "Trasselt", "Nieuw Moscou"} <= borne


def test_the_first_one_is_a_complete_example_in_the_centre() -> None:
    first = EXAMPLES[0]
    assert first.area == "centrum"
    assert first.cabinet.opening_hours == "24/7"
    assert None not in first.cabinet.model_dump(exclude={"access_code"}).values()
    assert None not in first.device.model_dump().values()
    assert readiness(upkeep(first), today=DAY) is Readiness.READY
    assert first.last_inspection is not None
    assert timedelta(1) <= DAY - first.last_inspection.inspected_on <= timedelta(5)


@settings(deadline=None, max_examples=30)
@given(today=days)
def test_nothing_but_dates_moves_with_the_day(today: date) -> None:
    assert examples_on(today) == tuple(moved(example, today - DAY) for example in EXAMPLES)


@settings(deadline=None, max_examples=30)
@given(today=days)
def test_every_state_can_be_seen_on_any_day(today: date) -> None:
    states = Counter(readiness(upkeep(example), today=today) for example in listed(examples_on(today)))
    assert states == {
        Readiness.READY: 30,
        Readiness.DUE: 4,
        Readiness.OVERDUE: 3,
        Readiness.UNKNOWN: 3,
        Readiness.OUT_OF_SERVICE: 5,
    }


def test_each_way_out_of_service_or_into_doubt_occurs() -> None:
    shown = listed(EXAMPLES)
    in_use = [upkeep(example) for example in shown if example.cabinet.status is Status.IN_SERVICE]
    statuses = {example.cabinet.status for example in shown}
    assert statuses == {Status.IN_SERVICE, Status.OUT_OF_SERVICE, Status.MISSING}
    assert any(one.pads_expire_on and one.pads_expire_on < DAY for one in in_use)
    assert any(one.battery_expires_on and one.battery_expires_on < DAY for one in in_use)
    assert any(one.passed is False for one in in_use)
    assert any(one.inspected_on is None for one in in_use)
    assert any(one.pads_expire_on is None for one in in_use)
    assert any(one.battery_expires_on is None for one in in_use)


def test_among_the_ready_something_lapses_soon_and_something_has_done_so() -> None:
    devices = [
        example.device
        for example in listed(EXAMPLES)
        if readiness(upkeep(example), today=DAY) is Readiness.READY
    ]
    days_left = {
        (day - DAY).days
        for device in devices
        for day in (device.pads_adult_expire_on, device.battery_expires_on)
        if day is not None
    }
    assert {7, 30, 60} <= days_left
    assert max(days_left) > 3 * 365
    assert any(device.pads_child_expire_on and device.pads_child_expire_on < DAY for device in devices)
    assert any(device.in_use_since_on and device.in_use_since_on.year <= DAY.year - 10 for device in devices)


@settings(deadline=None, max_examples=30)
@given(today=days)
def test_at_some_hour_of_any_day_some_are_open_some_closed_and_some_unknown(today: date) -> None:
    texts = {example.cabinet.opening_hours for example in listed(EXAMPLES)}
    midnight = start_of_day(today, Settings().zone)
    for hour in (3, 14):
        at = midnight + timedelta(hours=hour)
        assert {openness(text, at, CALENDAR) for text in texts} == set(Openness)


def test_most_are_always_open_and_the_hours_of_some_nobody_can_read() -> None:
    texts = [example.cabinet.opening_hours for example in listed(EXAMPLES)]
    assert texts.count("24/7") > len(texts) / 2
    assert texts.count(None) == 1
    noon = start_of_day(DAY, Settings().zone) + timedelta(hours=12)
    unknown = {text for text in texts if openness(text, noon, CALENDAR) is Openness.UNKNOWN}
    assert unknown == {None, "tijdens kantooruren, bel aan bij de balie"}


def test_a_locked_cabinet_has_a_code_and_no_other() -> None:
    for cabinet in (example.cabinet for example in EXAMPLES):
        assert (cabinet.access_code is not None) == (cabinet.locked is True)
    seen = {(example.cabinet.indoor, example.cabinet.locked) for example in listed(EXAMPLES)}
    assert seen == {(False, False), (False, True), (True, False), (True, True), (None, None)}


def test_all_kinds_of_access_occur_but_none_that_bars_everybody() -> None:
    seen = {example.cabinet.access for example in listed(EXAMPLES)}
    assert seen == {*Access, None} - {Access.NO}
