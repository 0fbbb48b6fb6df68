"""Reads of the cabinets; all return frozen values."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from aednet.areas.models import Area
from aednet.cabinets.facts import CabinetFacts, DeviceFacts
from aednet.cabinets.hours.openness import LocalCalendar
from aednet.cabinets.models import LISTED, WITHOUT_GUARDIAN, Cabinet, Consumable, Device
from aednet.cabinets.rules import ConsumableKind, Status, Upkeep
from aednet.geography.extent import Extent
from aednet.geography.points import LatLon

BATCH = 2_000  # rows read at once where every cabinet is visited


@dataclass(frozen=True, slots=True, kw_only=True)
class CabinetFilter:
    """Which cabinets a public list is about."""

    inside: Extent | None = None
    area: str | None = None
    serving_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CabinetPage:
    """A page of cabinets by reference; `next_after` is where the next one begins, if there is one."""

    cabinets: tuple[CabinetFacts, ...]
    next_after: str | None


def find_cabinet(session: Session, ref: str) -> CabinetFacts | None:
    """Return the cabinet known as `ref` whatever its status, if there is one."""
    row = session.execute(_facts().where(Cabinet.ref == ref)).one_or_none()
    return None if row is None else _to_facts(row)


def changed_at(session: Session, cabinet_id: int) -> datetime:
    """Return when a cabinet, or through the API its device, was last changed."""
    return session.execute(select(Cabinet.updated_at).where(Cabinet.id == cabinet_id)).scalar_one()


def find_device(session: Session, cabinet_id: int) -> DeviceFacts | None:
    """Return the device now in a cabinet, if one is known."""
    return find_devices(session, [cabinet_id]).get(cabinet_id)


def find_devices(session: Session, cabinet_ids: Collection[int]) -> dict[int, DeviceFacts]:
    """Return the device now in each of these cabinets, by the cabinet's id, where one is known."""
    current = select(Device).where(Device.cabinet_id.in_(cabinet_ids), Device.removed_on.is_(None))
    devices = {device.id: device for device in session.scalars(current)}
    expires_on = {
        (row.device_id, row.kind): row.expires_on
        for row in session.scalars(
            select(Consumable).where(Consumable.device_id.in_(devices), Consumable.removed_on.is_(None))
        )
    }
    return {
        device.cabinet_id: DeviceFacts(
            manufacturer=device.manufacturer,
            model=device.model,
            serial_number=device.serial_number,
            in_use_since_on=device.in_use_since_on,
            pads_adult_expire_on=expires_on.get((device.id, ConsumableKind.PADS_ADULT)),
            pads_child_expire_on=expires_on.get((device.id, ConsumableKind.PADS_CHILD)),
            battery_expires_on=expires_on.get((device.id, ConsumableKind.BATTERY)),
        )
        for device in devices.values()
    }


def list_public(
    session: Session,
    wanted: CabinetFilter,
    *,
    calendar: LocalCalendar,
    limit: int,
    after: str | None = None,
) -> CabinetPage:
    """Return at most `limit` cabinets that are neither planned nor retired, by reference from `after` on."""
    found: list[CabinetFacts] = []
    for facts in _walk(session, _public(wanted), after=after, batch=min(limit + 1, BATCH)):
        if wanted.serving_at is None or facts.serves_at(wanted.serving_at, calendar):
            found.append(facts)
        if len(found) > limit:
            return CabinetPage(cabinets=tuple(found[:limit]), next_after=found[limit - 1].ref)
    return CabinetPage(cabinets=tuple(found), next_after=None)


def every_cabinet(session: Session) -> Iterator[CabinetFacts]:
    """Yield every cabinet of any status, by reference."""
    return _walk(session, _facts(), after=None, batch=BATCH)


def list_without_guardian(
    session: Session, *, within: Collection[int] | None, limit: int
) -> list[CabinetFacts]:
    """Return at most `limit` cabinets, neither planned nor retired, that have no guardian, by reference.

    A deputy alone is no guardian. Within areas their cabinets, which are few, are gathered first.
    """
    wanted = select(Cabinet.id, Cabinet.ref).where(WITHOUT_GUARDIAN)
    if within is None:
        page = wanted.order_by(Cabinet.ref).limit(limit).subquery()
    else:
        of_areas = wanted.where(Cabinet.area_id.in_(within))
        gathered = of_areas.cte("gathered").prefix_with("MATERIALIZED")
        page = select(gathered).order_by(gathered.c.ref).limit(limit).subquery()
    rows = session.execute(_facts().join(page, page.c.id == Cabinet.id).order_by(Cabinet.ref))
    return [_to_facts(row) for row in rows]


def _walk(
    session: Session, statement: Select[*tuple[Any, ...]], *, after: str | None, batch: int
) -> Iterator[CabinetFacts]:
    while True:
        page = statement.order_by(Cabinet.ref).limit(batch)
        rows: Sequence[Row[*tuple[Any, ...]]] = session.execute(
            page if after is None else page.where(Cabinet.ref > after)
        ).all()
        yield from map(_to_facts, rows)
        if len(rows) < batch:
            return
        after = rows[-1].ref


def _public(wanted: CabinetFilter) -> Select[*tuple[Any, ...]]:
    statement = _facts().where(LISTED)
    if wanted.area is not None:
        statement = statement.where(Area.slug == wanted.area)
    if wanted.serving_at is not None:
        statement = statement.where(Cabinet.status == Status.IN_SERVICE)
    if (box := wanted.inside) is not None:
        statement = statement.where(
            Cabinet.lat.between(box.south, box.north), Cabinet.lon.between(box.west, box.east)
        )
    return statement


def _facts() -> Select[*tuple[Any, ...]]:
    return select(
        Cabinet.id,
        Cabinet.ref,
        Cabinet.name,
        Cabinet.status,
        Cabinet.lat,
        Cabinet.lon,
        Cabinet.address,
        Cabinet.location,
        Cabinet.access,
        Cabinet.locked,
        Cabinet.indoor,
        Cabinet.opening_hours,
        Cabinet.is_example,
        Cabinet.area_id,
        Area.slug.label("area"),
        Area.name.label("area_name"),
        Cabinet.pads_expire_on,
        Cabinet.battery_expires_on,
        Cabinet.inspected_on,
        Cabinet.passed,
    ).outerjoin(Area, Area.id == Cabinet.area_id)


def _to_facts(row: Row[*tuple[Any, ...]]) -> CabinetFacts:
    return CabinetFacts(
        id=row.id,
        ref=row.ref,
        name=row.name,
        position=LatLon(lat=row.lat, lon=row.lon),
        area_id=row.area_id,
        area=row.area,
        area_name=row.area_name,
        address=row.address,
        location=row.location,
        access=row.access,
        locked=row.locked,
        indoor=row.indoor,
        opening_hours=row.opening_hours,
        is_example=row.is_example,
        upkeep=Upkeep(
            status=row.status,
            pads_expire_on=row.pads_expire_on,
            battery_expires_on=row.battery_expires_on,
            inspected_on=row.inspected_on,
            passed=row.passed,
        ),
    )
