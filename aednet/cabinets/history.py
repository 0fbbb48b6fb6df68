"""What happened to a cabinet: checks and reports, the newest first, a page at a time."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from aednet.base.paging import Page, page_of
from aednet.cabinets.models import Consumable, Device, Inspection, ProblemReport
from aednet.cabinets.rules import ConsumableKind, ReportKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPlace:
    """Where a check stands in the history."""

    day: date
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFacts:
    """One check; the note may name people."""

    id: int
    inspected_on: date
    passed: bool
    note: str | None = field(repr=False)
    recorded_by: str | None

    @property
    def place(self) -> CheckPlace:
        """Where it stands in the history."""
        return CheckPlace(day=self.inspected_on, id=self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPlace:
    """Where a report stands in the history."""

    at: datetime
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """One report; the text may name people."""

    id: int
    kind: ReportKind
    text: str = field(repr=False)
    reported_at: datetime
    closed_at: datetime | None

    @property
    def place(self) -> ReportPlace:
        """Where it stands in the history."""
        return ReportPlace(at=self.reported_at, id=self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumableFacts:
    """Pads or a battery now in the device of a cabinet."""

    kind: ConsumableKind
    expires_on: date | None
    installed_on: date | None
    install_before_on: date | None


def checks_of(
    session: Session, cabinet_id: int, *, limit: int, before: CheckPlace | None = None
) -> Page[CheckFacts, CheckPlace]:
    """Return at most `limit` checks of a cabinet, from `before` backwards."""
    wanted = (
        select(
            Inspection.id,
            Inspection.inspected_on,
            Inspection.passed,
            Inspection.note,
            Inspection.recorded_by,
        )
        .where(Inspection.cabinet_id == cabinet_id)
        .order_by(Inspection.inspected_on.desc(), Inspection.id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        wanted = wanted.where(tuple_(Inspection.inspected_on, Inspection.id) < (before.day, before.id))
    found = [CheckFacts(**row) for row in session.execute(wanted).mappings()]
    return page_of(found, limit=limit, place_of=lambda check: check.place)


def reports_of(
    session: Session, cabinet_id: int, *, limit: int, before: ReportPlace | None = None
) -> Page[ReportLine, ReportPlace]:
    """Return at most `limit` reports of a cabinet, from `before` backwards."""
    wanted = (
        select(
            ProblemReport.id,
            ProblemReport.kind,
            ProblemReport.text,
            ProblemReport.reported_at,
            ProblemReport.closed_at,
        )
        .where(ProblemReport.cabinet_id == cabinet_id)
        .order_by(ProblemReport.reported_at.desc(), ProblemReport.id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        wanted = wanted.where(tuple_(ProblemReport.reported_at, ProblemReport.id) < (before.at, before.id))
    found = [ReportLine(**row) for row in session.execute(wanted).mappings()]
    return page_of(found, limit=limit, place_of=lambda report: report.place)


def consumables_of(session: Session, cabinet_id: int) -> dict[ConsumableKind, ConsumableFacts]:
    """Return the pads and the battery now in the device of a cabinet, as far as they are known."""
    rows = session.execute(
        select(Consumable.kind, Consumable.expires_on, Consumable.installed_on, Consumable.install_before_on)
        .join(Device, Device.id == Consumable.device_id)
        .where(Device.cabinet_id == cabinet_id, Device.removed_on.is_(None), Consumable.removed_on.is_(None))
    ).mappings()
    return {row["kind"]: ConsumableFacts(**row) for row in rows}
