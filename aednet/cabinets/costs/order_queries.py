"""Reads of what is to be ordered and of what was: the soonest to lapse first, of either a bounded number."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CTE, CompoundSelect, Select, select, tuple_, union_all
from sqlalchemy.orm import Session

from aednet.areas.models import Area
from aednet.cabinets.costs.models import ON_ITS_WAY, ConsumableOrder
from aednet.cabinets.costs.queries import model_words
from aednet.cabinets.models import TO_ORDER, Cabinet, Consumable, Device
from aednet.cabinets.rules import ConsumableKind


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
    rows = session.execute(_lapsing(kinds, within, until_on=until_on, limit=limit))
    wanted = _described(Consumable.expires_on).where(Consumable.id.in_([row.id for row in rows]))
    return [_supply(row) for row in session.execute(wanted.order_by(Consumable.to_order_on, Consumable.id))]


def list_under_way(
    session: Session, *, within: Collection[int] | None, after: OrderPlace | None, limit: int
) -> list[OrderFacts]:
    """Return at most `limit` orders that are under way, the newest first."""
    keys: tuple[Any, ...] = (ConsumableOrder.ordered_at, ConsumableOrder.id)
    wanted = select(*keys).where(ON_ITS_WAY)
    if within is not None:
        near = _near(within)
        of_areas = (
            wanted.select_from(near)
            .join(Device, Device.cabinet_id == near.c.id)
            .join(Consumable, Consumable.device_id == Device.id)
            .join(ConsumableOrder, ConsumableOrder.consumable_id == Consumable.id)
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


def _lapsing(
    kinds: Sequence[ConsumableKind], within: Collection[int] | None, *, until_on: date, limit: int
) -> Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]:
    """Select the soonest to lapse first: of each kind an index keeps them in order, and these are merged."""
    keys = (Consumable.to_order_on, Consumable.id)
    wanted = select(*keys).where(TO_ORDER, Consumable.to_order_on <= until_on)
    if within is None:
        each = [
            wanted.where(Consumable.kind == kind).order_by(*keys).limit(limit).subquery() for kind in kinds
        ]
        return union_all(*map(select, each)).order_by(*(key.key for key in keys)).limit(limit)
    near = _near(within)
    gathered = (
        wanted.select_from(near)
        .join(Device, (Device.cabinet_id == near.c.id) & Device.removed_on.is_(None))
        .join(Consumable, (Consumable.device_id == Device.id) & Consumable.removed_on.is_(None))
        .where(Consumable.kind.in_(kinds))
        .cte("gathered")
        .prefix_with("MATERIALIZED")
    )
    return select(gathered).order_by(*gathered.c).limit(limit)


def _near(within: Collection[int]) -> CTE:
    """Select the cabinets of some areas, which are few: the way to what is in them leads from there."""
    return select(Cabinet.id).where(Cabinet.area_id.in_(within)).cte("near").prefix_with("MATERIALIZED")


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
