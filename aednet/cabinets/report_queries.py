"""What people reported of cabinets, as coordinators read it; all frozen values."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from aednet.areas.models import Area
from aednet.cabinets.models import Cabinet, ProblemReport
from aednet.cabinets.rules import ReportKind, Status, is_listed


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
    cabinet_status: Status
    area_name: str | None
    kind: ReportKind
    text: str = field(repr=False)
    reported_at: datetime
    closed_at: datetime | None

    @property
    def has_page(self) -> bool:
        """Tell whether its cabinet has a public page."""
        return is_listed(self.cabinet_status)

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
    is_closed = ProblemReport.closed_at.is_not(None)
    wanted = (
        select(
            ProblemReport.id,
            Cabinet.ref,
            Cabinet.name.label("cabinet_name"),
            Cabinet.status.label("cabinet_status"),
            Area.name.label("area_name"),
            ProblemReport.kind,
            ProblemReport.text,
            ProblemReport.reported_at,
            ProblemReport.closed_at,
        )
        .join(Cabinet, Cabinet.id == ProblemReport.cabinet_id)
        .outerjoin(Area, Area.id == Cabinet.area_id)
        .order_by(is_closed, ProblemReport.id.desc())
        .limit(limit + 1)
    )
    if area_ids is not None:
        wanted = wanted.where(Cabinet.area_id.in_(area_ids))
    if after is not None:
        older = ProblemReport.id < after.id
        wanted = wanted.where(and_(is_closed, older) if after.is_closed else or_(is_closed, older))
    found = tuple(ReportFacts(**row) for row in session.execute(wanted).mappings())
    page = found[:limit]
    return ReportPage(reports=page, next_after=page[-1].place if len(found) > limit else None)
