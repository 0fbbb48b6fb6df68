"""Reads of what is to be ordered and of what was: the soonest to lapse first, of either a bounded number."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Select, exists, select, tuple_
from sqlalchemy.orm import Session

from aednet.areas.models import Area
from aednet.base.branches import first_rows
from aednet.cabinets.cost_models import ON_ITS_WAY, STANDS, ConsumableOrder
from aednet.cabinets.cost_queries import IN_IT, model_words
from aednet.cabinets.models import Cabinet, Consumable, Device
from aednet.cabinets.rules import ConsumableKind, Status

KEPT: Final = {
    ConsumableKind.PADS_ADULT: Cabinet.pads_expire_on,
    ConsumableKind.PADS_CHILD: Cabinet.child_pads_expire_on,
    ConsumableKind.BATTERY: Cabinet.battery_expires_on,
}
KEEPS_ONE: Final = (Status.IN_SERVICE, Status.OUT_OF_SERVICE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """Pads or a battery in a cabinet, by its day and the device it is in."""

    consumable_id: int
    kind: ConsumableKind
    expires_on: date
    model: str | None
    ref: str
    name: str
    area_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlace:
    """Where an order stands among those under way, of which the newest come first."""

    at: datetime
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """An order under way; what is ordered together shares an instant."""

    id: int
    ordered_at: datetime
    supply: Supply

    @property
    def place(self) -> OrderPlace:
        """Where it stands."""
        return OrderPlace(at=self.ordered_at, id=self.id)


def list_to_order(
    session: Session,
    kinds: Sequence[ConsumableKind],
    *,
    within: Collection[int] | None,
    until_on: date,
    limit: int,
) -> list[Supply]:
    """Return at most `limit` supplies that lapse until a day, or have lapsed, and are not ordered yet."""
    found: list[Supply] = []
    for kind in kinds:
        branches = [
            _lapsing(kind, until_on=until_on).where(place)
            for place in (
                [Cabinet.status == status for status in KEEPS_ONE]
                if within is None
                else [Cabinet.area_id == area_id for area_id in sorted(within)]
            )
        ]
        rows = first_rows(session, branches, limit=limit, key=lambda row: (row.day, row.id))
        found += _supplies(session, kind, [row.id for row in rows])
    return sorted(found, key=lambda one: (one.expires_on, one.consumable_id))[:limit]


def list_under_way(
    session: Session, *, within: Collection[int] | None, after: OrderPlace | None, limit: int
) -> list[OrderFacts]:
    """Return at most `limit` orders that are under way, the newest first."""
    keys: tuple[Any, ...] = (ConsumableOrder.ordered_at, ConsumableOrder.id)
    wanted = select(*keys).where(ON_ITS_WAY)
    if within is not None:
        of_areas = (
            wanted.join(Consumable, Consumable.id == ConsumableOrder.consumable_id)
            .join(Device, Device.id == Consumable.device_id)
            .join(Cabinet, Cabinet.id == Device.cabinet_id)
            .where(Cabinet.area_id.in_(within))
        )
        gathered = of_areas.cte("gathered").prefix_with("MATERIALIZED")
        wanted, keys = select(*gathered.c), (gathered.c.ordered_at, gathered.c.id)
    if after is not None:
        wanted = wanted.where(tuple_(*keys) < (after.at, after.id))
    page = wanted.order_by(*(key.desc() for key in keys)).limit(limit).subquery()
    rows = session.execute(
        _described(
            ConsumableOrder.id.label("order_id"), ConsumableOrder.ordered_at, ConsumableOrder.expires_on
        )
        .join(ConsumableOrder, ConsumableOrder.consumable_id == Consumable.id)
        .join(page, page.c.id == ConsumableOrder.id)
        .order_by(ConsumableOrder.ordered_at.desc(), ConsumableOrder.id.desc())
    )
    return [OrderFacts(id=row.order_id, ordered_at=row.ordered_at, supply=_supply(row)) for row in rows]


def _lapsing(kind: ConsumableKind, *, until_on: date) -> Select[*tuple[Any, ...]]:
    day = KEPT[kind]
    is_ordered = exists().where(
        Device.cabinet_id == Cabinet.id,
        Device.removed_on.is_(None),
        Consumable.device_id == Device.id,
        Consumable.kind == kind,
        Consumable.removed_on.is_(None),
        ConsumableOrder.consumable_id == Consumable.id,
        ConsumableOrder.expires_on == Consumable.expires_on,
        STANDS,
    )
    return (
        select(day.label("day"), Cabinet.id)
        .where(Cabinet.status.in_(KEEPS_ONE), day <= until_on, ~is_ordered)
        .order_by(day, Cabinet.id)
    )


def _supplies(session: Session, kind: ConsumableKind, cabinet_ids: Collection[int]) -> list[Supply]:
    rows = session.execute(
        _described(Consumable.expires_on).where(
            Cabinet.id.in_(cabinet_ids),
            IN_IT,
            Consumable.kind == kind,
            Consumable.removed_on.is_(None),
        )
    )
    return [_supply(row) for row in rows]


def _described(*more: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Consumable.id.label("consumable_id"),
            Consumable.kind,
            Device.manufacturer,
            Device.model,
            Cabinet.ref,
            Cabinet.name,
            Area.name.label("area_name"),
            *more,
        )
        .select_from(Consumable)
        .join(Device, Device.id == Consumable.device_id)
        .join(Cabinet, Cabinet.id == Device.cabinet_id)
        .outerjoin(Area, Area.id == Cabinet.area_id)
    )


def _supply(row: Any) -> Supply:
    return Supply(
        consumable_id=row.consumable_id,
        kind=row.kind,
        expires_on=row.expires_on,
        model=model_words(row.manufacturer, row.model),
        ref=row.ref,
        name=row.name,
        area_name=row.area_name,
    )
