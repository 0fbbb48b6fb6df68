"""Numbers that want no messages, whoever they belong to."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from aednet.base.context import current
from aednet.base.lasting import Lasting, note_lasting, read_lasting
from aednet.base.phone import PhoneNumber
from aednet.messaging.models import Suppression
from aednet.messaging.numbers import hashes_of
from aednet.messaging.standing import insert_for


def note_suppression(session: Session, phone_hash: bytes, *, reason: str, now: datetime) -> None:
    """Send nothing to a number from now on; again, that changes nothing."""
    if _put(session, phone_hash, reason=reason, now=now):
        note_lasting(current().settings, Lasting.STOPPED, f"{phone_hash.hex()} {reason}")


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
    for phone_hash in lifted:
        note_lasting(current().settings, Lasting.STOPPED, phone_hash.hex())
    return bool(lifted)


def stop_again(session: Session, *, now: datetime) -> None:
    """Suppress in an older state of the database the numbers that are suppressed by now, and no others."""
    words = (line.partition(" ") for line in read_lasting(current().settings, Lasting.STOPPED))
    for phone_hash, reason in {bytes.fromhex(digits): reason for digits, _, reason in words}.items():
        if reason:
            _put(session, phone_hash, reason=reason, now=now)
        else:
            session.execute(delete(Suppression).where(Suppression.phone_hash == phone_hash))


def _put(session: Session, phone_hash: bytes, *, reason: str, now: datetime) -> bool:
    """Return whether it is new."""
    put = insert_for(session)(Suppression).values(phone_hash=phone_hash, reason=reason, at=now)
    new = session.scalars(put.on_conflict_do_nothing().returning(Suppression.phone_hash)).all()
    return bool(new)
