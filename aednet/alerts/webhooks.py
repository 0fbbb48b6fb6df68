"""What Twilio posts to us: how a message fares, and what people write back.

Nothing is believed that it did not sign for the address at which the public reaches us, whatever the Host
header says; only known fields are read; each may come twice, late, or out of order.
"""

import random
import re
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from aednet.accounts.guards import NotAllowed
from aednet.alerts.answering import Received, receive
from aednet.alerts.network import setting_of
from aednet.alerts.reading.replies import Reading, Start, Stop
from aednet.base.context import current
from aednet.base.errors import Conflict, InvalidValue
from aednet.base.logs import log
from aednet.base.phone import PhoneNumber
from aednet.base.transactions import transaction
from aednet.messaging.outcomes import Heard, apply_status
from aednet.messaging.signatures import is_genuine
from aednet.messaging.wiring import current_terms

SIGNATURE: Final = "X-Twilio-Signature"
SID: Final = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
STATUS: Final = re.compile(r"[a-z_]{1,32}")
LONGEST_CODE: Final = 9  # digits
LONGEST_SENDER: Final = 32  # a number, a short code or a name
LONGEST_TEXT: Final = 2_000  # characters; a message has at most 1,600
EMPTY: Final = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
OPTS: Final[dict[str, Reading]] = {"STOP": Stop(), "START": Start()}  # what the provider made of it itself

blueprint = Blueprint("twilio", __name__, url_prefix="/twilio")


@blueprint.post("/status/<uuid:attempt>")
def status(attempt: object) -> Response:
    """Take in how a message fares."""
    form = _signed_form()
    sid, said = _field(form, "MessageSid", SID), _field(form, "MessageStatus", STATUS)
    code = form.get("ErrorCode", "")
    with transaction() as session:
        heard = apply_status(
            session,
            current_terms(),
            attempt=str(attempt),
            sid=sid,
            status=said,
            error_code=int(code) if code.isdecimal() and len(code) <= LONGEST_CODE else None,
            now=current().clock.now(),
            jitter=random.random(),  # noqa: S311 spreads retries, keeps no secret
        )
    if heard is Heard.ODD:
        raise Conflict("This does not fit what is known of the message.")
    return Response(status=204)


@blueprint.post("/inbound")
def inbound() -> Response:
    """Take in what somebody wrote."""
    form = _signed_form()
    sender, text = form.get("From", ""), form.get("Body", "")
    if not 0 < len(sender) <= LONGEST_SENDER or len(text) > LONGEST_TEXT:
        raise InvalidValue("This is no message.", fields={"From": "or Body is missing or too long"})
    received = Received(
        provider_id=_field(form, "MessageSid", SID),
        sender=PhoneNumber(e164=sender),
        text=text,
        reading=OPTS.get(form.get("OptOutType", "")),
    )
    take_in(received)
    return Response(EMPTY, mimetype="text/xml")


def take_in(received: Received) -> None:
    """Act on a message that was written, in a transaction of its own; the demo's telephones write so too."""
    clock, settings = current().clock, current().settings
    with transaction() as session:
        outcome = receive(
            session,
            received,
            ref_prefix=settings.ref_prefix,
            setting=setting_of(settings, today=clock.today()),
            now=clock.now(),
            today=clock.today(),
        )
    log.info("message received", outcome=outcome or "repeated")


def _signed_form() -> MultiDict[str, str]:
    """Return the form that was posted.

    Raises:
        NotAllowed: the provider did not sign it.
    """
    settings = current().settings
    genuine = is_genuine(
        request.form,
        address=f"{settings.public_base_url}{request.path}",
        signature=request.headers.get(SIGNATURE, ""),
        auth_token=settings.twilio_auth_token,
    )
    if not genuine:
        raise NotAllowed("The signature is missing or wrong.")
    return request.form


def _field(form: MultiDict[str, str], name: str, pattern: re.Pattern[str]) -> str:
    value = form.get(name, "")
    if pattern.fullmatch(value) is None:
        raise InvalidValue("This is no message.", fields={name: "is missing or unreadable"})
    return value
