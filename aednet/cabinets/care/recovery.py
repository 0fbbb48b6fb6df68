"""The path of an AED that was used, back into service, as a state machine. Pure."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final

from aednet.cabinets.rules import Status


class Step(StrEnum):
    """What has to be done after use, in order. Out of service it is from the start; field.md."""

    FETCHED_BACK = "fetched_back"
    PADS = "pads"
    BATTERY = "battery"
    KIT = "kit"
    IN_SERVICE = "in_service"


class Outcome(StrEnum):
    """How a path ended."""

    USED = "used"
    NOT_USED = "not_used"


WORK: Final = frozenset({Step.PADS, Step.BATTERY, Step.KIT})
BEFORE: Final[Mapping[Step, frozenset[Step]]] = {
    Step.FETCHED_BACK: frozenset(),
    **{step: frozenset({Step.FETCHED_BACK}) for step in WORK},
    Step.IN_SERVICE: WORK | {Step.FETCHED_BACK},
}
"""What comes before each step: nobody works on an AED that is not there, nor trusts one half done."""


def possible(done: Collection[Step]) -> tuple[Step, ...]:
    """Return the steps that can be ticked next, in order."""
    return tuple(step for step in Step if step not in done and BEFORE[step] <= set(done))


def may_begin(status: Status) -> bool:
    """Tell whether an AED there can have been used: one that hangs, or hung, at its place."""
    return status not in {Status.PLANNED, Status.RETIRED}


def status_while_open(status: Status) -> Status:
    """Return what a cabinet is once its AED was used: nobody shall be sent to it."""
    return Status.OUT_OF_SERVICE if status is Status.IN_SERVICE else status


def status_at_end(status: Status, *, was_in_service: bool) -> Status:
    """Return what a cabinet is when the path ends: in service only if it was so before.

    Whoever said meanwhile that it is missing or retired is not overruled.
    """
    return Status.IN_SERVICE if was_in_service and status is Status.OUT_OF_SERVICE else status
