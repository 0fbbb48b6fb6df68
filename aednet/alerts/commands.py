"""Reminders on the command line: what would go to whom and why, and sending it."""

import os
import secrets
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select

from aednet.alerts.api import slugs_of
from aednet.alerts.planning.services import plan
from aednet.alerts.schemas import reminder_answer, why
from aednet.alerts.ticks import INTERVALS, hours_of
from aednet.base.clock import Clock, local_day
from aednet.base.commandline import with_app
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.coverage.commands import as_the_api_has_it, read_instant
from aednet.messaging.drain import Drainer
from aednet.messaging.models import Reminder
from aednet.messaging.outbox import ReminderFacts
from aednet.messaging.queries import COLUMNS, ReminderRow
from aednet.messaging.rules import WAITING
from aednet.messaging.wiring import current_outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What waits to be said, and the numbers of what was planned just now."""

    rows: Sequence[ReminderRow]
    new: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingClock:
    """A clock that stands at the instant that was asked for."""

    instant: datetime
    zone: ZoneInfo

    def now(self) -> datetime:
        """Return that instant, aware, in UTC."""
        return self.instant

    def today(self) -> date:
        """Return its day in the network's time zone."""
        return local_day(self.instant, self.zone)


@click.command()
@click.option("--at", "at_text", metavar="INSTANT", help="ISO 8601; local without an offset. Default: now.")
@click.option("--dry-run", is_flag=True, help="Show what would go to whom and why; store nothing.")
@click.option("--send", is_flag=True, help="Send what is due as well, one message after the other.")
@click.option("--json", "as_json", is_flag=True, help="Print what the API answers.")
@with_app
def remind(*, at_text: str | None, dry_run: bool, send: bool, as_json: bool) -> None:
    """Plan the reminders that are due. Planning twice plans nothing twice."""
    if dry_run and send:
        raise click.UsageError("Choose either --dry-run or --send.")
    clock = current().clock
    if at_text is not None:
        clock = StandingClock(instant=read_instant(at_text), zone=current().settings.zone)
    found = _plan(clock.now(), is_kept=not dry_run)
    if as_json:
        slugs = slugs_of(db.session(), found.rows)
        answer = [
            reminder_answer(row, areas=slugs, is_stored=not dry_run or row.id not in found.new)
            for row in found.rows
        ]
        click.echo(as_the_api_has_it({"reminders": answer}))
    elif dry_run:
        for line in _lines(found.rows, now=clock.now()):
            click.echo(line)
    else:
        click.echo(f"{len(found.new)} new, {len(found.rows)} waiting.")
    if send:
        click.echo(f"{_send(clock)} went out.", err=as_json)


def _plan(now: datetime, *, is_kept: bool) -> Planned:
    """Plan, and return what then waits to be said, by recipient; all of it is undone if not kept."""
    with transaction() as session:
        new = plan(session, now=now, hours=hours_of(current().settings), intervals=INTERVALS)
        found = session.execute(
            select(*COLUMNS)
            .where(Reminder.state.in_(WAITING), Reminder.expires_at > now)
            .order_by(Reminder.recipient_kind, Reminder.recipient_id, Reminder.due_at, Reminder.id)
        ).mappings()
        rows = [ReminderRow(**row) for row in found]
        if not is_kept:
            session.rollback()
    return Planned(rows=rows, new=frozenset(new))


def _lines(rows: Sequence[ReminderRow], *, now: datetime) -> Iterator[str]:
    """Yield what would go to whom and why: a line with each reason, and below them the one text."""
    zone, composer = current().settings.zone, current_outbox().composer
    if not rows:
        yield "Nothing is due."
    for (kind, recipient_id, _), group in groupby(
        rows, key=lambda row: (row.recipient_kind, row.recipient_id, row.message_class)
    ):
        told = list(group)
        for row in told:
            due, about = row.due_at.astimezone(zone), f"{row.subject_kind} {row.subject_id}"
            yield f"{due:%Y-%m-%d %H:%M}  {kind} {recipient_id}  {about}: {why(row)}"
        addressee = current_outbox().addresses.find(db.session(), kind, recipient_id)
        if addressee is None or not addressee.is_allowed:
            yield "    cannot be told: gone, paused or without a number"
        else:
            text = composer.compose(
                db.session(), [_facts(row) for row in told], language=addressee.language, now=now
            )
            yield f"    {text or 'nothing to say any more'}"


def _send(clock: Clock) -> int:
    """Send what is due until nothing is left. Returns how many messages went out."""
    owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    drainer = Drainer(outbox=current_outbox(), clock=clock, owner=owner)
    handed_over = 0
    while handed := drainer.run():
        handed_over += handed
    return handed_over


def _facts(row: ReminderRow) -> ReminderFacts:
    return ReminderFacts(**{name: getattr(row, name) for name in ReminderFacts.__slots__})
