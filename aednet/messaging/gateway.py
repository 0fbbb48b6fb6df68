"""What the outbox asks of a provider. Each implementation passes the same tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aednet.base.phone import PhoneNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one number; `attempt` is told back in callbacks. Nothing arrives after `deliver_by`."""

    attempt: str
    number: PhoneNumber
    text: str
    deliver_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The provider took a message on. `status` and `error_code` are in its own words."""

    sid: str
    status: str
    error_code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A message as the provider lists it."""

    sid: str
    status: str
    error_code: int | None
    text: str


class GatewayError(Exception):
    """A provider did not do what was asked."""


class Refused(GatewayError):
    """It said no: nothing was taken on. `code` is its own, None where it gave none."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"refused with {code}")
        self.code = code


class NotReached(GatewayError):
    """No connection came about: not a byte of the request went out."""


class Unclear(GatewayError):
    """The line broke, or it answered nonsense: it may have taken the message on."""


class Gateway(Protocol):
    """Hands messages to a provider."""

    def send(self, message: Message) -> Accepted:
        """Hand over a message, once; called with no transaction open.

        Raises:
            Refused: nothing was taken on.
            NotReached: nothing went out.
            Unclear: it may have been taken on.
        """

    def find(self, sid: str) -> Seen | None:
        """Return how a message stands, None where the provider does not know it.

        Raises:
            GatewayError: it did not answer.
        """

    def list_to(self, number: PhoneNumber, *, since: datetime) -> Sequence[Seen]:
        """Return the messages to a number that were taken on since an instant, in any order.

        Raises:
            GatewayError: it did not answer.
        """
