"""What example volunteers wrote: messages that aednet dealt with, and some that wait for a person."""

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.alerts.answering import Received, receive
from aednet.alerts.network import setting_of
from aednet.base.phone import PhoneNumber
from aednet.config import Settings
from aednet.volunteers.models import Volunteer
from aednet.volunteers.rules import Status

STRANGER: Final = "+31612349999"  # no example volunteer has it
WRITTEN: Final = (  # how long ago, by which of the guardians, None for a stranger, and what
    (timedelta(hours=11), 0, "Ik ben volgende week op vakantie, kan iemand anders kijken? (voorbeeld)"),
    (timedelta(hours=10), 0, "Het is die bij de school bedoel ik. (voorbeeld)"),
    (timedelta(hours=6), 1, "Hoe laat begint de cursus? (voorbeeld)"),
    (timedelta(hours=3), None, "Wie is dit? (voorbeeld)"),
)


def seed_example_messages(session: Session, *, settings: Settings, now: datetime, today: date) -> int:
    """Let example volunteers have written to us. Returns how many messages they wrote."""
    guardians = session.scalars(
        select(Volunteer)
        .where(Volunteer.is_example, Volunteer.guards, Volunteer.status == Status.ACTIVE)
        .order_by(Volunteer.id)
        .limit(2)
    ).all()
    for number, (ago, who, text) in enumerate(WRITTEN):
        sender = STRANGER if who is None else guardians[who].phone
        receive(
            session,
            Received(provider_id=f"example-{number}", sender=PhoneNumber(e164=sender), text=text),
            ref_prefix=settings.ref_prefix,
            setting=setting_of(settings, today=today),
            now=now - ago,
            today=today,
        )
    return len(WRITTEN)
