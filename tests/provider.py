"""A provider of SMS to test against: Twilio's Messages API on loopback, with a log of its own and faults.

It shares no code with the service: what it accepted, it says from its own log. Numbers and texts are
invented. Faults are switched by assigning to `provider.faults`, callbacks by `provider.callbacks`.
"""

import base64
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.provider_log import Accepted, Log
from tests.signed import ACCOUNT_SID, AUTH_TOKEN, TAKES_CALLBACKS_FOR_S, post_signed

MESSAGES = re.compile(r"/2010-04-01/Accounts/(AC[0-9a-z]{32})/Messages(?:/(SM[0-9a-f]{32}))?\.json")


class Fault(StrEnum):
    """What goes wrong with one request to send."""

    NONE = "none"
    SLOW = "slow"  # accepted, and answered after `slow_s`
    RESET_BEFORE = "reset_before"  # the line drops before anything was accepted
    RESET_AFTER = "reset_after"  # accepted, and the line drops before the answer
    ERROR_BEFORE = "error_before"  # 500, nothing accepted
    ERROR_AFTER = "error_after"  # accepted, and answered with 500
    TOO_MANY = "too_many"  # 429
    REFUSED = "refused"  # 400 with `refusal` as Twilio's code


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """How the provider behaves until told otherwise; `pick` is asked anew for each request to send."""

    pick: Callable[[], Fault] = lambda: Fault.NONE
    slow_s: float = 1.0
    refusal: int = 21211
    refusal_status: int = 400
    list_lags_s: float = 0.0  # a message shows in the list so long after it was accepted
    largest_page: int = 1_000  # messages of the list that it gives at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """One status callback of a message: `delay_s` after it was accepted, or before the answer if `early`."""

    status: str
    delay_s: float = 0.0
    early: bool = False
    error_code: int | None = None


@dataclass(slots=True)
class Provider:
    """The running provider. `callbacks` are sent for each message, in this order, unless it is empty."""

    log: Log
    faults: Faults = field(default_factory=Faults)
    callbacks: Sequence[Callback] = ()
    answers: list[tuple[str, int]] = field(default_factory=list)  # status and HTTP answer of each callback
    requests: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _server: ThreadingHTTPServer | None = None
    _threads: list[threading.Thread] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address to name in AEDNET_TWILIO_API_URL."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def accepted(self, receiver: str | None = None) -> list[Accepted]:
        """Return what was taken on, in order, or of it what went to `receiver`."""
        return self.log.every() if receiver is None else self.log.sent_to(receiver)

    def call_back(self, sid: str, callback: Callback) -> int | None:
        """Tell the service a status of a message. Returns its answer, None where no address was named."""
        self.log.set_status(sid, callback.status, callback.error_code)
        message = self.log.find(sid)
        if message is None or message.callback is None:
            return None
        given: dict[str, str] = {
            "MessageSid": sid,
            "SmsSid": sid,
            "AccountSid": ACCOUNT_SID,
            "MessageStatus": callback.status,
            "SmsStatus": callback.status,
            "To": message.receiver,
            "From": message.sender,
        }
        if callback.error_code is not None:
            given["ErrorCode"] = str(callback.error_code)
        answer = post_signed(message.callback, given)
        self.answers.append((callback.status, answer))
        return answer

    def wait_for_callbacks(self) -> None:
        """Wait until every callback that is under way has been answered."""
        for thread in self._threads:
            thread.join(TAKES_CALLBACKS_FOR_S)

    def _take_on(self, given: Mapping[str, str]) -> Accepted:
        message = self.log.append(given)
        for callback in self.callbacks:
            if callback.early:
                self.call_back(message.sid, callback)
        later = [one for one in self.callbacks if not one.early]
        if later:
            thread = threading.Thread(target=self._send_callbacks, args=(message.sid, later), daemon=True)
            self._threads.append(thread)
            thread.start()
        return message

    def _send_callbacks(self, sid: str, callbacks: Sequence[Callback]) -> None:
        for callback in callbacks:
            time.sleep(callback.delay_s)
            with suppress(OSError):  # the service may be down: then this callback is lost
                self.call_back(sid, callback)

    def _send(self, handler: "_Handler", given: Mapping[str, str]) -> None:
        with self._lock:
            self.requests += 1
            faults, fault = self.faults, self.faults.pick()
        if not {"To", "Body"} <= given.keys() or not ({"From", "MessagingServiceSid"} & given.keys()):
            handler.refuse(400, 21604)
        elif fault is Fault.RESET_BEFORE:
            handler.drop()
        elif fault is Fault.ERROR_BEFORE:
            handler.refuse(500, 20500)
        elif fault is Fault.TOO_MANY:
            handler.refuse(429, 20429)
        elif fault is Fault.REFUSED:
            handler.refuse(faults.refusal_status, faults.refusal)
        else:
            message = self._take_on(given)
            if fault is Fault.SLOW:
                time.sleep(faults.slow_s)
            if fault is Fault.RESET_AFTER:
                handler.drop()
            elif fault is Fault.ERROR_AFTER:
                handler.refuse(500, 20500)
            else:
                handler.answer(201, _resource(message))

    def _list(self, handler: "_Handler", wanted: Mapping[str, str]) -> None:
        seen_until = time.time() - self.faults.list_lags_s
        found = [one for one in self.accepted(wanted.get("To")) if one.at <= seen_until]
        size, page = (
            min(int(wanted.get("PageSize", 50)), self.faults.largest_page),
            int(wanted.get("Page", 0)),
        )
        shown = found[::-1][page * size :]
        further = {**wanted, "Page": page + 1, "PageSize": size}
        listed = {
            "messages": [_resource(one) for one in shown[:size]],
            "next_page_uri": f"{urlsplit(handler.path).path}?{urlencode(further)}" if shown[size:] else None,
            "page": page,
            "page_size": size,
        }
        handler.answer(200, listed)

    def _fetch(self, handler: "_Handler", sid: str) -> None:
        found = self.log.find(sid)
        if found is None:
            handler.refuse(404, 20404)
        else:
            handler.answer(200, _resource(found))


class _Handler(BaseHTTPRequestHandler):
    provider: Provider
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        if self._asked_for() is not None:
            self.provider._send(self, dict(parse_qsl(text, keep_blank_values=True)))

    def do_GET(self) -> None:
        asked_for = self._asked_for()
        if asked_for is None:
            return
        if asked_for[2]:
            self.provider._fetch(self, asked_for[2])
        else:
            self.provider._list(self, dict(parse_qsl(urlsplit(self.path).query)))

    def answer(self, status: int, body: Mapping[str, Any]) -> None:
        data = json.dumps(body).encode()
        with suppress(OSError):  # whoever asked may have been killed meanwhile
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    def refuse(self, status: int, code: int) -> None:
        more_info = f"https://www.twilio.com/docs/errors/{code}"
        self.answer(status, {"code": code, "message": "refused", "more_info": more_info, "status": status})

    def drop(self) -> None:
        """End the connection without an answer, hard."""
        self.close_connection = True
        with suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Say nothing: what happened stands in the log of the provider."""

    def _asked_for(self) -> re.Match[str] | None:
        match = MESSAGES.fullmatch(urlsplit(self.path).path)
        known = base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {known}":
            self.refuse(401, 20003)
            return None
        if match is None or match[1] != ACCOUNT_SID:
            self.refuse(404, 20404)
            return None
        return match


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """Say nothing of connections that end midway: they are what the tests are about."""


@contextmanager
def running_provider(folder: Path) -> Iterator[Provider]:
    """Run a provider on a free port of loopback, its log in `folder`, until the block ends."""
    provider = Provider(log=Log(folder / "provider.sqlite3"))
    provider.log.create()
    handler = type("Handler", (_Handler,), {"provider": provider})
    with _Server(("127.0.0.1", 0), handler) as server:
        provider._server = server
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            provider.wait_for_callbacks()
            server.shutdown()


def _resource(message: Accepted) -> dict[str, Any]:
    when = format_datetime(datetime.fromtimestamp(message.at, UTC))
    return {
        "sid": message.sid,
        "account_sid": ACCOUNT_SID,
        "to": message.receiver,
        "from": message.sender,
        "body": message.body,
        "status": message.status,
        "error_code": message.error_code,
        "error_message": None,
        "date_created": when,
        "date_updated": when,
        "date_sent": when,
        "direction": "outbound-api",
        "num_segments": "1",
        "num_media": "0",
        "price": None,
        "price_unit": "USD",
        "messaging_service_sid": None,
        "api_version": "2010-04-01",
        "uri": f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{message.sid}.json",
        "subresource_uris": {},
    }
