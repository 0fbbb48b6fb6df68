"""The gateway to Twilio. Only this module knows its library, and only who sends loads it."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from math import floor
from typing import Any, Final

from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError

from aednet.base.clock import Clock
from aednet.base.phone import PhoneNumber
from aednet.config import Settings
from aednet.messaging.gateway import Accepted, Message, NotReached, Refused, Seen, Unclear
from aednet.messaging.sending_hours import validity
from aednet.messaging.terms import SERVICE_PREFIX
from aednet.messaging.verdicts import SERVER_ERROR

TWILIO: Final = "https://api.twilio.com"
CONNECT_S, READ_S = 5, 30
PAGE: Final = 1_000  # messages, the most that Twilio gives at once
MOST_LISTED: Final = 10_000  # messages to one number in all the time that Twilio remembers
NOT_FOUND: Final = 404
MUTE: Final = logging.getLogger("aednet.twilio")  # it would log numbers and texts
MUTE.setLevel(logging.CRITICAL)


class _Transport(TwilioHttpClient):  # type: ignore[misc]  # the library has no types
    """Twilio's own transport, with time limits, without retries, a fresh connection each time.

    A connection kept from before may be dead, which is found out only when the request has been written.
    """

    def __init__(self, api_url: str) -> None:
        super().__init__(pool_connections=False, logger=MUTE)
        self.timeout = (CONNECT_S, READ_S)
        self._api_url = api_url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        """Make a request of the API that the settings name."""
        return super().request(method, url.replace(TWILIO, self._api_url, 1), *args, **kwargs)


class TwilioGateway:
    """Hands messages to Twilio's Messages API."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        transport = _Transport(settings.twilio_api_url)
        self._client = Client(
            settings.twilio_account_sid, settings.twilio_auth_token, http_client=transport, environment={}
        )
        by_service = settings.twilio_sender.startswith(SERVICE_PREFIX)
        self._sender = {"messaging_service_sid" if by_service else "from_": settings.twilio_sender}
        self._callbacks = f"{settings.public_base_url}/twilio/status"
        self._clock = clock

    def send(self, message: Message) -> Accepted:
        """Hand over a message, once."""
        valid_s = floor(validity(message.deliver_by, self._clock.now()).total_seconds())
        if valid_s < 1:
            raise NotReached
        with _told_apart():
            created = self._client.messages.create(
                to=message.number.e164,
                body=message.text,
                status_callback=f"{self._callbacks}/{message.attempt}",
                validity_period=valid_s,
                **self._sender,
            )
            if not created.sid:
                raise Unclear
            return Accepted(sid=created.sid, status=created.status, error_code=created.error_code)

    def find(self, sid: str) -> Seen | None:
        """Return how a message stands."""
        try:
            with _told_apart():
                return _seen(self._client.messages(sid).fetch())
        except Refused as error:
            if error.code in {NOT_FOUND, 20404}:
                return None
            raise

    def list_to(self, number: PhoneNumber, *, since: datetime) -> Sequence[Seen]:
        """Return the messages to a number that were taken on since an instant.

        Twilio filters and sorts by the day on which one was sent, which a message in its queue has not been:
        so all are asked for and looked through here.
        """
        with _told_apart():
            listed = self._client.messages.list(to=number.e164, limit=MOST_LISTED, page_size=PAGE)
            if len(listed) == MOST_LISTED:
                raise Unclear  # it may be behind these
            return [_seen(one) for one in listed if one.date_created is None or one.date_created >= since]


def _seen(message: Any) -> Seen:
    return Seen(
        sid=message.sid,
        status=message.status,
        error_code=message.error_code,
        text=message.body or "",
    )


@contextmanager
def _told_apart() -> Iterator[None]:
    """Turn what the libraries raise into what it means for the message."""
    try:
        yield
    except TwilioRestException as error:
        if error.status >= SERVER_ERROR:
            raise Unclear from error
        raise Refused(error.code) from error
    except ConnectTimeout as error:
        raise NotReached from error
    except NoConnection as error:
        raise (NotReached if _never_connected(error) else Unclear) from error
    except (RequestException, TwilioException, KeyError, TypeError, ValueError) as error:
        raise Unclear from error  # an answer that is none, too: what it answers may have been done


def _never_connected(error: NoConnection) -> bool:
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
