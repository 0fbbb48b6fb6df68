"""Clocks that change, jump and stand still: everybody is told once, and nothing that is too old."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import insert, select

from aednet.alerts.planning.rules import Intervals
from aednet.alerts.planning.services import Subject, plan, plan_subject
from aednet.alerts.ticks import hours_of, plan_reminders
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.phone import PhoneNumber
from aednet.base.transactions import transaction
from aednet.cabinets.guarding.services import appoint_guardian
from aednet.cabinets.models import Cabinet
from aednet.cabinets.rules import GuardianRole
from aednet.cabinets.services import record_inspection
from aednet.messaging.drain import Drainer
from aednet.messaging.models import Reminder
from aednet.messaging.queries import list_on_console
from aednet.messaging.rules import State
from aednet.messaging.wiring import current_outbox
from aednet.volunteers.models import Volunteer
from tests.alerts.networks import volunteer_row
from tests.factories import NOW, TODAY, make_areas, make_cabinet, make_volunteer
from tests.fakes import MovableClock

LAST_YEAR = 2040
DAY = timedelta(days=1)
ANNA = PhoneNumber(e164="+31612340001")


@pytest.fixture
def app(open_app: Callable[..., APIFlask], clock: MovableClock) -> Iterator[APIFlask]:
    app = open_app(clock=clock)
    with app.app_context():
        make_areas()
        yield app


def clock_changes() -> Iterator[date]:
    """Yield the last Sundays of March and October."""
    for year in range(2026, LAST_YEAR + 1):
        for month in (3, 10):
            last = date(year, month, 31)
            yield last - timedelta(days=(last.weekday() + 1) % 7)


def guard(*due_on: date) -> None:
    """Let Anna guard a cabinet for each of these days, on which its check falls due."""
    with transaction() as session:
        anna = make_volunteer(session, 1)
        for number, day in enumerate(due_on, start=17):
            checked_on = day - Intervals().check_every
            cabinet = make_cabinet(session, f"HGV-{number:03d}", inspected_on=checked_on)
            appoint_guardian(session, cabinet, anna, role=GuardianRole.GUARDIAN, today=TODAY - 300 * DAY)


def work(clock: MovableClock) -> list[str]:
    """Do what the worker does; returns what Anna has on her telephone, the newest first."""
    plan_reminders()
    Drainer(outbox=current_outbox(), clock=clock, owner="test").run()
    return [message.text for message in list_on_console(db.session(), ANNA)]


def states() -> list[State]:
    db.session.rollback()
    return list(db.session.scalars(select(Reminder.state).order_by(Reminder.id)))


def test_at_every_change_of_the_clocks_until_2040_each_is_planned_once_for_nine_o_clock(
    app: APIFlask,
) -> None:
    """Whoever's certificate lapses in a week is told on the very day, planned every three hours around it."""
    hours, changes = hours_of(current().settings), list(clock_changes())
    assert len(changes) == 30
    with transaction() as session:
        people = [
            volunteer_row(number, certificate_lapses_on=day + 7 * DAY, now=NOW)
            for number, day in enumerate(changes, start=1)
        ]
        session.execute(insert(Volunteer), people)
        for day in changes:
            noon = datetime.combine(day, time(12), tzinfo=UTC)
            for step in range(-18, 19, 3):
                now = noon + timedelta(hours=step, minutes=-30)  # 00:30 UTC among them: 02:30 in both summers
                plan_subject(session, Subject.CERTIFICATES, now=now, hours=hours, intervals=Intervals())
        rows = session.scalars(
            select(Reminder).where(Reminder.occurrence_on.in_(changes)).order_by(Reminder.recipient_id)
        ).all()
    assert [row.recipient_id for row in rows] == list(range(1, len(changes) + 1))
    for row, day in zip(rows, changes, strict=True):
        opening = row.due_at.astimezone(hours.zone)
        assert (row.occurrence_on, opening.date(), opening.time()) == (day, day, time(9))
        assert row.expires_at.astimezone(hours.zone).time() == time(9)


@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2027, 10, 31)])
def test_a_check_due_on_the_day_of_a_clock_change_is_told_once(
    app: APIFlask, clock: MovableClock, day: date
) -> None:
    guard(day)
    change = datetime.combine(day, time(1), tzinfo=UTC)
    for hours in (-4, -0.5, 0.5, 8, 9):
        clock.instant = change + timedelta(hours=hours)
        texts = work(clock)
    assert len(texts) == 1
    assert "OK 17" in texts[0]


def test_a_clock_that_goes_back_two_hours_or_on_a_day_repeats_nothing(
    app: APIFlask, clock: MovableClock
) -> None:
    guard(TODAY)
    assert len(work(clock)) == 1
    for jump in (timedelta(hours=-2), DAY, -DAY, timedelta(hours=2), DAY):
        clock.move(jump)
        assert len(work(clock)) == 1
    assert states().count(State.PLANNED) == 0


def test_what_is_too_old_is_not_told_any_more(app: APIFlask, clock: MovableClock) -> None:
    guard(TODAY)
    with transaction() as session:
        plan(session, now=clock.now(), hours=hours_of(current().settings), intervals=Intervals())
    clock.move(7 * DAY)
    assert work(clock) == []
    assert states() == [State.EXPIRED]


def test_after_three_days_without_power_all_is_told_at_once_and_in_one_message(
    app: APIFlask, clock: MovableClock
) -> None:
    guard(TODAY, TODAY + DAY, TODAY + 2 * DAY)
    clock.move(3 * DAY)
    (text,) = work(clock)
    assert "OK 17 18 19" in text
    assert len(states()) == 3
    clock.move(DAY)
    assert work(clock) == [text]


def test_what_was_due_before_the_window_stays_untold(app: APIFlask, clock: MovableClock) -> None:
    guard(TODAY - 7 * DAY, TODAY - 6 * DAY)
    (text,) = work(clock)
    assert "AED 18" in text
    assert "AED 17" not in text


def test_a_cabinet_checked_before_the_message_left_is_not_mentioned(
    app: APIFlask, clock: MovableClock
) -> None:
    guard(TODAY, TODAY)
    plan_reminders()
    with transaction() as session:
        cabinet_id = session.scalars(select(Cabinet.id).where(Cabinet.ref == "HGV-017")).one()
        record_inspection(session, cabinet_id, inspected_on=TODAY, passed=True, now=clock.now())
    (text,) = work(clock)
    assert "AED 17" not in text
    assert "AED 18" in text
