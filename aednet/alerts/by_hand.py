"""What a coordinator writes to somebody who wrote to us."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.alerts.planning.rules import Occasion, SubjectKind
from aednet.alerts.reading.decisions import Person
from aednet.alerts.wording.texts import PLAINER
from aednet.base import audit
from aednet.base.clock import local_day
from aednet.base.context import current
from aednet.messaging.codes import with_code
from aednet.messaging.rules import MessageClass, RecipientKind
from aednet.messaging.segments import size_of
from aednet.messaging.services import NewReminder, enqueue_anew
from aednet.volunteers.models import Volunteer

MOST_SEGMENTS: Final = 2  # as of every message; more is a talk, and better had by telephone
SOME_CODE: Final = "A3C4D"
ANSWER_LASTS: Final = timedelta(days=1)


def written_plainly(text: str) -> str:
    """Return a text as it is sent: without the quotes and dashes that telephones put for plain ones."""
    return "\n".join(text.translate(PLAINER).split("\r\n")).strip()


def segments_of(text: str) -> int:
    """Return how many SMS a text takes, its short code among them."""
    return size_of(with_code(text, SOME_CODE)).segments


def answer_by_hand(
    session: Session, to: Person, text: str, *, inbound_id: int, by: str, now: datetime
) -> bool:
    """Send somebody these words about what they wrote. Returns False where just that was said before."""
    person = None
    if to.kind is RecipientKind.VOLUNTEER:
        facts = select(Volunteer.area_id, Volunteer.is_example).where(Volunteer.id == to.id)
        person = session.execute(facts).one()
    added = enqueue_anew(
        session,
        NewReminder(
            rule=Occasion.BY_HAND,
            subject_kind=SubjectKind.INBOUND,
            subject_id=inbound_id,
            occurrence_on=local_day(now, current().settings.zone),
            recipient_kind=to.kind,
            recipient_id=to.id,
            message_class=MessageClass.TRANSACTIONAL,
            due_at=now,
            expires_at=now + ANSWER_LASTS,
            area_id=None if person is None else person.area_id,
            text=text,
            is_example=person is not None and person.is_example,
        ),
        now=now,
    )
    if added is None:
        return False
    audit.record(session, at=now, actor=by, action="message_answered", subject=f"reply {inbound_id}")
    return True
