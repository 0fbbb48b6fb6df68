"""Erasing a volunteer's messages with them."""

from datetime import datetime

from sqlalchemy.orm import Session

from aednet.alerts.reading.decisions import Person
from aednet.alerts.senders import who_has
from aednet.base.phone import PhoneNumber
from aednet.messaging.forgetting import forget
from aednet.messaging.rules import RecipientKind
from aednet.volunteers.models import Volunteer


def forget_messages(session: Session, volunteer_id: int, *, actor: str, now: datetime) -> None:
    """Leave no trace in the outbox of a volunteer who is erased; a number that others share stays theirs."""
    number = PhoneNumber(e164=session.get_one(Volunteer, volunteer_id).phone)
    somebody = Person(kind=RecipientKind.VOLUNTEER, id=volunteer_id)
    others = set(who_has(session, number)) - {somebody}
    forget(session, [(somebody.kind, somebody.id)], numbers=[] if others else [number], now=now)
