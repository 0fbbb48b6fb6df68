"""What follows from what the provider says: the table of codes, as data.

Codes are Twilio's (https://www.twilio.com/docs/api/errors); which means what to do is our choice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from aednet.messaging.rules import State
from aednet.messaging.sending_hours import SendingHours

MOST_TRIES: Final = 10  # of a message that is never taken on; then the whole route rests
LONGEST_BACK_OFF: Final = timedelta(seconds=60)
SHORTEST_BACK_OFF: Final = timedelta(seconds=1)
ROUTE_RESTS_FOR: Final = timedelta(minutes=10)  # after so many tries
CIRCUIT_OPEN_FOR: Final = timedelta(hours=1)  # then one message tries whether things are mended
NEW_ATTEMPT_AFTER: Final = timedelta(minutes=30)
MOST_FAILED: Final = 2  # attempts that were taken on and failed in passing: the first, and one new one
SERVER_ERROR: Final = 500  # an HTTP status from here on leaves open what happened


class Action(StrEnum):
    """What to do about an answer."""

    BACK_OFF = "back_off"  # not taken on: try again soon
    RECONCILE = "reconcile"  # perhaps taken on: never resend blindly
    OPEN_ACCOUNT = "open_account"  # our account: nothing leaves until that is mended
    OPEN_ROUTE = "open_route"  # our settings for that country
    FAIL = "fail"
    SUPPRESS = "suppress"
    AGAIN_SOON = "again_soon"
    AGAIN_NEXT_DAY = "again_next_day"
    REVIEW = "review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to do; whether the person needs a new number, and whether to tell the operator."""

    action: Action
    wants_number: bool = False
    alerts: bool = False


_BACK_OFF: Final = Verdict(action=Action.BACK_OFF)
_ACCOUNT: Final = Verdict(action=Action.OPEN_ACCOUNT, alerts=True)
_ROUTE: Final = Verdict(action=Action.OPEN_ROUTE, alerts=True)
_BAD_NUMBER: Final = Verdict(action=Action.FAIL, wants_number=True)
_SOON: Final = Verdict(action=Action.AGAIN_SOON)
_NEXT_DAY: Final = Verdict(action=Action.AGAIN_NEXT_DAY)
_FAIL: Final = Verdict(action=Action.FAIL)
UNCLEAR: Final = Verdict(action=Action.RECONCILE)
ELSE: Final = Verdict(action=Action.REVIEW)

VERDICTS: Final[Mapping[int, Verdict]] = {
    429: _BACK_OFF,
    20429: _BACK_OFF,
    401: _ACCOUNT,  # an answer without a code of its own
    20003: _ACCOUNT,  # the credentials are wrong
    20005: _ACCOUNT,  # the account is not active
    30002: _ACCOUNT,  # the account is suspended
    21211: _BAD_NUMBER,
    21614: _BAD_NUMBER,  # no mobile number
    21635: _BAD_NUMBER,  # a landline
    21610: Verdict(action=Action.SUPPRESS),  # the person opted out
    21408: _ROUTE,  # that country is not switched on
    21606: _ROUTE,  # the sender cannot be used
    21612: _ROUTE,  # this sender does not reach that number
    30001: _SOON,  # the queue overflowed
    30008: _SOON,  # unknown error of the carrier
    30500: _SOON,
    30003: _NEXT_DAY,  # the phone is off or out of reach
    30005: _NEXT_DAY,  # unknown there, perhaps in passing
    30004: _FAIL,  # blocked
    30006: _FAIL,  # a landline, or a carrier out of reach
    30007: Verdict(action=Action.FAIL, alerts=True),  # filtered as spam: it will be so for others
}

_MAY_PASS: Final = frozenset({Action.AGAIN_SOON, Action.AGAIN_NEXT_DAY})


def verdict_of(code: int | None) -> Verdict:
    """Return what to do about an error's code; about one that nobody knows, a person decides."""
    return ELSE if code is None else VERDICTS.get(code, ELSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What happened to one reminder up to and with this attempt."""

    tries: int = 0  # attempts that the provider did not take on
    failed_with: Sequence[int | None] = ()  # codes of those it took on and could not deliver


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """Where the reminder goes, when it is due again, and how long its route rests or `route` alone."""

    state: State
    due_at: datetime | None = None
    account_rests: timedelta | None = None
    route_rests: timedelta | None = None


def next_step(
    action: Action, history: History, *, now: datetime, hours: SendingHours, jitter: float
) -> NextStep:
    """Return what becomes of a reminder after a verdict other than `RECONCILE`. `jitter` is in [0, 1)."""
    due_at, account_rests, route_rests = None, None, None
    match action:
        case Action.BACK_OFF:
            state = State.DUE
            account_rests = ROUTE_RESTS_FOR if history.tries >= MOST_TRIES else None
            due_at = now + (account_rests or back_off(history.tries, jitter=jitter))
        case Action.OPEN_ACCOUNT:
            state, due_at, account_rests = State.DUE, now + CIRCUIT_OPEN_FOR, CIRCUIT_OPEN_FOR
        case Action.OPEN_ROUTE:
            state, due_at, route_rests = State.DUE, now + CIRCUIT_OPEN_FOR, CIRCUIT_OPEN_FOR
        case Action.AGAIN_SOON | Action.AGAIN_NEXT_DAY if _has_another_chance(history):
            is_soon = action is Action.AGAIN_SOON
            state, due_at = State.DUE, now + NEW_ATTEMPT_AFTER if is_soon else hours.opening_next_day(now)
        case Action.FAIL | Action.AGAIN_SOON | Action.AGAIN_NEXT_DAY:
            state = State.FAILED
        case Action.SUPPRESS:
            state = State.SUPPRESSED
        case Action.REVIEW:
            state = State.NEEDS_REVIEW
        case Action.RECONCILE:
            state = State.UNKNOWN
    return NextStep(state=state, due_at=due_at, account_rests=account_rests, route_rests=route_rests)


def back_off(tries: int, *, jitter: float) -> timedelta:
    """Return how long to wait after so many tries in vain: full jitter over 1 s to 2^tries s, at most 60 s.

    Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    most = min(LONGEST_BACK_OFF, timedelta(seconds=2 ** min(tries, MOST_TRIES)))
    return SHORTEST_BACK_OFF + (most - SHORTEST_BACK_OFF) * jitter


def _has_another_chance(history: History) -> bool:
    passing = [code for code in history.failed_with if verdict_of(code).action in _MAY_PASS]
    return len(passing) < MOST_FAILED
