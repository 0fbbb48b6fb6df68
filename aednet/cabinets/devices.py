"""Writes of devices and of what runs out in them, for one cabinet or for many at once."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.base.database import set_values
from aednet.cabinets.drafts import DeviceDraft
from aednet.cabinets.models import Consumable, Device
from aednet.cabinets.rules import ConsumableKind
from aednet.cabinets.upkeep import settle

EXPIRY_FIELDS = {
    "pads_adult_expire_on": ConsumableKind.PADS_ADULT,
    "pads_child_expire_on": ConsumableKind.PADS_CHILD,
    "battery_expires_on": ConsumableKind.BATTERY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceChange:
    """What the named facts of the device in a cabinet shall be."""

    cabinet_id: int
    draft: DeviceDraft
    fields: Collection[str]

    def values(self) -> dict[str, Any]:
        """Return the named facts."""
        return self.draft.model_dump(include=set(self.fields))


def put_devices(session: Session, changes: Sequence[DeviceChange]) -> set[int]:
    """Set facts of the devices in several cabinets, each named once; a device not known yet is added.

    Returns the ids of the cabinets where anything differed.
    """
    devices = _current_devices(session, (change.cabinet_id for change in changes))
    changed = set()
    for change in changes:
        own = {name: value for name, value in change.values().items() if name not in EXPIRY_FIELDS}
        device = devices.get(change.cabinet_id)
        if device is None:
            if all(value is None for value in change.values().values()):
                continue
            device = devices[change.cabinet_id] = Device(cabinet_id=change.cabinet_id)
            session.add(device)
            changed.add(change.cabinet_id)
        if set_values(device, own):
            changed.add(change.cabinet_id)
    session.flush()
    consumables = _current_consumables(session, (device.id for device in devices.values()))
    for change in changes:
        device = devices.get(change.cabinet_id)
        if device is not None and _put_expiries(session, device.id, change.values(), consumables):
            changed.add(change.cabinet_id)
    settle(session, changed)
    return changed


def current_device(session: Session, cabinet_id: int) -> Device:
    """Return the device that hangs in a cabinet; one of which nothing is known yet is added."""
    device = _current_devices(session, [cabinet_id]).get(cabinet_id)
    if device is None:
        device = Device(cabinet_id=cabinet_id)
        session.add(device)
        session.flush()
    return device


def put_in(
    session: Session,
    device: Device,
    kind: ConsumableKind,
    *,
    installed_on: date,
    expires_on: date | None,
    install_before_on: date | None = None,
) -> bool:
    """Note what came into a device, and that what was there is out. Returns False where it was noted."""
    values = {
        "installed_on": installed_on,
        "install_before_on": install_before_on,
        "expires_on": expires_on,
    }
    current = _current_consumables(session, [device.id]).get((device.id, kind))
    if current is not None:
        if all(getattr(current, name) == value for name, value in values.items()):
            return False
        current.removed_on = installed_on
        session.flush()  # or two of a kind would be in the device for a moment
    session.add(Consumable(device_id=device.id, kind=kind, **values))
    settle(session, [device.cabinet_id])
    return True


def _put_expiries(
    session: Session,
    device_id: int,
    values: dict[str, Any],
    consumables: dict[tuple[int, ConsumableKind], Consumable],
) -> bool:
    changed = False
    for name, kind in EXPIRY_FIELDS.items():
        consumable = consumables.get((device_id, kind))
        if name not in values or (consumable is None and values[name] is None):
            continue
        if consumable is None:
            consumable = Consumable(device_id=device_id, kind=kind)
            session.add(consumable)
        changed |= set_values(consumable, {"expires_on": values[name]})
    return changed


def _current_devices(session: Session, cabinet_ids: Iterable[int]) -> dict[int, Device]:
    current = select(Device).where(Device.cabinet_id.in_(list(cabinet_ids)), Device.removed_on.is_(None))
    return {device.cabinet_id: device for device in session.scalars(current)}


def _current_consumables(
    session: Session, device_ids: Iterable[int]
) -> dict[tuple[int, ConsumableKind], Consumable]:
    current = select(Consumable).where(
        Consumable.device_id.in_(list(device_ids)), Consumable.removed_on.is_(None)
    )
    return {(consumable.device_id, consumable.kind): consumable for consumable in session.scalars(current)}
