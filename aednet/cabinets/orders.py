"""Writes of orders: what was ordered, and whether it came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.accounts.rules import Caller
from aednet.base import audit
from aednet.base.errors import NotFound
from aednet.cabinets.costs.models import STANDS, ConsumableOrder
from aednet.cabinets.costs.rules import OrderState
from aednet.cabinets.models import Cabinet, Consumable, Device
from aednet.cabinets.upkeep import settle_supplies


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Pads or a battery for which new ones are ordered, with the day on which the caller saw them lapse."""

    consumable_id: int
    expires_on: date


def mark_ordered(session: Session, wanted: Sequence[Wanted], *, by: Caller, now: datetime) -> int:
    """Note that new ones were ordered. Returns of how many that is news.

    What was ordered before, was replaced meanwhile, or lapses on another day than the caller saw is left out.

    Raises:
        NotFound: one of them is not in the areas that the caller may change; nothing is noted then.
    """
    seen = {one.consumable_id: one.expires_on for one in wanted}
    rows = session.execute(
        select(Consumable, Cabinet.id.label("cabinet_id"), Cabinet.area_id)
        .join(Device, Device.id == Consumable.device_id)
        .join(Cabinet, Cabinet.id == Device.cabinet_id)
        .where(Consumable.id.in_(seen))
        .order_by(Consumable.id)
        .with_for_update(of=Consumable)  # or two who order at once would both do so
    ).all()
    if len(rows) != len(seen) or not all(by.may_change_area(row.area_id) for row in rows):
        raise NotFound("There is no such supply.")
    standing = session.scalars(select(ConsumableOrder).where(ConsumableOrder.consumable_id.in_(seen), STANDS))
    ordered = {(order.consumable_id, order.expires_on) for order in standing}
    new = [
        consumable
        for consumable, _, _ in rows
        if consumable.removed_on is None
        and consumable.expires_on == seen[consumable.id]
        and (consumable.id, seen[consumable.id]) not in ordered
    ]
    session.add_all(
        ConsumableOrder(
            consumable_id=consumable.id,
            expires_on=seen[consumable.id],
            state=OrderState.ORDERED,
            ordered_at=now,
            ordered_by=by.actor,
        )
        for consumable in new
    )
    settle_supplies(session, [row.cabinet_id for row in rows])
    _record(session, "supplies_ordered", len(new), by=by, now=now)
    return len(new)


def close_orders(
    session: Session, order_ids: Sequence[int], state: OrderState, *, by: Caller, now: datetime
) -> int:
    """Note that what was ordered came, or will not come. Returns of how many that is news.

    Raises:
        NotFound: one of them is not in the areas that the caller may change; nothing is noted then.
    """
    rows = session.execute(
        select(ConsumableOrder, Cabinet.id.label("cabinet_id"), Cabinet.area_id)
        .join(Consumable, Consumable.id == ConsumableOrder.consumable_id)
        .join(Device, Device.id == Consumable.device_id)
        .join(Cabinet, Cabinet.id == Device.cabinet_id)
        .where(ConsumableOrder.id.in_(order_ids))
        .order_by(ConsumableOrder.id)
        .with_for_update(of=ConsumableOrder)
    ).all()
    if len(rows) != len(set(order_ids)) or not all(by.may_change_area(row.area_id) for row in rows):
        raise NotFound("There is no such order.")
    under_way = [order for order, _, _ in rows if order.state is OrderState.ORDERED]
    for order in under_way:
        order.state, order.closed_at, order.closed_by = state, now, by.actor
    settle_supplies(session, [row.cabinet_id for row in rows])
    _record(session, f"orders_{state}", len(under_way), by=by, now=now)
    return len(under_way)


def _record(session: Session, action: str, count: int, *, by: Caller, now: datetime) -> None:
    if count:
        audit.record(
            session, at=now, actor=by.actor, action=action, subject="orders", detail={"count": str(count)}
        )
