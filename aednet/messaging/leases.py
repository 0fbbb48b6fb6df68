"""Leases: what one process does at a time, until it is done or has been silent for too long."""

from datetime import datetime, timedelta

from sqlalchemy import or_
from sqlalchemy.orm import Session

from aednet.messaging.models import Lease
from aednet.messaging.standing import insert_for


def take_lease(session: Session, name: str, *, holder: str, now: datetime, term: timedelta) -> bool:
    """Take, or keep on, the lease of a name for a while. Returns False where somebody else has it.

    One that ends later than it can was taken while a clock was wrong, and holds nobody up.
    """
    insert = insert_for(session)(Lease).values(name=name, holder=holder, until=now + term)
    taken = session.scalar(
        insert.on_conflict_do_update(
            index_elements=[Lease.name],
            set_={"holder": insert.excluded.holder, "until": insert.excluded.until},
            where=or_(Lease.until <= now, Lease.until > now + term, Lease.holder == holder),
        ).returning(Lease.name)
    )
    return taken is not None
