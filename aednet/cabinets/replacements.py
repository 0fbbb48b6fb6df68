"""What is put in the place of something else: pads, a battery, a whole device; what was there is kept."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from aednet.accounts.rules import Caller
from aednet.base import audit
from aednet.base.database import set_values
from aednet.base.errors import InvalidValue
from aednet.cabinets.device_models import battery_expires_on, installed_life, pads_expire_on
from aednet.cabinets.devices import DeviceChange, current_device, put_devices, put_in
from aednet.cabinets.drafts import ConsumableDraft, DeviceDraft
from aednet.cabinets.ledger.services import notes_changes
from aednet.cabinets.models import Cabinet, Device
from aednet.cabinets.queries import find_device
from aednet.cabinets.rules import ConsumableKind
from aednet.cabinets.upkeep import settle


@notes_changes
def replace_consumable(
    session: Session, cabinet: Cabinet, draft: ConsumableDraft, *, by: Caller, now: datetime, today: date
) -> bool:
    """Put new pads or a new battery in the device of a cabinet. Returns False where they are in it already.

    How long they last follows from what is printed on them and from the model, see `device_models`.

    Raises:
        InvalidValue: they are to be put in after `today`.
    """
    if draft.installed_on > today:
        raise InvalidValue("That day is yet to come.", fields={"installed_on": "lies after today"})
    device = current_device(session, cabinet.id)
    expires_on = _expires_on(device, draft)
    is_new = put_in(
        session,
        device,
        draft.kind,
        installed_on=draft.installed_on,
        install_before_on=draft.install_before_on,
        expires_on=expires_on,
    )
    if not is_new:
        return False
    cabinet.updated_at = now
    detail = {"kind": str(draft.kind), "expires_on": expires_on.isoformat()}
    _record(session, cabinet, "consumable_replaced", by=by, now=now, detail=detail)
    return True


@notes_changes
def replace_device(
    session: Session, cabinet: Cabinet, draft: DeviceDraft, *, by: Caller, now: datetime, today: date
) -> bool:
    """Hang another device in a cabinet, with what is in it. Returns False where it hangs there already."""
    known = find_device(session, cabinet.id)
    if known is not None and all(
        getattr(known, name) == getattr(draft, name) for name in DeviceDraft.model_fields
    ):
        return False
    if known is not None:
        set_values(current_device(session, cabinet.id), {"removed_on": today})
        session.flush()
    put_devices(session, [DeviceChange(cabinet_id=cabinet.id, draft=draft, fields=DeviceDraft.model_fields)])
    cabinet.updated_at = now
    settle(session, [cabinet.id])
    _record(session, cabinet, "device_replaced", by=by, now=now, detail={})
    return True


def _expires_on(device: Device, draft: ConsumableDraft) -> date:
    life = installed_life(device.manufacturer, device.model)
    if draft.kind is ConsumableKind.BATTERY:
        return battery_expires_on(
            printed_on=draft.expires_on,
            install_before_on=draft.install_before_on,
            installed_on=draft.installed_on,
            years=life.battery_years,
        )
    return pads_expire_on(printed_on=draft.expires_on, installed_on=draft.installed_on, years=life.pads_years)


def _record(
    session: Session, cabinet: Cabinet, action: str, *, by: Caller, now: datetime, detail: dict[str, str]
) -> None:
    subject = f"cabinet {cabinet.ref}"
    audit.record(session, at=now, actor=by.actor, action=action, subject=subject, detail=detail)
