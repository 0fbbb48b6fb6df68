"""What HartslagNu shall know of cabinets, read from their rows as they are now."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.cabinets.ledger.rules import Fact, Told, standing
from aednet.cabinets.models import Cabinet, Device

AT_ONCE = 10_000  # ids in one statement, well below what either database takes
YES, NO = "yes", "no"


def told_of(session: Session, cabinet_ids: Sequence[int]) -> dict[int, Told]:
    """Return what HartslagNu shall know of these cabinets as they are now, by their ids."""
    session.flush()
    found: dict[int, Told] = {}
    for start in range(0, len(cabinet_ids), AT_ONCE):
        rows = session.execute(
            select(
                Cabinet.id,
                Cabinet.status,
                Cabinet.passed,
                Cabinet.name,
                Cabinet.address,
                Cabinet.lat,
                Cabinet.lon,
                Cabinet.location,
                Cabinet.opening_hours,
                Cabinet.access,
                Cabinet.indoor,
                Cabinet.locked,
                Cabinet.access_code,
                Cabinet.pads_expire_on,
                Cabinet.child_pads_expire_on,
                Cabinet.battery_expires_on,
                Device.manufacturer,
                Device.model,
                Device.serial_number,
            )
            .outerjoin(Device, (Device.cabinet_id == Cabinet.id) & Device.removed_on.is_(None))
            .where(Cabinet.id.in_(cabinet_ids[start : start + AT_ONCE]))
        )
        found |= {row.id: Told(values=_values(row), code=row.access_code) for row in rows}
    return found


def _values(row: Any) -> dict[Fact, str | None]:
    device = " ".join(filter(None, (row.manufacturer, row.model)))
    return {
        Fact.STANDING: standing(row.status, passed=row.passed),
        Fact.NAME: row.name,
        Fact.ADDRESS: row.address,
        Fact.POSITION: f"{row.lat:.6f},{row.lon:.6f}",
        Fact.LOCATION: row.location,
        Fact.OPENING_HOURS: row.opening_hours,
        Fact.ACCESS: row.access,
        Fact.INDOOR: _yes_or_no(is_so=row.indoor),
        Fact.LOCKED: _yes_or_no(is_so=row.locked),
        Fact.DEVICE: device or None,
        Fact.SERIAL_NUMBER: row.serial_number,
        Fact.PADS_ADULT: _iso(row.pads_expire_on),
        Fact.PADS_CHILD: _iso(row.child_pads_expire_on),
        Fact.BATTERY: _iso(row.battery_expires_on),
    }


def _yes_or_no(*, is_so: bool | None) -> str | None:
    return None if is_so is None else YES if is_so else NO


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
