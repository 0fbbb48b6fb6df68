"""What becomes of messages when an older state of the database is put back.

What was due before that moment may have been sent since the backup was made, and the database knows nothing
of it. Nobody is texted twice: a person decides about each.
"""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from aednet.messaging.models import IS_IN_FLIGHT, Reminder, SmsAttempt
from aednet.messaging.rules import IN_FLIGHT, UNSENT, AttemptState, Reason, State
from aednet.messaging.standing import move, stand_in_line


def doubt_what_may_have_been_sent(session: Session, *, now: datetime) -> int:
    """Leave to a person what was due by `now`, or under way. Returns how many messages that is."""
    stand_in_line(session)
    under_way = session.scalars(
        update(SmsAttempt)
        .where(IS_IN_FLIGHT, SmsAttempt.state.in_(IN_FLIGHT))
        .values(state=AttemptState.UNKNOWN, check_at=None, changed_at=now)
        .returning(SmsAttempt.reminder_id)
        .execution_options(synchronize_session=False)
    ).all()
    due = (Reminder.due_at <= now) & (Reminder.expires_at > now)
    move(session, due & (Reminder.state == State.HELD), State.DUE, now=now)
    theirs = Reminder.id.in_(under_way) | Reminder.carrier_id.in_(under_way)
    doubted = [
        *move(session, theirs, State.NEEDS_REVIEW, now=now, reason=Reason.RESTORED),
        *move(session, due & Reminder.state.in_(UNSENT), State.NEEDS_REVIEW, now=now, reason=Reason.RESTORED),
    ]
    session.flush()
    return len(doubted)
