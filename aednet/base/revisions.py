"""Revision counters: how every process notices that what it holds in memory has changed.

A model names the counter it belongs to in `__revision__`; the transaction that changes such a row raises
the counter once, in the same commit. Bulk statements, which the unit of work does not see, say so
themselves with `touch`.
"""

from enum import StrEnum
from typing import cast

from sqlalchemy import event, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from aednet.base.database import Base


class Counter(StrEnum):
    """What can change as a whole."""

    NETWORK = "network"  # cabinets and areas
    VOLUNTEERS = "volunteers"


class Revision(Base):
    """One counter; rows are created with the counter's migration."""

    __tablename__ = "revision"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


TOUCHED = "touched_revisions"


def touch(session: Session, counter: Counter) -> None:
    """Note that this transaction changes what `counter` stands for."""
    session.info.setdefault(TOUCHED, set()).add(counter)


def read_revision(session: Session, counter: Counter) -> int:
    """Return the counter's committed value."""
    return session.execute(select(Revision.value).where(Revision.name == counter)).scalar_one()


def hold(session: Session, counter: Counter) -> None:
    """Keep every other transaction that holds or changes `counter` waiting until this one ends."""
    session.execute(select(Revision.value).where(Revision.name == counter).with_for_update())


def raise_touched(session: Session) -> None:
    """Raise each counter touched since the last commit. Called last, so that its row lock is short."""
    session.flush()
    for counter in sorted(cast("set[Counter]", session.info.pop(TOUCHED, set()))):
        session.execute(update(Revision).where(Revision.name == counter).values(value=Revision.value + 1))


@event.listens_for(Session, "before_flush")
def _notice(session: Session, *_: object) -> None:
    for row in (*session.new, *session.dirty, *session.deleted):
        counter = getattr(row, "__revision__", None)
        if counter is not None and (row not in session.dirty or session.is_modified(row)):
            touch(session, counter)
