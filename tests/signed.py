"""Forms as Twilio posts them to the service, signed; written from its documents, without its library."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

ACCOUNT_SID, AUTH_TOKEN = "AC" + "0" * 32, "geen-echt-geheim"
SENDER = "+3197010240000"
TAKES_CALLBACKS_FOR_S = 10


def signature(address: str, given: Mapping[str, str], *, token: str = AUTH_TOKEN) -> str:
    """Return how Twilio signs a form posted to `address`: HMAC-SHA1 over address and sorted fields."""
    text = address + "".join(f"{name}{given[name]}" for name in sorted(given))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def post_signed(address: str, given: Mapping[str, str], *, via: str | None = None) -> int:
    """Post a form, signed for `address`, there or to the server `via`. Returns the HTTP answer."""
    parts = urlsplit(via or address)
    connection = HTTPConnection(parts.hostname or "", parts.port or 80, timeout=TAKES_CALLBACKS_FOR_S)
    try:
        connection.request(
            "POST",
            urlsplit(address).path,
            urlencode(given),
            {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Twilio-Signature": signature(address, given),
            },
        )
        return connection.getresponse().status
    finally:
        connection.close()


def inbound(sender: str, text: str, *, sid: str | None = None) -> dict[str, str]:
    """Return the form by which Twilio hands over a message from `sender`."""
    sid = sid or f"SM{uuid4().hex}"
    return {
        "MessageSid": sid,
        "SmsSid": sid,
        "AccountSid": ACCOUNT_SID,
        "From": sender,
        "To": SENDER,
        "Body": text,
        "NumMedia": "0",
        "NumSegments": "1",
    }
