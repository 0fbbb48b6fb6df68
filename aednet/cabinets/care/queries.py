"""What was done for one cabinet, and what is still to be done; all frozen values."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.cabinets.care.checklist import Answer, Item
from aednet.cabinets.care.code_reasons import CodeReason
from aednet.cabinets.care.models import (
    AfterUse,
    AfterUseStep,
    CodeReading,
    Finding,
    InspectionAnswer,
    InspectionPhoto,
)
from aednet.cabinets.care.recovery import Outcome, Step, possible
from aednet.cabinets.models import Cabinet, Inspection


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionFacts:
    """One check of a cabinet; the note may name people."""

    id: int
    inspected_on: date
    passed: bool
    note: str | None = field(repr=False)
    recorded_at: datetime
    recorded_by: str | None
    answers: Mapping[Item, Answer]
    has_photo: bool

    @property
    def amiss(self) -> tuple[Item, ...]:
        """What was found not to be in order."""
        return tuple(item for item in Item if self.answers.get(item) is Answer.NOT_OK)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFacts:
    """Something that is still amiss."""

    id: int
    item: Item
    found_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDone:
    """A step that was done, when and by whom."""

    step: Step
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PathFacts:
    """The path of an AED that was used; `outcome` is None while it is open."""

    id: int
    begun_at: datetime
    begun_by: str
    closed_at: datetime | None
    outcome: Outcome | None
    done: tuple[StepDone, ...]

    @property
    def possible(self) -> tuple[Step, ...]:
        """Return what can be done next."""
        return () if self.outcome is not None else possible([one.step for one in self.done])


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingFacts:
    """That somebody was shown the code; their own words may name people."""

    at: datetime
    actor: str
    reason: CodeReason
    note: str | None = field(repr=False)


def list_inspections(session: Session, cabinet_id: int, *, limit: int) -> tuple[InspectionFacts, ...]:
    """Return the last inspections of a cabinet, the newest first."""
    rows = session.execute(
        select(Inspection, InspectionPhoto.inspection_id.is_not(None).label("has_photo"))
        .outerjoin(InspectionPhoto, InspectionPhoto.inspection_id == Inspection.id)
        .where(Inspection.cabinet_id == cabinet_id)
        .order_by(Inspection.inspected_on.desc(), Inspection.id.desc())
        .limit(limit)
    ).all()
    answers = _answers(session, [row.Inspection.id for row in rows])
    return tuple(
        InspectionFacts(
            id=row.Inspection.id,
            inspected_on=row.Inspection.inspected_on,
            passed=row.Inspection.passed,
            note=row.Inspection.note,
            recorded_at=row.Inspection.recorded_at,
            recorded_by=row.Inspection.recorded_by,
            answers=answers.get(row.Inspection.id, {}),
            has_photo=row.has_photo,
        )
        for row in rows
    )


def find_answers(session: Session, inspection_id: int) -> Mapping[Item, Answer]:
    """Return what an inspection found, of what it looked at."""
    return _answers(session, [inspection_id]).get(inspection_id, {})


def find_photo(session: Session, cabinet_id: int, inspection_id: int) -> bytes | None:
    """Return the photo of an inspection of this cabinet, a JPEG, if there is one."""
    return session.scalar(
        select(InspectionPhoto.image)
        .join(Inspection, Inspection.id == InspectionPhoto.inspection_id)
        .where(Inspection.id == inspection_id, Inspection.cabinet_id == cabinet_id)
    )


def list_findings(session: Session, cabinet_id: int) -> tuple[FindingFacts, ...]:
    """Return what is still amiss with a cabinet, in the order of the checklist."""
    rows = session.execute(
        select(Finding.id, Finding.item, Finding.found_on).where(
            Finding.cabinet_id == cabinet_id, Finding.remedied_at.is_(None)
        )
    ).mappings()
    order = list(Item)
    return tuple(sorted((FindingFacts(**row) for row in rows), key=lambda one: order.index(one.item)))


def find_path(session: Session, cabinet_id: int) -> PathFacts | None:
    """Return the last path of the AED of a cabinet after a use, whether open or ended, if there was one."""
    path = session.scalar(
        select(AfterUse).where(AfterUse.cabinet_id == cabinet_id).order_by(AfterUse.id.desc()).limit(1)
    )
    if path is None:
        return None
    steps = session.scalars(
        select(AfterUseStep)
        .where(AfterUseStep.after_use_id == path.id)
        .order_by(AfterUseStep.done_at, AfterUseStep.step)
    )
    return PathFacts(
        id=path.id,
        begun_at=path.begun_at,
        begun_by=path.begun_by,
        closed_at=path.closed_at,
        outcome=path.outcome,
        done=tuple(StepDone(step=one.step, at=one.done_at, by=one.done_by) for one in steps),
    )


def has_code(session: Session, cabinet_id: int) -> bool:
    """Tell whether a cabinet has an access code."""
    known = select(Cabinet.access_code.is_not(None)).where(Cabinet.id == cabinet_id)
    return bool(session.scalar(known))


def list_readings(session: Session, cabinet_id: int, *, limit: int) -> tuple[ReadingFacts, ...]:
    """Return who was last shown the code of a cabinet, the newest first."""
    rows = session.execute(
        select(CodeReading.at, CodeReading.actor, CodeReading.reason, CodeReading.note)
        .where(CodeReading.cabinet_id == cabinet_id)
        .order_by(CodeReading.at.desc(), CodeReading.id.desc())
        .limit(limit)
    ).mappings()
    return tuple(ReadingFacts(**row) for row in rows)


def _answers(session: Session, inspection_ids: Collection[int]) -> dict[int, dict[Item, Answer]]:
    found: dict[int, dict[Item, Answer]] = {}
    for row in session.scalars(
        select(InspectionAnswer).where(InspectionAnswer.inspection_id.in_(inspection_ids))
    ):
        found.setdefault(row.inspection_id, {})[row.item] = row.answer
    return found
