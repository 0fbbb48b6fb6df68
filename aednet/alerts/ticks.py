"""What the worker does for reminders, and how the application plans at all: with its settings and clock."""

from datetime import timedelta
from typing import Final

from aednet.alerts.following import follow_subjects
from aednet.alerts.planning.rules import Hours, Intervals
from aednet.alerts.planning.services import Subject, plan, plan_subject
from aednet.base.context import current
from aednet.base.logs import log
from aednet.base.transactions import transaction
from aednet.config import Settings
from aednet.messaging.wiring import read_terms

# Reminders fall due once a day, at the opening of the hours, and are planned from midnight on: nine hours
# early. An hour is soon enough, also for a cabinet that is entered at noon.
PLAN_EVERY: Final = timedelta(hours=1)
# That an AED was used is told at once; a minute more is nothing beside fetching it.
URGENT_EVERY: Final = timedelta(minutes=1)
INTERVALS: Final = Intervals()


def hours_of(settings: Settings) -> Hours:
    """Return from which hour on the network's reminders go out."""
    return Hours(zone=settings.zone, opens=read_terms(settings).hours.opens)


def plan_reminders() -> None:
    """Plan what is due, and put what waits for a person on the right desk, in a transaction of its own."""
    now, hours = current().clock.now(), hours_of(current().settings)
    with transaction() as session:
        follow_subjects(session)
        new = plan(session, now=now, hours=hours, intervals=INTERVALS)
    if new:
        log.info("messages planned", new=len(new))


def plan_urgent() -> None:
    """Plan what cannot wait for the hour."""
    now, hours = current().clock.now(), hours_of(current().settings)
    with transaction() as session:
        plan_subject(session, Subject.USES, now=now, hours=hours, intervals=INTERVALS)
