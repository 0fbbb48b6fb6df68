"""Reads of what areas have to keep, and of what things cost; all frozen values."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, cast, extract, func, select
from sqlalchemy.orm import Session

from aednet.areas.tallies import Tally, first_of_month, tallies_by_area
from aednet.cabinets.costs.models import Price
from aednet.cabinets.costs.rules import Holding, Lapsing, PriceKind, Prices
from aednet.cabinets.device_models import DEVICE_LASTS, installed_life
from aednet.cabinets.models import LISTED, Cabinet, Device

DEVICE_YEARS: Final = round(DEVICE_LASTS.days / 365.25)
LAPSES: Final = {
    PriceKind.PADS_ADULT: Cabinet.pads_expire_on,
    PriceKind.PADS_CHILD: Cabinet.child_pads_expire_on,
    PriceKind.BATTERY: Cabinet.battery_expires_on,
    PriceKind.DEVICE: Cabinet.device_since_on,
}
AREA_ID: Final[Any] = Cabinet.area_id
IN_IT: Final = (Device.cabinet_id == Cabinet.id) & Device.removed_on.is_(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceFacts:
    """A price that somebody filled in."""

    id: int
    kind: PriceKind
    model: str | None
    cents: int
    changed_at: datetime


def model_words(manufacturer: str | None, model: str | None) -> str | None:
    """Return what a device is called in lists and prices."""
    return " ".join(filter(None, (manufacturer, model))) or None


def holdings(session: Session, area_ids: Collection[int], *, today: date) -> dict[int, Holding]:
    """Return what each of some areas, at most a page of them, has to keep."""
    lapsing: dict[int, list[Lapsing]] = defaultdict(list)
    for kind, day in LAPSES.items():
        _add_lapsing(session, area_ids, kind, day, lapsing)
    counts = session.execute(
        select(AREA_ID, func.count(Cabinet.id), func.count(Device.id))
        .outerjoin(Device, IN_IT)
        .where(LISTED, Cabinet.area_id.in_(area_ids))
        .group_by(Cabinet.area_id)
    )
    held = {area_id: (cabinets, devices) for area_id, cabinets, devices in counts}
    month = first_of_month(today)
    people = tallies_by_area(session, Tally.VOLUNTEER, within=area_ids, from_month=month, until_month=month)
    return {
        area_id: Holding(
            lapsing=tuple(lapsing[area_id]),
            cabinets=held.get(area_id, (0, 0))[0],
            devices=held.get(area_id, (0, 0))[1],
            volunteers=people.get((area_id, month), 0),
        )
        for area_id in area_ids
    }


def list_prices(session: Session) -> list[PriceFacts]:
    """Return every price that somebody filled in, by kind and model; an administrator writes each by hand."""
    rows = session.scalars(select(Price).order_by(Price.kind, Price.model))
    return [
        PriceFacts(id=row.id, kind=row.kind, model=row.model, cents=row.cents, changed_at=row.changed_at)
        for row in rows
    ]


def prices_of(listed: Collection[PriceFacts]) -> Prices:
    """Return prices as costs are worked out from them."""
    of_any: Mapping[PriceKind, int] = {one.kind: one.cents for one in listed if one.model is None}
    of_model = {(one.kind, one.model): one.cents for one in listed if one.model is not None}
    return Prices(of_any=of_any, of_model=of_model)


def _add_lapsing(
    session: Session,
    area_ids: Collection[int],
    kind: PriceKind,
    day: Any,
    lapsing: dict[int, list[Lapsing]],
) -> None:
    year: ColumnElement[int] = cast(extract("year", day), Integer)
    rows = session.execute(
        select(AREA_ID, Device.manufacturer, Device.model, year, func.count())
        .outerjoin(Device, IN_IT)
        .where(LISTED, Cabinet.area_id.in_(area_ids), day.is_not(None))
        .group_by(Cabinet.area_id, Device.manufacturer, Device.model, year)
    )
    for area_id, manufacturer, model, in_year, count in rows:
        life = _life_years(kind, manufacturer, model)
        lapsing[area_id].append(
            Lapsing(
                kind=kind,
                model=model_words(manufacturer, model),
                year=in_year + DEVICE_YEARS if kind is PriceKind.DEVICE else in_year,
                life_years=life,
                count=count,
            )
        )


def _life_years(kind: PriceKind, manufacturer: str | None, model: str | None) -> int:
    if kind is PriceKind.DEVICE:
        return DEVICE_YEARS
    life = installed_life(manufacturer, model)
    return life.battery_years if kind is PriceKind.BATTERY else life.pads_years
