"""Writes of inspections: what somebody found who looked at a cabinet, and what of it is still amiss."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import ClassVar, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.base import audit
from aednet.base.errors import Conflict, InvalidValue, NotFound
from aednet.cabinets.care.checklist import DECISIVE, Answer, Item, Verdict, contradicted, verdict
from aednet.cabinets.care.drafts import ChecklistDraft
from aednet.cabinets.care.models import Finding, InspectionAnswer, InspectionPhoto
from aednet.cabinets.care.queries import find_answers
from aednet.cabinets.devices import EXPIRY_FIELDS
from aednet.cabinets.drafts import InspectionDraft
from aednet.cabinets.ledger.services import notes_changes
from aednet.cabinets.models import Cabinet, Inspection
from aednet.cabinets.queries import find_device
from aednet.cabinets.rules import Status
from aednet.cabinets.services import put_device, record_inspection

SAME_INSPECTION_WITHIN = timedelta(minutes=10)  # a second tap on a slow phone
NOTHING_ANSWERED: Final[Mapping[Item, Answer]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """The number of an inspection, and whether it is new: who says the same twice is heard once."""

    inspection_id: int
    is_new: bool


class DatesChanged(Conflict):
    """Somebody else wrote other dates down meanwhile; `fields` are those that differ."""

    code: ClassVar[str] = "dates_changed"

    def __init__(self, fields: frozenset[str]) -> None:
        super().__init__("Other dates were written down meanwhile.")
        self.fields = fields


@notes_changes
def log_inspection(
    session: Session,
    cabinet: Cabinet,
    draft: InspectionDraft,
    *,
    actor: str,
    now: datetime,
    today: date,
    answers: Mapping[Item, Answer] = NOTHING_ANSWERED,
) -> Logged:
    """Log what somebody found at a cabinet, which nobody else may change meanwhile.

    What they called amiss stays open until it is ticked off, or in order at a later inspection.

    Raises:
        InvalidValue: the day lies after `today`.
        Conflict: the cabinet is retired.
    """
    inspected_on = draft.inspected_on or today
    if inspected_on > today:
        raise InvalidValue("The inspection is yet to be.", fields={"inspected_on": "lies after today"})
    if cabinet.status is Status.RETIRED:
        raise Conflict("The cabinet is retired.")
    last = session.scalar(
        select(Inspection).where(Inspection.cabinet_id == cabinet.id).order_by(Inspection.id.desc()).limit(1)
    )
    said = (inspected_on, draft.passed, draft.note, actor)
    if (
        last is not None
        and (last.inspected_on, last.passed, last.note, last.recorded_by) == said
        and last.recorded_at > now - SAME_INSPECTION_WITHIN
        and find_answers(session, last.id) == answers
    ):
        return Logged(inspection_id=last.id, is_new=False)
    inspection_id = record_inspection(
        session,
        cabinet.id,
        inspected_on=inspected_on,
        passed=draft.passed,
        note=draft.note,
        recorded_by=actor,
        now=now,
    )
    session.add_all(
        InspectionAnswer(inspection_id=inspection_id, item=item, answer=answer)
        for item, answer in answers.items()
    )
    if cabinet.inspected_on == inspected_on:  # or a later one has the last word on what is amiss
        _follow(session, cabinet.id, inspection_id, answers, actor=actor, on=inspected_on, now=now)
    detail = {"inspected_on": inspected_on.isoformat(), "passed": "yes" if draft.passed else "no"}
    if amiss := [item for item in Item if answers.get(item) is Answer.NOT_OK]:
        detail["amiss"] = ", ".join(amiss)
    _record(session, cabinet, "inspection_logged", actor=actor, now=now, detail=detail)
    return Logged(inspection_id=inspection_id, is_new=True)


@notes_changes
def log_checklist(
    session: Session, cabinet: Cabinet, draft: ChecklistDraft, *, actor: str, now: datetime, today: date
) -> Logged:
    """Log an inspection by its checklist, and the dates that were read on pads and battery.

    Raises:
        InvalidValue: the day lies after `today`; too little was looked at; or something was called in order
            although its date has passed. `fields` name the items.
        Conflict: the cabinet is retired.
        DatesChanged: others wrote other dates down since the reader saw them; nothing is stored.
    """
    if verdict(draft.answers) is Verdict.INCOMPLETE:
        missing = DECISIVE - draft.answers.keys()
        raise InvalidValue("Too little was looked at.", fields=dict.fromkeys(missing, "not looked at"))
    _write_dates(session, cabinet, draft, actor=actor, now=now)
    device = find_device(session, cabinet.id)
    if device is not None:
        lapsed = contradicted(
            draft.answers,
            pads_expire_on=device.pads_adult_expire_on,
            battery_expires_on=device.battery_expires_on,
            on=draft.inspected_on or today,
        )
        if lapsed:
            raise InvalidValue("The date has passed.", fields=dict.fromkeys(lapsed, "lapsed"))
    return log_inspection(
        session,
        cabinet,
        InspectionDraft(
            inspected_on=draft.inspected_on,
            passed=verdict(draft.answers) is Verdict.PASSED,
            note=draft.note,
        ),
        actor=actor,
        now=now,
        today=today,
        answers=draft.answers,
    )


def keep_photo(session: Session, inspection_id: int, image: bytes, *, now: datetime) -> bool:
    """Keep what `clean_photo` made with an inspection. Returns False where that has a photo already."""
    if session.get(InspectionPhoto, inspection_id) is not None:
        return False
    session.add(InspectionPhoto(inspection_id=inspection_id, image=image, added_at=now))
    session.flush()
    return True


def remedy(session: Session, cabinet: Cabinet, finding_id: int, *, actor: str, now: datetime) -> bool:
    """Note that something amiss with a cabinet is remedied. Returns False where that was noted before.

    A failed inspection stays the last word on the cabinet until somebody looks at it again.

    Raises:
        NotFound: nothing of that number was found at this cabinet.
    """
    finding = session.get(Finding, finding_id)
    if finding is None or finding.cabinet_id != cabinet.id:
        raise NotFound(f"There is no finding {finding_id}.")
    if finding.remedied_at is not None:
        return False
    finding.remedied_at, finding.remedied_by = now, actor
    session.flush()
    _record(session, cabinet, "finding_remedied", actor=actor, now=now, detail={"item": finding.item})
    return True


def _write_dates(
    session: Session, cabinet: Cabinet, draft: ChecklistDraft, *, actor: str, now: datetime
) -> None:
    """Write down the dates that were read where they differ from what the reader was shown.

    Raises:
        DatesChanged: what is stored is by now neither what the reader was shown nor what they read.
    """
    known = find_device(session, cabinet.id)
    stored = {name: None if known is None else getattr(known, name) for name in EXPIRY_FIELDS}
    read = {
        name: getattr(draft.read, name)
        for name in EXPIRY_FIELDS
        if getattr(draft.read, name) != getattr(draft.shown, name)
    }
    others = {name for name in read if stored[name] not in (getattr(draft.shown, name), read[name])}
    if others:
        raise DatesChanged(frozenset(others))
    differing = sorted(name for name in read if stored[name] != read[name])
    if differing:
        put_device(session, cabinet.id, draft.read, fields=differing)
        cabinet.updated_at = now
        session.flush()
        fields = ", ".join(f"device.{name}" for name in differing)
        _record(session, cabinet, "cabinet_changed", actor=actor, now=now, detail={"fields": fields})


def _follow(
    session: Session,
    cabinet_id: int,
    inspection_id: int,
    answers: Mapping[Item, Answer],
    *,
    actor: str,
    on: date,
    now: datetime,
) -> None:
    """Open what is amiss by the last inspection, and close what is in order by now."""
    still_open = session.scalars(
        select(Finding).where(Finding.cabinet_id == cabinet_id, Finding.remedied_at.is_(None))
    )
    known = {finding.item: finding for finding in still_open}
    for item, answer in answers.items():
        finding = known.get(item)
        if answer is Answer.OK and finding is not None:
            finding.remedied_at, finding.remedied_by = now, actor
        elif answer is Answer.NOT_OK and finding is None:
            session.add(Finding(cabinet_id=cabinet_id, inspection_id=inspection_id, item=item, found_on=on))
    session.flush()


def _record(
    session: Session, cabinet: Cabinet, action: str, *, actor: str, now: datetime, detail: Mapping[str, str]
) -> None:
    audit.record(session, at=now, actor=actor, action=action, subject=f"cabinet {cabinet.ref}", detail=detail)
