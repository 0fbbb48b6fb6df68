"""What coordinators do to cabinets: within their areas, and on record."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.accounts.rules import Caller
from aednet.areas.ground import Ground
from aednet.base import audit
from aednet.base.errors import InvalidValue, NotFound
from aednet.cabinets.changes import apply_values
from aednet.cabinets.drafts import CabinetChange, CabinetDraft, DeviceDraft
from aednet.cabinets.ledger.services import note_new, notes_changes
from aednet.cabinets.models import Cabinet
from aednet.cabinets.queries import find_device
from aednet.cabinets.rules import Status
from aednet.cabinets.services import put_device, register_cabinet
from aednet.cabinets.upkeep import settle
from aednet.cabinets.words import index_words
from aednet.geography.points import LatLon


def register(
    session: Session,
    draft: CabinetDraft,
    *,
    ref: str,
    device: DeviceDraft | None,
    by: Caller,
    ground: Ground,
    now: datetime,
) -> None:
    """Add a cabinet in an area of the caller's, with its device where one is given.

    Raises:
        OutsideExtent: its position lies outside the network.
        InvalidValue: it lies outside the caller's areas.
        RefTaken: there is a cabinet of that reference.
    """
    _check_ground(draft.lat, draft.lon, by=by, ground=ground)
    cabinet = register_cabinet(session, draft, ref=ref, ground=ground, now=now)
    if device is not None:
        put_device(session, cabinet.id, device, fields=device.model_fields_set)
    note_new(session, [cabinet.id], by=by.actor, now=now)
    _record(session, cabinet, "cabinet_registered", by=by, now=now)


def hold_cabinet(session: Session, ref: str, *, by: Caller) -> Cabinet:
    """Return a cabinet that the caller may change, and let nobody else change it meanwhile.

    Raises:
        NotFound: there is none in the caller's areas.
    """
    cabinet = session.scalar(select(Cabinet).where(Cabinet.ref == ref).with_for_update())
    if cabinet is None or not by.may_change_area(cabinet.area_id):
        raise NotFound(f"There is no cabinet {ref}.")
    return cabinet


@notes_changes
def change(
    session: Session, cabinet: Cabinet, change: CabinetChange, *, by: Caller, ground: Ground, now: datetime
) -> bool:
    """Set what a change names of a cabinet and its device. Returns whether anything differed.

    Raises:
        OutsideExtent: its new position lies outside the network.
        InvalidValue: it lies outside the caller's areas, or only half of it is named.
    """
    values = {
        name: getattr(change, name) for name in change.model_fields_set & CabinetDraft.model_fields.keys()
    }
    missing = {"lat", "lon"} - values.keys()
    if len(missing) == 1:
        raise InvalidValue(
            "A position has two halves.", fields={missing.pop(): "is missing: name both or none"}
        )
    if not missing:
        _check_ground(values["lat"], values["lon"], by=by, ground=ground)
    differing = apply_values(cabinet, values, ground=ground, now=now)
    if change.device is not None:
        of_device = _differing_device(session, cabinet.id, change.device)
        if put_device(session, cabinet.id, change.device, fields=change.device.model_fields_set):
            cabinet.updated_at = now
            differing |= of_device
    if not differing:
        return False
    settle(session, [cabinet.id])
    index_words(session, [cabinet.id])
    detail = {"fields": ", ".join(sorted(differing))}
    _record(session, cabinet, "cabinet_changed", by=by, now=now, detail=detail)
    return True


@notes_changes
def retire(session: Session, cabinet: Cabinet, *, by: Caller, now: datetime) -> bool:
    """Take a cabinet out of the network for good; what is known of it is kept. Returns False if it was."""
    if cabinet.status is Status.RETIRED:
        return False
    cabinet.status, cabinet.updated_at = Status.RETIRED, now
    settle(session, [cabinet.id])
    _record(session, cabinet, "cabinet_retired", by=by, now=now)
    return True


def _check_ground(lat: float, lon: float, *, by: Caller, ground: Ground) -> None:
    if not by.may_change_area(ground.area_id_at(LatLon(lat=lat, lon=lon))):
        advice = "lies outside your areas"
        raise InvalidValue(f"The position {advice}.", fields={"lat": advice, "lon": advice})


def _differing_device(session: Session, cabinet_id: int, draft: DeviceDraft) -> frozenset[str]:
    """Return the named facts of a device that are not so yet, as the audit trail names them."""
    known = find_device(session, cabinet_id)
    return frozenset(
        f"device.{name}"
        for name in draft.model_fields_set
        if getattr(draft, name) != (None if known is None else getattr(known, name))
    )


def _record(
    session: Session,
    cabinet: Cabinet,
    action: str,
    *,
    by: Caller,
    now: datetime,
    detail: Mapping[str, str] | None = None,
) -> None:
    subject = f"cabinet {cabinet.ref}"
    audit.record(session, at=now, actor=by.actor, action=action, subject=subject, detail=detail)
