"""Invented changes of example cabinets that have yet to be entered at HartslagNu; all end as they began."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.base.database import set_values
from aednet.cabinets.drafts import DeviceDraft
from aednet.cabinets.ledger.services import SYSTEM, note_new, noting_changes
from aednet.cabinets.models import Cabinet
from aednet.cabinets.services import put_device

NEW: Final = "HGV-044"
EARLIER: Final[dict[str, dict[str, Any]]] = {
    "HGV-005": {"location": "in de hal, links"},
    "HGV-009": {"opening_hours": "Mo-Fr 08:00-17:00", "locked": None},
}
NEW_BATTERY: Final = "HGV-013"
OLD_LAPSED: Final = timedelta(days=4)


def seed_example_ledger(session: Session, *, now: datetime, today: date) -> None:
    """Note changes as if they had been made now."""
    for ref, earlier in EARLIER.items():
        cabinet = _get(session, ref)
        later = {name: getattr(cabinet, name) for name in earlier}
        set_values(cabinet, earlier)
        with noting_changes(session, [cabinet.id], by=SYSTEM, now=now):
            set_values(cabinet, later)
    cabinet = _get(session, NEW_BATTERY)
    battery = DeviceDraft(battery_expires_on=cabinet.battery_expires_on)
    old = DeviceDraft(battery_expires_on=today - OLD_LAPSED)
    put_device(session, cabinet.id, old, fields=["battery_expires_on"])
    with noting_changes(session, [cabinet.id], by=SYSTEM, now=now):
        put_device(session, cabinet.id, battery, fields=["battery_expires_on"])
    note_new(session, [_get(session, NEW).id], by=SYSTEM, now=now)


def _get(session: Session, ref: str) -> Cabinet:
    return session.scalars(select(Cabinet).where(Cabinet.ref == ref)).one()
