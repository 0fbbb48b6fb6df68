"""What people reported of cabinets, as coordinators read it; all frozen values."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, TextClause, select
from sqlalchemy.orm import Session

from aednet.areas.models import Area
from aednet.cabinets.models import IS_CLOSED, IS_OPEN, Cabinet, ProblemReport
from aednet.cabinets.rules import ReportKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPlace:
    """Where a report stands in the list: the open ones come first, of either the newest."""

    is_closed: bool
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    """One report and the cabinet it is about; the text may name people."""

    id: int
    ref: str
    cabinet_name: str
    area_name: str | None
    kind: ReportKind
    text: str = field(repr=False)
    reported_at: datetime
    closed_at: datetime | None

    @property
    def place(self) -> ReportPlace:
        """Where it stands in the list."""
        return ReportPlace(is_closed=self.closed_at is not None, id=self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """A page of reports; `next_after` is behind which one the next page begins, if there is one."""

    reports: tuple[ReportFacts, ...]
    next_after: ReportPlace | None


def list_reports(
    session: Session, *, area_ids: Collection[int] | None, limit: int, after: ReportPlace | None = None
) -> ReportPage:
    """Return at most `limit` reports of the cabinets in these areas, or with None of all cabinets."""
    found: list[ReportFacts] = []
    for is_closed in (False, True):
        if after is None or after.is_closed <= is_closed:
            wanted = _reports(IS_CLOSED if is_closed else IS_OPEN, area_ids).limit(limit + 1 - len(found))
            if after is not None and after.is_closed == is_closed:
                wanted = wanted.where(ProblemReport.id < after.id)
            found += [ReportFacts(**row) for row in session.execute(wanted).mappings()]
        if len(found) > limit:
            break
    page = tuple(found[:limit])
    return ReportPage(reports=page, next_after=page[-1].place if len(found) > limit else None)


def _reports(which: TextClause, area_ids: Collection[int] | None) -> Select[*tuple[Any, ...]]:
    """Select reports, the newest first. Within areas the way leads from their cabinets, which are few."""
    wanted = select(
        ProblemReport.id,
        Cabinet.ref,
        Cabinet.name.label("cabinet_name"),
        Area.name.label("area_name"),
        ProblemReport.kind,
        ProblemReport.text,
        ProblemReport.reported_at,
        ProblemReport.closed_at,
    )
    if area_ids is None:
        wanted = wanted.select_from(ProblemReport).join(Cabinet, Cabinet.id == ProblemReport.cabinet_id)
    else:
        near = select(Cabinet.id).where(Cabinet.area_id.in_(area_ids)).cte("near").prefix_with("MATERIALIZED")
        wanted = (
            wanted.select_from(near)
            .join(Cabinet, Cabinet.id == near.c.id)
            .join(ProblemReport, ProblemReport.cabinet_id == near.c.id)
        )
    return wanted.outerjoin(Area, Area.id == Cabinet.area_id).where(which).order_by(ProblemReport.id.desc())
