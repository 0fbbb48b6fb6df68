"""Messages that wait for a person follow what they are about, or who wrote them, into another area."""

from sqlalchemy import Update, update
from sqlalchemy.orm import Session

from aednet.alerts.planning.events import WAITS_FOR_A_PERSON
from aednet.alerts.planning.rules import SubjectKind
from aednet.cabinets.care.models import AfterUse
from aednet.cabinets.models import Cabinet
from aednet.messaging.models import InboundSms, Reminder
from aednet.messaging.rules import RecipientKind
from aednet.volunteers.models import Volunteer


def follow_subjects(session: Session) -> None:
    """Put what waits on a desk on that of the area where its cabinet, or its person, is by now.

    All else reaches no desk, and tells where it was then.
    """
    waits = update(Reminder).where(Reminder.state.in_(WAITS_FOR_A_PERSON))
    about_cabinets = waits.where(Reminder.subject_kind == SubjectKind.CABINET)
    about_people = waits.where(Reminder.subject_kind == SubjectKind.VOLUNTEER)
    about_uses = waits.where(
        Reminder.subject_kind == SubjectKind.AFTER_USE, AfterUse.id == Reminder.subject_id
    )
    unread = update(InboundSms).where(
        InboundSms.read_at.is_(None), InboundSms.sender_kind == RecipientKind.VOLUNTEER
    )
    for statement in (
        _into(about_cabinets.where(Reminder.subject_id == Cabinet.id), Reminder, Cabinet),
        _into(about_people.where(Reminder.subject_id == Volunteer.id), Reminder, Volunteer),
        _into(about_uses.where(AfterUse.cabinet_id == Cabinet.id), Reminder, Cabinet),
        _into(unread.where(InboundSms.sender_id == Volunteer.id), InboundSms, Volunteer),
    ):
        session.execute(statement.execution_options(synchronize_session=False))


def _into(statement: Update, table: type[Reminder | InboundSms], place: type[Cabinet | Volunteer]) -> Update:
    return statement.where(table.area_id.is_distinct_from(place.area_id)).values(area_id=place.area_id)
