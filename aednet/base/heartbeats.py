"""Heartbeats: the worker says that it is alive, and everybody else can ask when it last did."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from aednet.base.database import Base, Instant

INTERVAL = timedelta(seconds=15)
SILENT_AFTER = timedelta(seconds=60)  # four beats missed


class Heartbeat(Base):
    """When a kind of process last said that it is alive."""

    __tablename__ = "heartbeat"

    process: Mapped[str] = mapped_column(primary_key=True)
    beat_at: Mapped[Instant]


def beat(session: Session, process: str, *, now: datetime) -> None:
    """Say that `process` is alive `now`."""
    session.merge(Heartbeat(process=process, beat_at=now))
    session.flush()


def move_beats(session: Session, *, by: timedelta) -> None:
    """Count the last beats from a clock that is moved on: nobody falls silent by that."""
    for one in session.scalars(select(Heartbeat).with_for_update()):
        one.beat_at += by
    session.flush()


def find_last_beat(session: Session, process: str) -> datetime | None:
    """Return when `process` last said that it is alive, if ever."""
    return session.scalar(select(Heartbeat.beat_at).where(Heartbeat.process == process))


def is_silent(last_beat: datetime | None, *, now: datetime) -> bool:
    """Tell whether a process counts as silent: never heard, or not for more than a minute."""
    return last_beat is None or now - last_beat > SILENT_AFTER
