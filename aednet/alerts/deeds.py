"""Doing what a reply sets in motion, and what is said about it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.accounts.models import Account
from aednet.alerts import trainings
from aednet.alerts.reading.decisions import (
    Action,
    AnswerQuestion,
    Ask,
    Context,
    HandOver,
    LogInspections,
    OpenReport,
    Person,
    ReportDefect,
    Resume,
    ShowOnce,
    Suppress,
)
from aednet.alerts.senders import Outcome
from aednet.alerts.wording import texts
from aednet.alerts.wording.subjects import number_of
from aednet.alerts.wording.texts import Place, Setting
from aednet.base.phone import PhoneNumber
from aednet.cabinets import services
from aednet.cabinets.care.inspections import log_inspection
from aednet.cabinets.drafts import InspectionDraft, ReportDraft
from aednet.cabinets.models import Cabinet
from aednet.cabinets.rules import ReportKind, is_listed
from aednet.messaging.rules import RecipientKind
from aednet.messaging.services import suppress
from aednet.messaging.suppressions import lift_suppression
from aednet.volunteers.models import Volunteer
from aednet.volunteers.rules import ConsentKind, ConsentWay
from aednet.volunteers.services import note_consent

BY_REPLY: Final = "reply"
LONGEST_NOTE: Final = 1_000  # characters, as notes have
NO_WORDS: Final = "DEFECT"  # what stands in a report of somebody who wrote no more than that


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A reply, and in which setting it is answered."""

    sender: PhoneNumber
    text: str = field(repr=False)
    context: Context
    setting: Setting
    now: datetime
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of a reply, what is said about it, and whether a person has to read it."""

    outcome: Outcome
    text: str | None = None
    wants_reader: bool = False


def do(session: Session, action: Action, told: Told) -> Done:
    """Do what was decided about a reply.

    Raises:
        AednetError: it cannot be done any more; what was begun of it is to be undone.
    """
    match action:
        case LogInspections():
            done = _log(session, action, told)
        case ReportDefect():
            done = _take_out(session, action, told)
        case OpenReport():
            done = _report(session, action, told)
        case AnswerQuestion():
            done = _answer(session, action, told)
        case Suppress():
            done = _stop(session, told)
        case Resume():
            done = _resume(session, action, told)
        case Ask():
            text = texts.question(action.doubt, own_places(session, told.context), told.setting)
            done = Done(outcome=Outcome.ASKED, text=text, wants_reader=True)
        case HandOver():
            done = Done(outcome=Outcome.HANDED_OVER, wants_reader=True)
        case ShowOnce():
            done = Done(outcome=Outcome.UNKNOWN_SENDER, wants_reader=True)
    return done


def actor_of(session: Session, person: Person) -> str:
    """Return the name by which the audit trail knows somebody: `volunteer 5`, `coordinator 7`."""
    if person.kind is RecipientKind.VOLUNTEER:
        return f"volunteer {person.id}"
    role = session.scalar(select(Account.role).where(Account.id == person.id))
    return f"{role} {person.id}"


def own_places(session: Session, context: Context) -> Sequence[Place]:
    """Return the cabinets that the senders look after, as messages name them."""
    senders = frozenset(context.senders)
    return _places(session, [one.id for one in context.cabinets if one.looked_after_by & senders])


def _log(session: Session, action: LogInspections, told: Told) -> Done:
    actor = actor_of(session, action.by)
    for cabinet in _held(session, action.cabinet_ids):
        log_inspection(
            session, cabinet, InspectionDraft(passed=True), actor=actor, now=told.now, today=told.today
        )
    return Done(
        outcome=Outcome.INSPECTIONS_LOGGED,
        text=texts.acknowledgement("logged", _places(session, action.cabinet_ids), told.setting),
    )


def _take_out(session: Session, action: ReportDefect, told: Told) -> Done:
    """Log a check that failed, which puts the cabinet out of service, and leave a report as the task."""
    words = clean(action.text) or NO_WORDS
    for cabinet in _held(session, [action.cabinet_id]):
        draft = InspectionDraft(passed=False, note=words)
        actor = actor_of(session, action.by)
        log_inspection(session, cabinet, draft, actor=actor, now=told.now, today=told.today)
        _open_report(session, cabinet, ReportKind.NOT_READY, words, now=told.now)
    places = _places(session, [action.cabinet_id])
    text = texts.acknowledgement("defect", places, told.setting)
    return Done(outcome=Outcome.DEFECT_REPORTED, text=text)


def _report(session: Session, action: OpenReport, told: Told) -> Done:
    for cabinet in _held(session, action.cabinet_ids):
        _open_report(session, cabinet, ReportKind.OTHER, clean(told.text) or NO_WORDS, now=told.now)
    text = texts.acknowledgement("reported", _places(session, action.cabinet_ids), told.setting)
    return Done(outcome=Outcome.PROBLEM_REPORTED, text=text)


def _answer(session: Session, action: AnswerQuestion, told: Told) -> Done:
    text = trainings.answer(
        session,
        action.question_id,
        is_yes=action.is_yes,
        actor=actor_of(session, action.by),
        setting=told.setting,
        now=told.now,
    )
    return Done(outcome=Outcome.ANSWERED_YES if action.is_yes else Outcome.ANSWERED_NO, text=text)


def _stop(session: Session, told: Told) -> Done:
    """Send nothing more. A guardian whom nobody reminds any more is a coordinator's business."""
    people = told.context.senders
    recipients = [(one.kind, one.id) for one in people]
    suppress(session, told.sender, reason=BY_REPLY, recipients=recipients, now=told.now)
    _note_consent(session, people, ConsentKind.STOPPED, now=told.now)
    return Done(outcome=Outcome.STOPPED, wants_reader=bool(own_places(session, told.context)))


def _resume(session: Session, action: Resume, told: Told) -> Done:
    if lift_suppression(session, told.sender):
        _note_consent(session, action.people, ConsentKind.RESUMED, now=told.now)
    return Done(outcome=Outcome.RESUMED, text=texts.resumed(told.setting))


def _note_consent(session: Session, people: Sequence[Person], kind: ConsentKind, *, now: datetime) -> None:
    ids = [one.id for one in people if one.kind is RecipientKind.VOLUNTEER]
    for volunteer in session.scalars(select(Volunteer).where(Volunteer.id.in_(ids))):
        note_consent(session, volunteer, kind, way=ConsentWay.SMS, now=now)


def _held(session: Session, cabinet_ids: Collection[int]) -> Sequence[Cabinet]:
    """Return cabinets that nobody else changes meanwhile."""
    wanted = select(Cabinet).where(Cabinet.id.in_(cabinet_ids)).order_by(Cabinet.id).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def _places(session: Session, cabinet_ids: Sequence[int]) -> Sequence[Place]:
    rows = session.execute(
        select(Cabinet.id, Cabinet.ref, Cabinet.name).where(Cabinet.id.in_(cabinet_ids)).order_by(Cabinet.ref)
    )
    return [Place(number=number_of(session, row.id, row.ref), name=row.name) for row in rows.all()]


def _open_report(session: Session, cabinet: Cabinet, kind: ReportKind, words: str, *, now: datetime) -> None:
    if is_listed(cabinet.status):
        services.report_problem(session, cabinet.ref, ReportDraft(kind=kind, text=words), now=now)


def clean(text: str) -> str:
    """Return what somebody wrote as a note may hold it: printable, on one line, not too long."""
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(printable.split())[:LONGEST_NOTE]
