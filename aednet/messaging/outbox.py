"""What the outbox is told from above: who somebody is, and what to say to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from sqlalchemy.orm import Session

from aednet.base.phone import PhoneNumber
from aednet.messaging.gateway import Gateway
from aednet.messaging.rules import MessageClass, RecipientKind
from aednet.messaging.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Whom a message goes to. Who is not allowed has withdrawn consent, paused or left."""

    number: PhoneNumber
    language: str
    is_allowed: bool
    consent_version: str | None = None
    is_example: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderFacts:
    """One thing to tell somebody; `rule` and `subject_kind` are words of whoever planned it."""

    id: int
    rule: str
    subject_kind: str
    subject_id: int
    occurrence_on: date
    recipient_kind: RecipientKind
    recipient_id: int
    message_class: MessageClass
    expires_at: datetime


class AddressBook(Protocol):
    """Knows people by kind and number in the database."""

    def find(self, session: Session, kind: RecipientKind, recipient_id: int) -> Addressee | None:
        """Return who that is, or None where they are gone or have no number."""


class Composer(Protocol):
    """Finds the words."""

    def compose(
        self, session: Session, reminders: Sequence[ReminderFacts], *, language: str, now: datetime
    ) -> str | None:
        """Return one text that says all of this to one person, or None if none of it needs saying any more.

        The outbox puts a short code of `codes.WIDTH` septets behind it.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """All that sending needs."""

    terms: Terms
    addresses: AddressBook
    composer: Composer
    gateways: Mapping[str, Gateway]
