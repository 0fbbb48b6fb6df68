"""Numbers that want no messages, whoever they belong to."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from aednet.base.phone import PhoneNumber
from aednet.messaging.models import Suppression
from aednet.messaging.numbers import hashes_of
from aednet.messaging.standing import insert_for


def note_suppression(session: Session, phone_hash: bytes, *, reason: str, now: datetime) -> None:
    """Send nothing to a number from now on; again, that changes nothing."""
    session.execute(
        insert_for(session)(Suppression)
        .values(phone_hash=phone_hash, reason=reason, at=now)
        .on_conflict_do_nothing()
    )


def is_suppressed(session: Session, hashes: Sequence[bytes]) -> bool:
    """Tell whether a number, known by every hash it may be filed under, wants no messages."""
    found = session.scalar(select(Suppression.at).where(Suppression.phone_hash.in_(hashes)).limit(1))
    return found is not None


def lift_suppression(session: Session, number: PhoneNumber) -> bool:
    """Let a number have messages again. Returns False where it could have them all along."""
    lifted = session.scalars(
        delete(Suppression)
        .where(Suppression.phone_hash.in_(hashes_of(number)))
        .returning(Suppression.phone_hash)
    ).all()
    return bool(lifted)
