"""What an inspection asks, and what follows from its answers. Pure; the day is an argument."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final


class Item(StrEnum):
    """What an inspection asks, in the order in which somebody looks; field.md."""

    INDICATOR = "indicator"
    PADS = "pads"
    BATTERY = "battery"
    DOOR = "door"
    CABINET = "cabinet"
    LIGHT = "light"
    HEATING = "heating"
    SIGNS = "signs"
    KIT = "kit"


class Answer(StrEnum):
    """What somebody found. What they did not look at has no answer."""

    OK = "ok"
    NOT_OK = "not_ok"


class Verdict(StrEnum):
    """What the answers come to."""

    PASSED = "passed"
    FAILED = "failed"
    INCOMPLETE = "incomplete"


DECISIVE: Final = frozenset({Item.INDICATOR, Item.PADS, Item.BATTERY, Item.DOOR})
"""Without these nobody can be helped: a shock needs pads and battery in an AED that says it is ready, and
somebody has to get at it. All else (no light, a sign that cannot be read, an empty kit) is a task, for an AED
taken out of service is sent to nobody, which is worse than one without scissors."""

FROST_MONTHS: Final = frozenset({11, 12, 1, 2, 3})
"""When the heating is asked after: makers want the AED above +5 degrees (field.md), and in these months
nights below zero are usual all over the Netherlands. In the others nobody can tell by looking."""


def asked_on(day: date) -> tuple[Item, ...]:
    """Return what an inspection on that day asks, in order."""
    return tuple(item for item in Item if item is not Item.HEATING or day.month in FROST_MONTHS)


def verdict(answers: Mapping[Item, Answer]) -> Verdict:
    """Work out what answers come to.

    One decisive thing amiss fails the cabinet, whatever else was seen. It passes only when somebody looked
    at all of them: what is unknown never counts as ready.
    """
    if any(answers.get(item) is Answer.NOT_OK for item in DECISIVE):
        return Verdict.FAILED
    return Verdict.PASSED if answers.keys() >= DECISIVE else Verdict.INCOMPLETE


def contradicted(
    answers: Mapping[Item, Answer], *, pads_expire_on: date | None, battery_expires_on: date | None, on: date
) -> frozenset[Item]:
    """Return what was called in order although the date on it had passed on the day of the inspection."""
    dates = {Item.PADS: pads_expire_on, Item.BATTERY: battery_expires_on}
    return frozenset(
        item
        for item, expires_on in dates.items()
        if answers.get(item) is Answer.OK and expires_on is not None and on > expires_on
    )
