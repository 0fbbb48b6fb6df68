"""Sending what was claimed, with no transaction open; whatever happens is told as a value."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from aednet.base.logs import log
from aednet.messaging.claims import Claim
from aednet.messaging.gateway import Accepted, Gateway, NotReached, Refused, Unclear
from aednet.messaging.numbers import hashes_of
from aednet.messaging.suppressions import is_suppressed
from aednet.messaging.verdicts import Action, verdict_of


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAccepted:
    """No provider said that it took the message on; with `Action.RECONCILE`, it may have."""

    action: Action
    code: int | None = None


Outcome = Accepted | NotAccepted
NEVER_SENT = NotAccepted(action=Action.BACK_OFF)
WITHDRAWN = NotAccepted(action=Action.SUPPRESS)


def send(gateway: Gateway, claimed: Claim) -> Outcome:
    """Hand a message to its gateway, once; call it with no transaction open."""
    try:
        return gateway.send(claimed.message)
    except Refused as error:
        return NotAccepted(action=verdict_of(error.code).action, code=error.code)
    except NotReached:
        return NotAccepted(action=Action.BACK_OFF)
    except Unclear:
        return NotAccepted(action=Action.RECONCILE)
    except Exception as error:  # noqa: BLE001 whatever broke, the message may be on its way
        log.error("gateway broke", gateway=claimed.gateway, error=type(error).__name__, exc_info=error)
        return NotAccepted(action=Action.RECONCILE)


def is_withdrawn(session: Session, claimed: Claim) -> bool:
    """Tell whether the person opted out since the claim. Ends the reading transaction."""
    try:
        return is_suppressed(session, hashes_of(claimed.number))
    finally:
        session.rollback()
