"""Planning: what is due and not there yet is put into the outbox. One statement a subject, safe to repeat.

The statements touch ids, dates and areas alone; names and numbers are opened when a message is made. They
are the same on SQLite and PostgreSQL: days are counted in `slots.py` and come in as a table of parameters.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from aednet.alerts.planning import events
from aednet.alerts.planning.recipients import NO_AREA, AllFound
from aednet.alerts.planning.rules import Hours, Intervals, SubjectKind
from aednet.messaging.models import Reminder
from aednet.messaging.rules import MessageClass, State

INSERT: Final[Mapping[str, Callable[[Any], Any]]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
OCCURRENCE: Final = ("rule", "subject_id", "occurrence_on", "recipient_kind", "recipient_id")


class Subject(StrEnum):
    """What one statement plans."""

    CHECKS = "checks"
    EXPIRIES = "expiries"
    DEVICES = "devices"
    CERTIFICATES = "certificates"
    TRAININGS = "trainings"
    USES = "uses"
    DIGESTS = "digests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Where its rows come from, what they are about, and in which class they go."""

    found: Callable[[datetime, Hours, Intervals], AllFound]
    about: SubjectKind
    message_class: MessageClass = MessageClass.REMINDER


STATEMENTS: Final[Mapping[Subject, Statement]] = {
    Subject.CHECKS: Statement(found=events.checks, about=SubjectKind.CABINET),
    Subject.EXPIRIES: Statement(found=events.expiries, about=SubjectKind.CABINET),
    Subject.DEVICES: Statement(found=events.devices, about=SubjectKind.CABINET),
    Subject.CERTIFICATES: Statement(found=events.certificates, about=SubjectKind.VOLUNTEER),
    Subject.TRAININGS: Statement(found=events.trainings, about=SubjectKind.TRAINING),
    Subject.USES: Statement(
        found=events.uses, about=SubjectKind.AFTER_USE, message_class=MessageClass.TRANSACTIONAL
    ),
    Subject.DIGESTS: Statement(found=events.digests, about=SubjectKind.ACCOUNT),
}


def plan(session: Session, *, now: datetime, hours: Hours, intervals: Intervals) -> list[int]:
    """Put what is due `now` into the outbox where it is not there yet. Returns the numbers of new rows."""
    return [
        new
        for subject in Subject
        for new in plan_subject(session, subject, now=now, hours=hours, intervals=intervals)
    ]


def plan_subject(
    session: Session, subject: Subject, *, now: datetime, hours: Hours, intervals: Intervals
) -> list[int]:
    """Plan one subject, such as the one that cannot wait: uses. Returns the numbers of the new rows."""
    statement = STATEMENTS[subject]
    found = statement.found(now, hours, intervals).subquery("found")
    values = {
        **{name: found.c[name] for name in OCCURRENCE},
        "subject_kind": literal(statement.about.value),
        "area_id": func.nullif(found.c.area_key, NO_AREA),
        "message_class": literal(statement.message_class.value),
        "due_at": found.c.due_at,
        "expires_at": found.c.expires_at,
        "state": literal(State.PLANNED.value),
        "is_example": found.c.is_example,
        "created_at": literal(now, Reminder.created_at.type),
        "changed_at": literal(now, Reminder.changed_at.type),
    }
    # The index alone would do; looking first costs a repeat less than trying each row again. A number, not
    # EXISTS: PostgreSQL would join, and badly, while it does not know yet how much was planned just now.
    known = (
        select(Reminder.id)
        .where(
            Reminder.subject_kind == statement.about.value,
            *(Reminder.__table__.c[name] == found.c[name] for name in OCCURRENCE),
        )
        .limit(1)
        .scalar_subquery()
    )
    # Whoever is told of one thing twice over, as deputy and as coordinator's stand-in, is told the sooner.
    new = select(*values.values()).where(known.is_(None)).order_by(found.c.due_at)
    insert = INSERT[session.get_bind().dialect.name]
    rows = insert(Reminder.__table__).from_select(list(values), new).on_conflict_do_nothing()
    return list(session.scalars(rows.returning(Reminder.id)))
