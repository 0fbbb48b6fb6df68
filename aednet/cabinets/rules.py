"""Decisions about cabinets: whether one is ready, whether it serves. Pure; the day is an argument."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from aednet.cabinets.hours.openness import Openness

CHECK_INTERVAL = timedelta(days=30)  # how often HartslagNu wants a cabinet looked at
OVERDUE_AFTER = timedelta(days=14)  # days of grace before a due check counts as overdue
FAILS_ALREADY, NEVER_FAILS = date.min, date.max  # whatever the day; as far as dates tell
MOST_DIGITS = 18  # of a number that either database keeps


class Status(StrEnum):
    """Where a cabinet stands in its life."""

    PLANNED = "planned"
    IN_SERVICE = "in_service"
    OUT_OF_SERVICE = "out_of_service"
    MISSING = "missing"
    RETIRED = "retired"


class Access(StrEnum):
    """Who may reach a cabinet; the values of OpenStreetMap's `access`."""

    YES = "yes"
    PERMISSIVE = "permissive"
    PERMIT = "permit"
    CUSTOMERS = "customers"
    PRIVATE = "private"
    NO = "no"


class ConsumableKind(StrEnum):
    """What in a device runs out."""

    PADS_ADULT = "pads_adult"
    PADS_CHILD = "pads_child"
    BATTERY = "battery"


class ReportKind(StrEnum):
    """What the public can say is wrong with a cabinet."""

    GONE = "gone"
    DAMAGED = "damaged"
    CLOSED = "closed"
    NOT_READY = "not_ready"
    OTHER = "other"


class GuardianRole(StrEnum):
    """What a volunteer is to the cabinet they look after."""

    GUARDIAN = "guardian"
    DEPUTY = "deputy"


class Readiness(StrEnum):
    """Whether a cabinet can be relied upon. Unknown never means ready."""

    READY = "ready"
    DUE = "due"
    OVERDUE = "overdue"
    OUT_OF_SERVICE = "out_of_service"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """What readiness is worked out from: the last inspection, and the dates on pads and battery."""

    status: Status
    pads_expire_on: date | None
    battery_expires_on: date | None
    inspected_on: date | None
    passed: bool | None


def fails_on(upkeep: Upkeep) -> date:
    """Return the first day on which a cabinet is out of service, should nobody do anything.

    That is `FAILS_ALREADY` where its status or its last inspection keeps it out of service, and else the
    day after the earlier of the dates on pads and battery, or `NEVER_FAILS` where neither is known.
    """
    if upkeep.status is not Status.IN_SERVICE or upkeep.passed is False:
        return FAILS_ALREADY
    last_days = [day for day in (upkeep.pads_expire_on, upkeep.battery_expires_on) if day is not None]
    return min(last_days) + timedelta(days=1) if last_days else NEVER_FAILS


def is_expired(expires_on: date | None, *, today: date) -> bool:
    """Tell whether a consumable has lapsed: it may be used up to and including its date."""
    return expires_on is not None and today > expires_on


def readiness(upkeep: Upkeep, *, today: date) -> Readiness:
    """Work out whether a cabinet can be relied upon `today`.

    Child pads have no part in it: without them an adult can still be helped. A check is due on the
    30th day after the last one and overdue on the 44th.
    """
    if fails_on(upkeep) <= today:
        return Readiness.OUT_OF_SERVICE
    if upkeep.inspected_on is None or upkeep.pads_expire_on is None or upkeep.battery_expires_on is None:
        return Readiness.UNKNOWN
    due_on = upkeep.inspected_on + CHECK_INTERVAL
    if today < due_on:
        return Readiness.READY
    return Readiness.DUE if today < due_on + OVERDUE_AFTER else Readiness.OVERDUE


def serves(ready: Readiness, openness: Openness) -> bool:
    """Tell whether a cabinet serves: not out of service, and its hours say open. Unknown is not open."""
    return ready is not Readiness.OUT_OF_SERVICE and openness is Openness.OPEN


def is_listed(status: Status) -> bool:
    """Tell whether the public sees a cabinet at all."""
    return status not in {Status.PLANNED, Status.RETIRED}


def split_ref(ref: str) -> tuple[str, int] | tuple[None, None]:
    """Return what stands before the last dash of a reference and the number behind it, if a number it is.

    One of more digits than a database keeps is none.
    """
    prefix, dash, tail = ref.rpartition("-")
    if dash and tail.isdecimal() and len(tail) <= MOST_DIGITS:
        return prefix, int(tail)
    return None, None
