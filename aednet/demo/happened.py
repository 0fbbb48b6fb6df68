"""What happened at example cabinets and waits to be dealt with: reports, a use, findings of checks."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.cabinets.care.checklist import Item
from aednet.cabinets.care.models import AfterUse, Finding
from aednet.cabinets.drafts import ReportDraft
from aednet.cabinets.models import Cabinet, Inspection
from aednet.cabinets.rules import ReportKind, Status
from aednet.cabinets.services import report_problem

REPORTS: Final = (
    (timedelta(hours=20), ReportKind.CLOSED, "De code die ik kreeg deed het niet. (voorbeeld)"),
    (timedelta(days=2), ReportKind.NOT_READY, "Hij piept om de paar minuten. (voorbeeld)"),
    (timedelta(days=5), ReportKind.DAMAGED, "Er zit een barst in het deurtje. (voorbeeld)"),
)
USED_AGO: Final = timedelta(hours=14)


def seed_example_events(session: Session, *, now: datetime) -> None:
    """Let things have happened at example cabinets, without changing how any of them stands."""
    cabinets = session.scalars(select(Cabinet).order_by(Cabinet.ref)).all()
    _report(session, [one.ref for one in cabinets[4::9]], now=now)
    used = next(one for one in cabinets if one.status is Status.OUT_OF_SERVICE)
    session.add(
        # Written as it would stand had it been in service before, so that it can be put back.
        AfterUse(cabinet_id=used.id, begun_at=now - USED_AGO, begun_by="system", was_in_service=True)
    )
    failed = next(one for one in cabinets if one.status is Status.IN_SERVICE and one.passed is False)
    passed = next(one for one in cabinets[1:] if one.status is Status.IN_SERVICE and one.passed)
    for cabinet, item in ((failed, Item.INDICATOR), (passed, Item.SIGNS)):
        session.add(_finding(session, cabinet, item))
    session.flush()


def _report(session: Session, refs: Sequence[str], *, now: datetime) -> None:
    for ref, (ago, kind, text) in zip(refs, REPORTS, strict=False):
        report_problem(session, ref, ReportDraft(kind=kind, text=text), now=now - ago)


def _finding(session: Session, cabinet: Cabinet, item: Item) -> Finding:
    last = session.scalars(
        select(Inspection)
        .where(Inspection.cabinet_id == cabinet.id)
        .order_by(Inspection.inspected_on.desc(), Inspection.id.desc())
    ).first()
    if last is None:
        raise LookupError("an inspected example cabinet without an inspection")
    return Finding(cabinet_id=cabinet.id, inspection_id=last.id, item=item, found_on=last.inspected_on)
