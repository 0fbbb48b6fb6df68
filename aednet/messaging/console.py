"""The console gateway: messages go nowhere but into a table, where the demo's telephones find them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select

from aednet.base.context import current
from aednet.base.database import db
from aednet.base.phone import PhoneNumber
from aednet.base.transactions import transaction
from aednet.messaging.gateway import Accepted, Message, Seen
from aednet.messaging.models import ConsoleMessage
from aednet.messaging.numbers import hashes_of

ARRIVED = "delivered"  # at once: there is nowhere to go


class ConsoleGateway:
    """A provider in the database; like a real one, it commits what it takes on by itself."""

    def send(self, message: Message) -> Accepted:
        """Keep a message, to be looked at."""
        sid = f"CM{uuid4().hex}"
        with transaction() as session:
            session.add(
                ConsoleMessage(
                    sid=sid,
                    phone_hash=hashes_of(message.number)[0],
                    text=message.text,
                    sent_at=current().clock.now(),
                )
            )
        return Accepted(sid=sid, status=ARRIVED)

    def find(self, sid: str) -> Seen | None:
        """Return a message that was kept."""
        session = db.session()
        try:
            text = session.scalar(select(ConsoleMessage.text).where(ConsoleMessage.sid == sid))
        finally:
            session.rollback()
        return None if text is None else Seen(sid=sid, status=ARRIVED, error_code=None, text=text)

    def list_to(self, number: PhoneNumber, *, since: datetime) -> Sequence[Seen]:
        """Return the messages to a number that were kept since an instant."""
        session = db.session()
        try:
            rows = session.execute(
                select(ConsoleMessage.sid, ConsoleMessage.text).where(
                    ConsoleMessage.phone_hash.in_(hashes_of(number)), ConsoleMessage.sent_at >= since
                )
            ).all()
        finally:
            session.rollback()
        return [Seen(sid=row.sid, status=ARRIVED, error_code=None, text=row.text) for row in rows]
