"""Writes of the cabinets: one function a use case."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.areas.ground import Ground
from aednet.base.database import set_values
from aednet.base.errors import Conflict, NotFound
from aednet.cabinets.changes import apply_draft
from aednet.cabinets.devices import DeviceChange, put_devices
from aednet.cabinets.drafts import CabinetDraft, DeviceDraft, ReportDraft
from aednet.cabinets.models import Cabinet, Guardianship, Inspection, ProblemReport
from aednet.cabinets.rules import GuardianRole, is_listed
from aednet.geography.points import LatLon

SAME_REPORT_WITHIN = timedelta(minutes=10)  # a form sent twice, or a second tap on a slow phone
REF_DIGITS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a cabinet's data come from: a file or register, and the key it knows the cabinet by."""

    source: str
    key: str


def register_cabinet(
    session: Session,
    draft: CabinetDraft,
    *,
    ref: str,
    ground: Ground,
    now: datetime,
    origin: Origin | None = None,
    is_example: bool = False,
) -> Cabinet:
    """Add a cabinet to the network.

    Raises:
        OutsideExtent: its position lies outside the network.
        Conflict: the reference is taken.
    """
    if session.scalar(select(Cabinet.id).where(Cabinet.ref == ref)) is not None:
        raise Conflict(f"There is a cabinet {ref} already.")
    cabinet = Cabinet(ref=ref, is_example=is_example, created_at=now)
    apply_draft(cabinet, draft, ground=ground, now=now)
    session.add(cabinet)
    if origin is not None:
        cabinet.source, cabinet.source_key = origin.source, origin.key
    session.flush()
    return cabinet


def change_cabinet(
    session: Session,
    cabinet: Cabinet,
    draft: CabinetDraft,
    *,
    fields: Collection[str],
    ground: Ground,
    now: datetime,
) -> bool:
    """Set the named fields of a cabinet to what the draft says. Returns whether anything differed.

    A position is named as a whole: `lat` and `lon`.

    Raises:
        OutsideExtent: its new position lies outside the network.
    """
    changed = apply_draft(cabinet, draft, ground=ground, now=now, fields=fields)
    session.flush()
    return changed


def put_device(session: Session, cabinet_id: int, draft: DeviceDraft, *, fields: Collection[str]) -> bool:
    """Set the named facts of the device in a cabinet. Returns whether anything differed."""
    return bool(put_devices(session, [DeviceChange(cabinet_id=cabinet_id, draft=draft, fields=fields)]))


def record_inspection(
    session: Session, cabinet_id: int, *, inspected_on: date, passed: bool, now: datetime
) -> None:
    """Log a check of a cabinet."""
    session.add(Inspection(cabinet_id=cabinet_id, inspected_on=inspected_on, passed=passed, recorded_at=now))
    session.flush()


def report_problem(session: Session, ref: str, draft: ReportDraft, *, now: datetime) -> bool:
    """Keep what somebody says is wrong with a cabinet. Returns False where it was said just before.

    Raises:
        NotFound: the public knows no such cabinet.
    """
    cabinet = session.scalar(select(Cabinet).where(Cabinet.ref == ref))
    if cabinet is None or not is_listed(cabinet.status):
        raise NotFound(f"There is no cabinet {ref}.")
    recent = session.scalars(
        select(ProblemReport).where(
            ProblemReport.cabinet_id == cabinet.id,
            ProblemReport.kind == draft.kind,
            ProblemReport.reported_at > now - SAME_REPORT_WITHIN,
        )
    )
    if any(report.text == draft.text for report in recent):
        return False
    session.add(ProblemReport(cabinet_id=cabinet.id, kind=draft.kind, text=draft.text, reported_at=now))
    session.flush()
    return True


def appoint_guardian(
    session: Session, cabinet_id: int, volunteer_id: int, *, role: GuardianRole, today: date
) -> bool:
    """Let a volunteer look after a cabinet from `today` on. Returns whether that is anything new.

    Who did so in the other role changes over; a cabinet has one guardian and any number of deputies.

    Raises:
        Conflict: another volunteer is its guardian.
    """
    current = _looks_after(session, cabinet_id)
    if role is GuardianRole.GUARDIAN and any(
        other.role is role and other.volunteer_id != volunteer_id for other in current
    ):
        raise Conflict("The cabinet has another guardian: end that guardianship first.")
    own = next((one for one in current if one.volunteer_id == volunteer_id), None)
    if own is not None:
        if own.role is role:
            return False
        own.until_on = today
        session.flush()
    session.add(Guardianship(cabinet_id=cabinet_id, volunteer_id=volunteer_id, role=role, since_on=today))
    session.flush()
    return True


def end_guardianship(session: Session, cabinet_id: int, volunteer_id: int, *, today: date) -> bool:
    """Let a volunteer look after a cabinet no longer. Returns whether they did until now."""
    own = [one for one in _looks_after(session, cabinet_id) if one.volunteer_id == volunteer_id]
    for one in own:
        one.until_on = today
    session.flush()
    return bool(own)


def place_all(session: Session, ground: Ground) -> int:
    """Work out every cabinet's area anew, after borders changed. Returns how many moved."""
    moved = 0
    for cabinet in session.scalars(select(Cabinet)):
        area_id = ground.locator.locate(LatLon(lat=cabinet.lat, lon=cabinet.lon))
        moved += set_values(cabinet, {"area_id": area_id})
    session.flush()
    return moved


def next_ref(session: Session, prefix: str) -> str:
    """Return the reference that follows the highest number in use behind `prefix`."""
    taken = session.scalars(select(Cabinet.ref).where(Cabinet.ref.startswith(f"{prefix}-", autoescape=True)))
    numbers = [int(tail) for ref in taken if (tail := ref[len(prefix) + 1 :]).isdecimal()]
    return f"{prefix}-{max(numbers, default=0) + 1:0{REF_DIGITS}d}"


def _looks_after(session: Session, cabinet_id: int) -> Sequence[Guardianship]:
    return session.scalars(
        select(Guardianship).where(Guardianship.cabinet_id == cabinet_id, Guardianship.until_on.is_(None))
    ).all()
