"""Handing on what was said to one person, and by them, to another who turns out to be the same."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from aednet.messaging.models import InboundSms, Reminder
from aednet.messaging.rules import UNSENT, Reason, RecipientKind, State
from aednet.messaging.standing import move, set_free, stand_in_line

Recipient = tuple[RecipientKind, int]


def hand_over(session: Session, other: Recipient, keep: Recipient, *, now: datetime) -> None:
    """Give `keep` the messages to and from `other`.

    What was to be said to both is said once: the one of `other` stays behind where it was not sent yet, else
    the one of `keep` is taken back.
    """
    stand_in_line(session)
    mine, theirs = Reminder, aliased(Reminder)
    doubled = session.execute(
        select(mine.id, theirs.id.label("other_id"), theirs.state.label("other_state"))
        .join(
            theirs,
            (theirs.rule == mine.rule)
            & (theirs.subject_kind == mine.subject_kind)
            & (theirs.subject_id == mine.subject_id)
            & (theirs.occurrence_on == mine.occurrence_on),
        )
        .where(
            mine.recipient_kind == keep[0],
            mine.recipient_id == keep[1],
            theirs.recipient_kind == other[0],
            theirs.recipient_id == other[1],
        )
    ).all()
    moot = [row.other_id if row.other_state in UNSENT else row.id for row in doubled]
    ended = move(
        session,
        Reminder.id.in_(moot) & Reminder.state.in_(UNSENT),
        State.CANCELLED,
        now=now,
        reason=Reason.NOTHING_TO_SAY,
    )
    set_free(session, ended)
    session.execute(
        update(Reminder)
        .where(
            Reminder.recipient_kind == other[0],
            Reminder.recipient_id == other[1],
            Reminder.id.not_in([row.other_id for row in doubled]),
        )
        .values(recipient_kind=keep[0], recipient_id=keep[1])
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(InboundSms)
        .where(InboundSms.sender_kind == other[0], InboundSms.sender_id == other[1])
        .values(sender_kind=keep[0], sender_id=keep[1])
        .execution_options(synchronize_session=False)
    )
