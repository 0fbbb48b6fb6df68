"""Verifying a mobile number: a code goes there by text message, and comes back by hand.

What limits false registrations that make us send messages: only numbers of the countries that are texted,
so many codes an hour to one number and for one address, and the outbox's caps to one number and in all.
All of it is counted in the database, over all processes.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import uuid4

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from aednet.base.context import current
from aednet.base.errors import AednetError
from aednet.base.phone import PhoneNumber
from aednet.base.revisions import Counter, hold
from aednet.messaging.forgetting import forget
from aednet.messaging.rules import MessageClass, RecipientKind
from aednet.messaging.services import NewReminder, enqueue
from aednet.volunteers.keys import hashes_of_phone
from aednet.volunteers.phone_models import PhoneCheck
from aednet.volunteers.rules import Language

RULE: Final = "phone_code"
DIGITS: Final = 6
MOST_TRIES: Final = 5
LASTS: Final = timedelta(minutes=10)
SENT_AGAIN_AFTER: Final = timedelta(minutes=1)
COUNTED_FOR: Final = timedelta(hours=1)
MOST_A_NUMBER: Final = 5
MOST_AN_ADDRESS: Final = 10
TEXTS: Final = {
    Language.NL: "aednet: uw code is {code}. Vul hem in op de pagina waar u zich aanmeldt.",
    Language.EN: "aednet: your code is {code}. Enter it on the page where you sign up.",
}


class TooManyCodes(AednetError):
    """So many codes were asked for that another one has to wait."""

    code = "too_many_requests"

    def __init__(self, wait: timedelta) -> None:
        super().__init__("Too many codes were asked for.")
        self.wait = wait


class Verdict(StrEnum):
    """What a code that somebody typed is worth."""

    RIGHT = "right"
    WRONG = "wrong"
    SPENT = "spent"  # it was guessed at too often
    OVER = "over"  # it is too old, or not of this number


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A code that is under way; `is_new` unless one had been sent just before."""

    token: str
    is_new: bool


def send_code(
    session: Session,
    number: PhoneNumber,
    *,
    language: Language,
    address: str,
    now: datetime,
    today: date,
) -> Sent:
    """Send a code to a number, unless the last one is less than a minute old.

    Raises:
        TooManyCodes: too many went to this number, or were asked for from this address, in the last hour.
    """
    hold(session, Counter.VOLUNTEERS)  # or requests at one moment would all find themselves within the limit
    hashes = hashes_of_phone(number)
    last = session.scalar(
        select(PhoneCheck)
        .where(PhoneCheck.phone_hash.in_(hashes), PhoneCheck.sent_at > now - SENT_AGAIN_AFTER)
        .order_by(PhoneCheck.sent_at.desc(), PhoneCheck.id.desc())
        .limit(1)
    )
    if last is not None:
        return Sent(token=last.token, is_new=False)
    addresses = current().keyring.keyed_hashes(address, column="phone_check.address")
    _refuse_past(session, PhoneCheck.phone_hash.in_(hashes), most=MOST_A_NUMBER, now=now)
    _refuse_past(session, PhoneCheck.address_hash.in_(addresses), most=MOST_AN_ADDRESS, now=now)
    check = PhoneCheck(
        token=str(uuid4()),
        phone=number.e164,
        phone_hash=hashes[0],
        address_hash=addresses[0],
        language=language,
        sent_at=now,
        expires_at=now + LASTS,
    )
    session.add(check)
    session.flush()
    enqueue(
        session,
        NewReminder(
            rule=RULE,
            subject_kind="phone_check",
            subject_id=check.id,
            occurrence_on=today,
            recipient_kind=RecipientKind.PHONE,
            recipient_id=check.id,
            message_class=MessageClass.TRANSACTIONAL,
            due_at=now,
            expires_at=now + LASTS,
            text=TEXTS[language].format(code=code_of(check.token)),
        ),
        now=now,
    )
    return Sent(token=check.token, is_new=True)


def try_code(session: Session, number: PhoneNumber, *, token: str, typed: str, now: datetime) -> Verdict:
    """Say what a code is worth that somebody typed, and count the try. A right one stays right a while."""
    check = session.scalar(select(PhoneCheck).where(PhoneCheck.token == token).with_for_update())
    if check is None or check.phone != number.e164 or not now < check.expires_at <= now + LASTS:
        return Verdict.OVER
    if check.tries >= MOST_TRIES:
        return Verdict.SPENT
    if any(hmac.compare_digest(code, typed.encode()) for code in _codes_of(token)):
        return Verdict.RIGHT
    check.tries += 1
    session.flush()
    return Verdict.WRONG if check.tries < MOST_TRIES else Verdict.SPENT


def code_of(token: str) -> str:
    """Return the code that belongs to a check."""
    return _codes_of(token)[0].decode()


def find_number(session: Session, check_id: int) -> tuple[PhoneNumber, Language] | None:
    """Return which number a check is about, and the language of whoever has it."""
    row = session.execute(
        select(PhoneCheck.phone, PhoneCheck.language).where(PhoneCheck.id == check_id)
    ).one_or_none()
    return None if row is None else (PhoneNumber(e164=row.phone), row.language)


def forget_old_checks(session: Session, *, now: datetime) -> int:
    """Remove the numbers that nobody counts any more, and what was sent to them. Returns how many."""
    gone = session.scalars(
        delete(PhoneCheck).where(PhoneCheck.sent_at <= now - COUNTED_FOR).returning(PhoneCheck.id)
    ).all()
    if gone:
        forget(session, [(RecipientKind.PHONE, check) for check in gone], numbers=(), now=now)
    return len(gone)


def _codes_of(token: str) -> Sequence[bytes]:
    """Return the code of a token under each key, the newest first."""
    keyring = current().keyring
    keys = [keyring.derive("phone codes"), *keyring.derive_older("phone codes")]
    digests = [hmac.digest(key, token.encode(), "sha256") for key in keys]
    return [f"{int.from_bytes(digest[:8]) % 10**DIGITS:0{DIGITS}}".encode() for digest in digests]


def _refuse_past(session: Session, which: ColumnElement[bool], *, most: int, now: datetime) -> None:
    counted = select(func.count(), func.min(PhoneCheck.sent_at))
    count, first = session.execute(counted.where(which, PhoneCheck.sent_at > now - COUNTED_FOR)).one()
    if count >= most:
        raise TooManyCodes(first + COUNTED_FOR - now)
