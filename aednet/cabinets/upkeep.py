"""What the rows of cabinets come to, kept beside them: the columns by which lists are filtered and sorted."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, ScalarSelect, and_, case, exists, or_, select, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.orm.util import identity_key
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from aednet.cabinets.costs.models import STANDS, ConsumableOrder
from aednet.cabinets.models import Cabinet, Consumable, Device, Guardianship, Inspection
from aednet.cabinets.rules import (
    CHECK_INTERVAL,
    FAILS_ALREADY,
    NEVER_FAILS,
    ConsumableKind,
    GuardianRole,
    Status,
)

AT_ONCE = 10_000  # ids in one statement, well below what either database takes
UNSEEN = {"synchronize_session": False}
KEEPS_ITS_SUPPLIES = (Status.IN_SERVICE, Status.OUT_OF_SERVICE)  # pads and battery that lapse are renewed

KEPT = (
    Cabinet.inspected_on,
    Cabinet.passed,
    Cabinet.check_due_on,
    Cabinet.pads_expire_on,
    Cabinet.child_pads_expire_on,
    Cabinet.battery_expires_on,
    Cabinet.device_since_on,
    Cabinet.fails_on,
    Cabinet.guardian_id,
)


def settle(session: Session, cabinet_ids: Iterable[int]) -> None:
    """Bring what is kept beside these cabinets in line with their rows, in three statements for many of them.

    Every write of a status, an inspection, a device, a consumable or a guardianship ends with this. The
    revision counters need no word of it: they were raised by what it follows from.
    """
    session.flush()
    ids = sorted(set(cabinet_ids))
    for start in range(0, len(ids), AT_ONCE):
        these = Cabinet.id.in_(ids[start : start + AT_ONCE])
        for values in (_facts(), _verdicts()):
            session.execute(update(Cabinet).where(these).values(values), execution_options=UNSEEN)
    settle_supplies(session, ids)
    _forget(session, ids)


def settle_supplies(session: Session, cabinet_ids: Iterable[int]) -> None:
    """Note beside the pads and batteries of these cabinets whether they are to be ordered.

    Every write of an order ends with this. It touches nothing else, so that who orders waits for nobody who
    holds a cabinet.
    """
    session.flush()
    ids = sorted(set(cabinet_ids))
    for start in range(0, len(ids), AT_ONCE):
        devices = select(Device.id).where(Device.cabinet_id.in_(ids[start : start + AT_ONCE]))
        session.execute(
            update(Consumable)
            .where(Consumable.device_id.in_(devices), Consumable.to_order_on.is_distinct_from(_to_order_on()))
            .values(to_order_on=_to_order_on()),
            execution_options=UNSEEN,
        )


def _to_order_on() -> ColumnElement[date | None]:
    is_kept = exists().where(
        Device.id == Consumable.device_id,
        Device.removed_on.is_(None),
        Cabinet.id == Device.cabinet_id,
        Cabinet.status.in_(KEEPS_ITS_SUPPLIES),
    )
    is_ordered = exists().where(
        ConsumableOrder.consumable_id == Consumable.id,
        ConsumableOrder.expires_on == Consumable.expires_on,
        STANDS,
    )
    is_to_order = and_(Consumable.removed_on.is_(None), is_kept, ~is_ordered)
    return case((is_to_order, Consumable.expires_on), else_=None)


def _facts() -> dict[str, Any]:
    return {
        "inspected_on": _of_last_inspection(Inspection.inspected_on),
        "passed": _of_last_inspection(Inspection.passed),
        "pads_expire_on": _expiry(ConsumableKind.PADS_ADULT),
        "child_pads_expire_on": _expiry(ConsumableKind.PADS_CHILD),
        "battery_expires_on": _expiry(ConsumableKind.BATTERY),
        "device_since_on": select(Device.in_use_since_on)
        .where(Device.cabinet_id == Cabinet.id, Device.removed_on.is_(None))
        .scalar_subquery(),
        "guardian_id": select(Guardianship.volunteer_id)
        .where(
            Guardianship.cabinet_id == Cabinet.id,
            Guardianship.role == GuardianRole.GUARDIAN,
            Guardianship.until_on.is_(None),
        )
        .scalar_subquery(),
    }


def _verdicts() -> dict[str, Any]:
    """Work out from the facts what `rules.fails_on` says, and when the next check is due."""
    pads, battery = Cabinet.pads_expire_on, Cabinet.battery_expires_on
    return {
        "check_due_on": DaysAfter(Cabinet.inspected_on, CHECK_INTERVAL),
        "fails_on": case(
            (or_(Cabinet.status != Status.IN_SERVICE, Cabinet.passed.is_(False)), FAILS_ALREADY),
            (pads.is_(None) & battery.is_(None), NEVER_FAILS),
            (battery.is_(None) | (pads <= battery), DaysAfter(pads, timedelta(days=1))),
            else_=DaysAfter(battery, timedelta(days=1)),
        ),
    }


def _of_last_inspection(column: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    return (
        select(column)
        .where(Inspection.cabinet_id == Cabinet.id)
        .order_by(Inspection.inspected_on.desc(), Inspection.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _expiry(kind: ConsumableKind) -> ScalarSelect[date | None]:
    return (
        select(Consumable.expires_on)
        .join(Device, Device.id == Consumable.device_id)
        .where(
            Device.cabinet_id == Cabinet.id,
            Device.removed_on.is_(None),
            Consumable.kind == kind,
            Consumable.removed_on.is_(None),
        )
        .scalar_subquery()
    )


def _forget(session: Session, cabinet_ids: Iterable[int]) -> None:
    """Have what the session holds of these cabinets read anew when it is asked for."""
    for cabinet_id in cabinet_ids:
        if (cabinet := session.identity_map.get(identity_key(Cabinet, cabinet_id))) is not None:
            session.expire(cabinet, [column.key for column in KEPT])


class DaysAfter(FunctionElement[date]):
    """The day some days after another, in the words of either database."""

    type = Date()
    inherit_cache = True

    def __init__(self, day: ColumnElement[Any] | InstrumentedAttribute[Any], wait: timedelta) -> None:
        super().__init__(day, wait.days)


@compiles(DaysAfter, "sqlite")
def _in_sqlite(element: DaysAfter, compiler: SQLCompiler, **kwargs: Any) -> str:
    day, days = element.clauses
    return f"date({compiler.process(day, **kwargs)}, {compiler.process(days, **kwargs)} || ' days')"


@compiles(DaysAfter)
def _in_postgresql(element: DaysAfter, compiler: SQLCompiler, **kwargs: Any) -> str:
    day, days = element.clauses
    return f"({compiler.process(day, **kwargs)} + {compiler.process(days, **kwargs)})"
