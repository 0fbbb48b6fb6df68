"""What a cabinet's page shows of the care for it: what is amiss, the last checks, what follows a use."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Caller, Permission
from aednet.base.database import db
from aednet.base.errors import NotFound
from aednet.cabinets.care.queries import (
    FindingFacts,
    InspectionFacts,
    PathFacts,
    find_path,
    has_code,
    list_findings,
    list_inspections,
)
from aednet.cabinets.care.recovery import may_begin
from aednet.cabinets.facts import CabinetFacts
from aednet.cabinets.queries import find_cabinet
from aednet.cabinets.rules import Status

INSPECTIONS_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CareView:
    """The care for one cabinet; notes name people, so not everybody reads them."""

    ref: str
    today: date
    actor: str
    may_change: bool
    reads_notes: bool
    has_code: bool
    may_inspect: bool
    may_begin_use: bool
    path: PathFacts | None
    findings: tuple[FindingFacts, ...]
    inspections: tuple[InspectionFacts, ...]

    @property
    def open_path(self) -> PathFacts | None:
        """Return the path after a use that has not ended, if there is one."""
        return self.path if self.path is not None and self.path.outcome is None else None


def view_care(session: Session, cabinet: CabinetFacts, caller: Caller, today: date) -> CareView:
    """Return what `caller` may see and do of the care for a cabinet that they may see."""
    path = find_path(session, cabinet.id)
    return CareView(
        ref=cabinet.ref,
        today=today,
        actor=caller.actor,
        may_change=caller.may_change_area(cabinet.area_id),
        reads_notes=caller.may(Permission.SEE_PEOPLE),
        has_code=has_code(session, cabinet.id),
        may_inspect=cabinet.status is not Status.RETIRED,
        may_begin_use=may_begin(cabinet.status) and (path is None or path.outcome is not None),
        path=path,
        findings=list_findings(session, cabinet.id),
        inspections=list_inspections(session, cabinet.id, limit=INSPECTIONS_SHOWN),
    )


def get_own(ref: str) -> CabinetFacts:
    """Return a cabinet that whoever asks may see.

    Raises:
        NotFound: there is none in their areas.
    """
    cabinet = find_cabinet(db.session(), ref)
    if cabinet is None or not current_caller().may_see_area(cabinet.area_id):
        raise NotFound(f"There is no cabinet {ref}.")
    return cabinet
