"""What speaks against sending a message now, or ever."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from aednet.messaging.models import SmsAttempt
from aednet.messaging.numbers import country_of, hashes_of
from aednet.messaging.outbox import Addressee
from aednet.messaging.rules import AttemptState, MessageClass, Reason, State
from aednet.messaging.suppressions import is_suppressed
from aednet.messaging.terms import CAP_COUNTS_FOR, ONE_REMINDER_IN, Terms, route_of

NOT_SENT: Final = (AttemptState.RELEASED, AttemptState.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """A message that may be sent: of which class, to whom, and by which way."""

    message_class: MessageClass
    addressee: Addressee
    hashes: Sequence[bytes]
    country: str
    gateway: str

    @classmethod
    def of(cls, message_class: MessageClass, addressee: Addressee, *, gateway: str) -> "Prospect":
        """Return what is to be weighed about a message to somebody."""
        number = addressee.number
        return cls(
            message_class=message_class,
            addressee=addressee,
            hashes=hashes_of(number),
            country=country_of(number),
            gateway=gateway,
        )


def why_never(session: Session, terms: Terms, prospect: Prospect) -> tuple[State, Reason] | None:
    """Return how a message ends that must not be sent at all."""
    if not prospect.addressee.is_allowed:
        return State.SUPPRESSED, Reason.NO_CONSENT
    if is_suppressed(session, prospect.hashes):
        return State.SUPPRESSED, Reason.OPTED_OUT
    if prospect.country not in terms.countries:
        return State.FAILED, Reason.COUNTRY
    return None


def why_later(
    session: Session, terms: Terms, prospect: Prospect, resting: Mapping[str, datetime], *, now: datetime
) -> tuple[datetime, Reason] | None:
    """Return until when a message must wait, and why, if it must. `resting` are routes, until when."""
    for route in (prospect.gateway, route_of(prospect.gateway, prospect.country)):
        if route in resting:
            return resting[route], Reason.CIRCUIT
    of_number = SmsAttempt.phone_hash.in_(prospect.hashes)
    if prospect.message_class is MessageClass.REMINDER:
        last = session.scalar(
            select(func.max(SmsAttempt.created_at)).where(
                of_number,
                SmsAttempt.message_class == MessageClass.REMINDER,
                SmsAttempt.state.not_in(NOT_SENT),
                SmsAttempt.created_at > now - ONE_REMINDER_IN,
            )
        )
        return None if last is None else (last + ONE_REMINDER_IN, Reason.RECENT)
    for which, most in ((of_number, terms.caps.a_number), (true(), terms.caps.in_all)):
        until = _capped_until(session, which, most=most, now=now)
        if until is not None:
            return until, Reason.TOO_MANY
    return None


def _capped_until(
    session: Session, which: ColumnElement[bool], *, most: int, now: datetime
) -> datetime | None:
    """Return when another message may go at once, None if one may now."""
    count, first = session.execute(
        select(func.count(), func.min(SmsAttempt.created_at)).where(
            which,
            SmsAttempt.message_class == MessageClass.TRANSACTIONAL,
            SmsAttempt.created_at > now - CAP_COUNTS_FOR,
            SmsAttempt.state != AttemptState.RELEASED,
        )
    ).one()
    return first + CAP_COUNTS_FOR if count >= most else None
