"""What a question about cabinets asks of each of them, as conditions of the database.

Status, dates and guardian are kept beside each cabinet, see `upkeep`; what they say of a day is what `rules`
says of it.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, TextClause, and_, or_

from aednet.cabinets.listing.lines import Order, Question
from aednet.cabinets.listing.search import bears
from aednet.cabinets.models import LISTED, STATE_UNKNOWN, WITHOUT_GUARDIAN, Cabinet
from aednet.cabinets.rules import FAILS_ALREADY, OVERDUE_AFTER, Readiness, Status, is_listed

ONE_DAY = timedelta(days=1)
UNLISTED = [status for status in Status if not is_listed(status)]

Condition = ColumnElement[bool] | TextClause


def scope_of(question: Question) -> Condition:
    """Return the condition with which an index begins, or that of an index of some cabinets only."""
    if question.area_ids is not None:
        return Cabinet.area_id.in_(sorted(question.area_ids))
    if question.status is not None:
        return Cabinet.status == question.status
    if question.without_guardian and question.order is Order.REF:
        return WITHOUT_GUARDIAN
    if question.readiness is Readiness.UNKNOWN and question.order is Order.REF:
        return STATE_UNKNOWN
    return LISTED


def span_of(question: Question, *, today: date) -> ColumnElement[bool] | None:
    """Return within which days of the list's own order the cabinets asked for are, where that is known."""
    if question.order is Order.CHECK:
        return _checked(question.readiness, Cabinet.check_due_on, today=today)
    if question.order is Order.REF:
        return None
    if question.readiness is Readiness.OUT_OF_SERVICE:
        return Cabinet.fails_on <= today
    if question.lapsing_until is not None:
        return _lapses(Cabinet.fails_on, until_on=question.lapsing_until)
    return None if question.readiness is None else Cabinet.fails_on > today


def conditions(question: Question, read: FromClause, *, today: date) -> Iterator[ColumnElement[bool]]:
    """Yield all that is asked of a cabinet among those `read`."""
    c: Any = read.c
    if question.status is not None:
        yield c.status == question.status
    elif question.words is None:
        yield c.status.not_in(UNLISTED)
    if question.area_ids is not None:
        yield from (bears(c.id, word) for word in question.words or ())
    if question.without_guardian:
        yield and_(c.guardian_id.is_(None), c.status.not_in(UNLISTED))
    if question.lapsing_until is not None:
        yield _lapses(c.fails_on, until_on=question.lapsing_until)
    if question.readiness is None:
        return
    if question.readiness is Readiness.OUT_OF_SERVICE:
        yield c.fails_on <= today
        return
    yield c.fails_on > today
    has_gap = or_(*(day.is_(None) for day in (c.inspected_on, c.pads_expire_on, c.battery_expires_on)))
    checked = _checked(question.readiness, c.check_due_on, today=today)
    yield has_gap if checked is None else and_(~has_gap, checked)


def _checked(wanted: Readiness | None, due_on: Any, *, today: date) -> ColumnElement[bool] | None:
    """Return when the next check of a cabinet is due that is ready, due or overdue; None for other states."""
    overdue_on = today - OVERDUE_AFTER
    spans: dict[Readiness | None, ColumnElement[bool]] = {
        Readiness.READY: due_on > today,
        Readiness.DUE: and_(due_on <= today, due_on > overdue_on),
        Readiness.OVERDUE: due_on <= overdue_on,
    }
    return spans.get(wanted)


def _lapses(fails_on: Any, *, until_on: date) -> ColumnElement[bool]:
    """Return that a date is or was what puts the cabinet out of service, on or before the day after this."""
    return and_(fails_on > FAILS_ALREADY, fails_on <= until_on + ONE_DAY)
