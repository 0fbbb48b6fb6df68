"""How the example cabinets are kept: an ordinary condition drawn by lot, and what is amiss with some.

Days count from `today`: `_ago` backwards, `_in` forwards, so that below zero a date has passed. None is a
day that nobody has written down.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Final, TypedDict

from aednet.cabinets.drafts import DeviceDraft
from aednet.cabinets.rules import Status

MODELS: Final = (
    ("Voorbeeld Medisch", "AED 100"),
    ("Voorbeeld Medisch", "AED 200"),
    ("Fictief Techniek", "F1"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How a cabinet is kept."""

    status: Status
    checked_ago: int | None
    passed: bool
    pads_in: int | None
    child_pads_in: int | None
    battery_in: int | None
    in_use_ago: int | None


class Amiss(TypedDict, total=False):
    """What differs from an ordinary condition."""

    status: Status
    checked_ago: int | None
    passed: bool
    pads_in: int | None
    child_pads_in: int | None
    battery_in: int | None
    in_use_ago: int | None


PLANNED: Final = Condition(
    status=Status.PLANNED,
    checked_ago=None,
    passed=True,
    pads_in=None,
    child_pads_in=None,
    battery_in=None,
    in_use_ago=None,
)
RETIRED: Final = Condition(
    status=Status.RETIRED,
    checked_ago=410,
    passed=False,
    pads_in=-390,
    child_pads_in=None,
    battery_in=-120,
    in_use_ago=4_400,
)
SHOWPIECE: Final = Amiss(checked_ago=3, pads_in=540, child_pads_in=400, battery_in=1_300, in_use_ago=390)
AMISS: Final = (
    Amiss(checked_ago=32),  # due from 30 days on
    Amiss(checked_ago=35),
    Amiss(checked_ago=38, pads_in=14),
    Amiss(checked_ago=41),
    Amiss(checked_ago=46),  # overdue from 44 days on
    Amiss(checked_ago=61),
    Amiss(checked_ago=95, battery_in=45),
    Amiss(checked_ago=None),  # unknown
    Amiss(pads_in=None),
    Amiss(battery_in=None, in_use_ago=None),
    Amiss(pads_in=-9),  # out of service
    Amiss(battery_in=-3),
    Amiss(passed=False),
    Amiss(status=Status.OUT_OF_SERVICE, checked_ago=20),
    Amiss(status=Status.MISSING, checked_ago=52),
    Amiss(child_pads_in=-21),  # ready all the same
    Amiss(pads_in=7),
    Amiss(battery_in=30),
    Amiss(pads_in=60, child_pads_in=60),
    Amiss(in_use_ago=3_900),  # past the ten years after which makers want it replaced; field.md
)


def draw_conditions(count: int, *, random: Random) -> list[Condition]:
    """Return `count` conditions: a showpiece first, and those amiss anywhere behind it."""
    conditions = [_ordinary(random) for _ in range(count)]
    for at, amiss in zip(random.sample(range(1, count), len(AMISS)), AMISS, strict=True):
        conditions[at] = replace(conditions[at], **amiss)
    return [replace(conditions[0], **SHOWPIECE), *conditions[1:]]


def draw_device(condition: Condition, *, today: date, random: Random) -> DeviceDraft:
    """Return an invented device whose dates are those of `condition`."""
    manufacturer, model = random.choice(MODELS)
    return DeviceDraft(
        manufacturer=manufacturer,
        model=model,
        serial_number=f"VB-{random.randrange(10_000, 100_000)}",
        in_use_since_on=days_ago(condition.in_use_ago, today=today),
        pads_adult_expire_on=_days_in(condition.pads_in, today=today),
        pads_child_expire_on=_days_in(condition.child_pads_in, today=today),
        battery_expires_on=_days_in(condition.battery_in, today=today),
    )


def days_ago(days: int | None, *, today: date) -> date | None:
    """Return the day that many days before `today`, or None for None."""
    return None if days is None else today - timedelta(days=days)


def _days_in(days: int | None, *, today: date) -> date | None:
    return None if days is None else today + timedelta(days=days)


def _ordinary(random: Random) -> Condition:
    """Draw a condition with which a cabinet is ready. Pads last about two years, a battery up to five."""
    pads_in = random.randrange(90, 720)
    return Condition(
        status=Status.IN_SERVICE,
        checked_ago=random.randrange(1, 26),
        passed=True,
        pads_in=pads_in,
        child_pads_in=random.choice((None, pads_in)),
        battery_in=random.randrange(120, 1_700),
        in_use_ago=random.randrange(100, 3_000),
    )
