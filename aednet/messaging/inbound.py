"""What people write to us: kept once, read by a person where need be."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from aednet.base import audit
from aednet.base.errors import NotFound
from aednet.base.phone import PhoneNumber
from aednet.messaging.models import InboundSms
from aednet.messaging.numbers import hashes_of
from aednet.messaging.rules import RecipientKind
from aednet.messaging.standing import insert_for


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInbound:
    """A message as it came in; whose it may be, and what came of it, where that is known."""

    provider_id: str
    sender: PhoneNumber
    text: str
    outcome: str
    sender_kind: RecipientKind | None = None
    sender_id: int | None = None
    area_id: int | None = None
    wants_reader: bool = True


def keep_inbound(session: Session, new: NewInbound, *, now: datetime) -> int | None:
    """Keep a message that came in. Returns its id, or None where the provider told of it before.

    Call it before acting on the message: who gets None acts no more.
    """
    added: int | None = session.scalar(
        insert_for(session)(InboundSms)
        .values(
            provider_id=new.provider_id,
            sender=new.sender.e164,
            sender_hash=hashes_of(new.sender)[0],
            text=new.text,
            received_at=now,
            sender_kind=new.sender_kind,
            sender_id=new.sender_id,
            area_id=new.area_id,
            outcome=new.outcome,
            read_at=None if new.wants_reader else now,
        )
        .on_conflict_do_nothing()
        .returning(InboundSms.id)
    )
    return added


def note_outcome(
    session: Session, inbound_id: int, outcome: str, *, wants_reader: bool, now: datetime
) -> None:
    """Write down what came of a message, and whether a person has to read it."""
    row = session.get_one(InboundSms, inbound_id)
    row.outcome, row.read_at = outcome, None if wants_reader else now
    session.flush()


def resolve_earlier(
    session: Session, sender: PhoneNumber, *, before: int, outcomes: Collection[str], now: datetime
) -> None:
    """Note that a later message of a number made plain what was meant by these of its earlier ones."""
    session.execute(
        update(InboundSms)
        .where(
            InboundSms.sender_hash.in_(hashes_of(sender)),
            InboundSms.id < before,
            InboundSms.outcome.in_(outcomes),
            InboundSms.read_at.is_(None),
        )
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )


def mark_read(session: Session, inbound_id: int, *, by: str, now: datetime) -> bool:
    """Note that somebody has read a message. Returns False where that was noted before.

    Raises:
        NotFound: there is none.
    """
    row = session.scalar(select(InboundSms).where(InboundSms.id == inbound_id).with_for_update())
    if row is None:
        raise NotFound(f"There is no message {inbound_id}.")
    if row.read_at is not None:
        return False
    row.read_at, row.read_by = now, by
    audit.record(session, at=now, actor=by, action="reply_read", subject=f"reply {inbound_id}")
    return True
