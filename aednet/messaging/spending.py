"""What messages cost: reserved at claim, spent when the provider took one on, given back when it did not."""

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from aednet.messaging.models import Budget, Reminder, SmsAttempt
from aednet.messaging.rules import IN_FLIGHT, AttemptState, State
from aednet.messaging.standing import insert_for, move
from aednet.messaging.terms import Terms

AT_ONCE = 100


def reserve(session: Session, terms: Terms, cost_cents: int, *, now: datetime) -> bool:
    """Reserve money of this month. Returns False where the month has not so much left."""
    if cost_cents == 0:
        return True
    month_on = terms.month_of(now)
    session.execute(
        insert_for(session)(Budget)
        .values(month_on=month_on, reserved_cents=0, spent_cents=0)
        .on_conflict_do_nothing()
    )
    reserved = session.scalar(
        update(Budget)
        .where(
            Budget.month_on == month_on,
            Budget.reserved_cents + Budget.spent_cents + cost_cents <= terms.budget_cents,
        )
        .values(reserved_cents=Budget.reserved_cents + cost_cents)
        .returning(Budget.month_on)
    )
    return reserved is not None


def account_for(session: Session, attempt: SmsAttempt, later: AttemptState) -> None:
    """Book what becomes of the money for an attempt that is about to go on to `later`."""
    if attempt.cost_cents == 0:
        return
    freed = attempt.cost_cents if attempt.state in IN_FLIGHT and later not in IN_FLIGHT else 0
    was_spent = attempt.state not in IN_FLIGHT and attempt.state is not AttemptState.RELEASED
    is_spent = later not in IN_FLIGHT and later is not AttemptState.RELEASED
    spent = attempt.cost_cents if is_spent and not was_spent else 0
    session.execute(
        update(Budget)
        .where(Budget.month_on == attempt.month_on)
        .values(
            reserved_cents=Budget.reserved_cents - freed,
            spent_cents=Budget.spent_cents + spent,
        )
    )


def left_cents(session: Session, terms: Terms, month_on: date) -> int:
    """Return what a month has left."""
    row = session.execute(
        select(Budget.reserved_cents, Budget.spent_cents).where(Budget.month_on == month_on)
    ).one_or_none()
    return terms.budget_cents - (0 if row is None else row.reserved_cents + row.spent_cents)


def release_held(session: Session, terms: Terms, *, now: datetime) -> int:
    """Let what was held for want of money go on as far as there is some now. Returns how many."""
    held = session.execute(
        select(Reminder.id, Reminder.segments)
        .where(Reminder.state == State.HELD)
        .order_by(Reminder.id)
        .limit(AT_ONCE)
    ).all()
    if not held:
        return 0
    left, released = left_cents(session, terms, terms.month_of(now)), []
    for row in held:
        left -= (row.segments or 1) * terms.price_cents
        if left < 0:
            break
        released.append(row.id)
    return len(move(session, Reminder.id.in_(released), State.DUE, now=now)) if released else 0
