"""Writes of the cabinets: one function a use case."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from aednet.accounts.rules import Caller
from aednet.areas.ground import Ground
from aednet.base import audit
from aednet.base.context import is_demo
from aednet.base.errors import Conflict, NotFound
from aednet.cabinets.changes import apply_draft
from aednet.cabinets.devices import DeviceChange, put_devices
from aednet.cabinets.drafts import CabinetDraft, DeviceDraft, ReportDraft
from aednet.cabinets.models import Cabinet, Inspection, ProblemReport
from aednet.cabinets.rules import is_listed
from aednet.cabinets.upkeep import settle
from aednet.cabinets.words import index_words

SAME_REPORT_WITHIN = timedelta(minutes=10)  # a form sent twice, or a second tap on a slow phone
REF_DIGITS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a cabinet's data come from: a file or register, and the key it knows the cabinet by."""

    source: str
    key: str


class RefTaken(Conflict):
    """There is a cabinet of that reference already."""


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
        RefTaken: the reference is taken, perhaps this instant by somebody else.
    """
    if session.scalar(select(Cabinet.id).where(Cabinet.ref == ref)) is not None:
        raise RefTaken(f"There is a cabinet {ref} already.")
    cabinet = Cabinet(ref=ref, is_example=is_example or is_demo(), created_at=now)
    apply_draft(cabinet, draft, ground=ground, now=now)
    session.add(cabinet)
    if origin is not None:
        cabinet.source, cabinet.source_key = origin.source, origin.key
    try:
        session.flush()
    except IntegrityError as error:
        raise RefTaken(f"There is a cabinet {ref} already.") from error
    settle(session, [cabinet.id])
    index_words(session, [cabinet.id])
    return cabinet


def put_device(session: Session, cabinet_id: int, draft: DeviceDraft, *, fields: Collection[str]) -> bool:
    """Set the named facts of the device in a cabinet. Returns whether anything differed."""
    return bool(put_devices(session, [DeviceChange(cabinet_id=cabinet_id, draft=draft, fields=fields)]))


def record_inspection(
    session: Session,
    cabinet_id: int,
    *,
    inspected_on: date,
    passed: bool,
    now: datetime,
    note: str | None = None,
    recorded_by: str | None = None,
) -> int:
    """Log a check of a cabinet. Returns its number."""
    inspection = Inspection(
        cabinet_id=cabinet_id,
        inspected_on=inspected_on,
        passed=passed,
        note=note,
        recorded_at=now,
        recorded_by=recorded_by,
    )
    session.add(inspection)
    settle(session, [cabinet_id])
    return inspection.id


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


def close_report(session: Session, report_id: int, *, by: Caller, now: datetime) -> bool:
    """Note that a problem report needs nothing more. Returns False where that was noted before.

    Raises:
        NotFound: there is none in the areas that the caller may change.
    """
    found = session.execute(
        select(ProblemReport, Cabinet.ref, Cabinet.area_id)
        .join(Cabinet, Cabinet.id == ProblemReport.cabinet_id)
        .where(ProblemReport.id == report_id)
        .with_for_update(of=ProblemReport)
    ).one_or_none()
    if found is None or not by.may_change_area(found.area_id):
        raise NotFound(f"There is no report {report_id}.")
    report: ProblemReport = found.ProblemReport
    if report.closed_at is not None:
        return False
    report.closed_at, report.closed_by = now, by.actor
    session.flush()
    audit.record(
        session,
        at=now,
        actor=by.actor,
        action="report_closed",
        subject=f"cabinet {found.ref}",
        detail={"report": str(report_id)},
    )
    return True


def next_ref(session: Session, prefix: str) -> str:
    """Return the reference that follows the highest number in use behind `prefix`."""
    taken = select(Cabinet.ref_number).where(Cabinet.ref_prefix == prefix)
    highest = session.scalar(taken.order_by(Cabinet.ref_number.desc()).limit(1))
    return f"{prefix}-{(highest or 0) + 1:0{REF_DIGITS}d}"
