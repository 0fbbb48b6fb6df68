from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine

from aednet.demo.clock import FURTHEST, MovedClock

ZONE = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def clock(tmp_path: Path) -> MovedClock:
    return MovedClock(ZONE, tmp_path / "demo_clock")


@time_machine.travel(NOW, tick=False)
def test_the_clock_goes_as_the_machines_until_it_is_moved(clock: MovedClock) -> None:
    assert clock.now() == NOW
    clock.move_on(2 * DAY)
    assert clock.now() == NOW + 2 * DAY
    assert clock.today().isoformat() == "2026-11-26"
    clock.move_on(timedelta(hours=1))
    assert clock.today().isoformat() == "2026-11-27"


@time_machine.travel(NOW, tick=False)
def test_two_processes_agree(clock: MovedClock) -> None:
    other = MovedClock(ZONE, clock.file)
    clock.move_on(DAY)
    assert other.now() == clock.now() == NOW + DAY


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("instant", "way"),
    [
        (NOW + DAY, DAY),
        (NOW, timedelta(0)),
        (NOW - DAY, timedelta(0)),
        (NOW + 2 * FURTHEST, FURTHEST),
    ],
)
def test_the_clock_never_goes_back_and_only_so_far(
    clock: MovedClock, instant: datetime, way: timedelta
) -> None:
    assert clock.way_to(instant) == way
    clock.move_on(FURTHEST)
    assert clock.way_to(instant) == timedelta(0)


@pytest.mark.parametrize("kept", ["", "later", "\0"])
def test_what_nobody_can_read_moves_nothing(clock: MovedClock, kept: str) -> None:
    clock.file.write_text(kept)
    assert clock.moved() == timedelta(0)
