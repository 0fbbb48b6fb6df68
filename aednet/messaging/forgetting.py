"""Leaving no trace of a person in the outbox."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, delete, or_, select, tuple_, update
from sqlalchemy.orm import Session

from aednet.base.phone import PhoneNumber
from aednet.messaging.models import ConsoleMessage, InboundSms, Reminder, SmsAttempt
from aednet.messaging.numbers import hashes_of
from aednet.messaging.rules import UNSENT, RecipientKind, State
from aednet.messaging.standing import move, stand_in_line


def forget(
    session: Session,
    recipients: Collection[tuple[RecipientKind, int]],
    *,
    numbers: Collection[PhoneNumber],
    now: datetime,
) -> None:
    """End what waits for a person, and remove every text, number and hash that was theirs.

    `numbers` are those that nobody else has. Rows without them remain, so that what was sent stays counted,
    and nothing is sent again. A number that wants no messages stays known by its hash, so that it gets none.
    """
    stand_in_line(session)
    theirs = tuple_(Reminder.recipient_kind, Reminder.recipient_id).in_(recipients)
    hashes = [each for number in numbers for each in hashes_of(number)]
    session.execute(
        update(SmsAttempt)
        .where(SmsAttempt.reminder_id.in_(select(Reminder.id).where(theirs)))
        .values(phone=None, phone_hash=None)
        .execution_options(synchronize_session=False)
    )
    move(session, theirs & Reminder.state.in_(UNSENT | {State.NEEDS_REVIEW}), State.CANCELLED, now=now)
    session.execute(
        update(Reminder)
        .where(theirs)
        .values(text=None, given_text=None)
        .execution_options(synchronize_session=False)
    )
    theirs_or_nobodys = or_(
        tuple_(InboundSms.sender_kind, InboundSms.sender_id).in_(recipients),
        and_(InboundSms.sender_hash.in_(hashes), InboundSms.sender_id.is_(None)),
    )
    session.execute(delete(InboundSms).where(theirs_or_nobodys))
    session.execute(delete(ConsoleMessage).where(ConsoleMessage.phone_hash.in_(hashes)))
