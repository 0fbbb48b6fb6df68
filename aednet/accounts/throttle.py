"""Failed attempts to sign in, counted in the database, so that all processes count together.

An attempt is counted before its password is tried and taken back when the password was right: however many
arrive at once, no more are tried than allowed.
"""

from datetime import datetime

from sqlalchemy import case, delete, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from aednet.accounts.models import SignInAttempt
from aednet.accounts.rules import (
    FAILURES_COUNT_FOR,
    MOST_FAILURES_AN_ADDRESS,
    MOST_FAILURES_AN_EMAIL,
    Tally,
    normalised_email,
    throttled_until,
)
from aednet.base.context import current
from aednet.base.database import UtcDateTime
from aednet.web.limits import site_of

FORGOTTEN_AT_ONCE = 100


def count_attempt(session: Session, *, email: str, address: str, now: datetime) -> datetime | None:
    """Count an attempt; return when the next may be made, or None where this one may go on.

    Address first, e-mail second, here and below: two transactions never wait for each other. Past its
    limit an address adds nothing to the count of an e-mail, so that it cannot fill the table.
    """
    tally = _count(session, _address_key(address), now=now)
    until = throttled_until(tally, most=MOST_FAILURES_AN_ADDRESS)
    if until is None:
        tally = _count(session, _email_key(email), now=now)
        until = throttled_until(tally, most=MOST_FAILURES_AN_EMAIL)
        _forget_old(session, now=now)
    return until


def take_back_attempt(session: Session, *, email: str, address: str) -> None:
    """Forget the failures for an e-mail, and this attempt from an address: the password was right."""
    take_back_from_address(session, address)
    session.execute(delete(SignInAttempt).where(SignInAttempt.key == _email_key(email)))


def take_back_from_address(session: Session, address: str) -> None:
    """Forget this attempt from an address: the password was right, and a code is still to come."""
    session.execute(
        update(SignInAttempt)
        .where(SignInAttempt.key == _address_key(address), SignInAttempt.count > 0)
        .values(count=SignInAttempt.count - 1)
    )


def _count(session: Session, key: bytes, *, now: datetime) -> Tally:
    is_over = SignInAttempt.started_at <= now - FAILURES_COUNT_FOR
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = session.execute(
        insert(SignInAttempt)
        .values(key=key, started_at=now, count=1)
        .on_conflict_do_update(
            index_elements=[SignInAttempt.key],
            set_={
                "count": case((is_over, 1), else_=SignInAttempt.count + 1),
                "started_at": case((is_over, literal(now, UtcDateTime)), else_=SignInAttempt.started_at),
            },
        )
        .returning(SignInAttempt.started_at, SignInAttempt.count)
    ).one()
    return Tally(started_at=row[0], count=row[1])


def _forget_old(session: Session, *, now: datetime) -> None:
    """Delete some of what no longer counts. Passing over locked rows, it waits for nobody."""
    old = (
        select(SignInAttempt.key)
        .where(SignInAttempt.started_at <= now - FAILURES_COUNT_FOR)
        .limit(FORGOTTEN_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    session.execute(delete(SignInAttempt).where(SignInAttempt.key.in_(old)))


def _address_key(address: str) -> bytes:
    return current().keyring.keyed_hash(site_of(address), column="sign_in_attempt.address")


def _email_key(email: str) -> bytes:
    return current().keyring.keyed_hash(normalised_email(email), column="sign_in_attempt.email")
