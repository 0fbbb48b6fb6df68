"""Decisions about messages: their states, and which may follow which. Pure; the instant is an argument."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final


class MessageClass(StrEnum):
    """Whether a message waits for the hours and its turn, or goes at once."""

    REMINDER = "reminder"
    TRANSACTIONAL = "transactional"


class RecipientKind(StrEnum):
    """Whom a message is for; who that is, the address book knows."""

    VOLUNTEER = "volunteer"
    ACCOUNT = "account"
    PHONE = "phone"  # somebody known by their number alone, such as who registers


class State(StrEnum):
    """Where a reminder stands."""

    PLANNED = "planned"
    DUE = "due"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    UNKNOWN = "unknown"
    HELD = "held"
    NEEDS_REVIEW = "needs_review"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class AttemptState(StrEnum):
    """Where one try at the provider stands, in the order in which it can only rise."""

    CLAIMED = "claimed"  # somebody is about to send it
    UNKNOWN = "unknown"  # nobody here knows whether the provider took it on
    RELEASED = "released"  # the provider did not take it on
    ACCEPTED = "accepted"
    SENT = "sent"
    FAILED = "failed"
    DELIVERED = "delivered"


class Reason(StrEnum):
    """Why a reminder stands where it does, where that is not what the provider said."""

    GONE = "gone"  # the address book knows the recipient no more
    NO_CONSENT = "no_consent"
    OPTED_OUT = "opted_out"
    COUNTRY = "country"
    NOTHING_TO_SAY = "nothing_to_say"  # what it was about is done by now
    NO_TEXT = "no_text"  # its text could not be made
    BUDGET = "budget"
    RECENT = "recent"  # the last message to this person is too fresh
    TOO_MANY = "too_many"  # the cap on messages that go at once
    CIRCUIT = "circuit"
    LOST_TWICE = "lost_twice"
    RESTORED = "restored"  # an older state of the database was put back: it may have been sent since
    NOBODY_TO_ASK = "nobody_to_ask"  # the provider of before is not set up any more
    PERSON = "person"  # somebody decided so at the desk


WAITING: Final = frozenset({State.PLANNED, State.DUE})
UNSENT: Final = WAITING | {State.HELD}
FINAL: Final = frozenset({State.DELIVERED, State.FAILED, State.SUPPRESSED, State.EXPIRED, State.CANCELLED})
LIVE: Final = frozenset(
    {AttemptState.CLAIMED, AttemptState.UNKNOWN, AttemptState.ACCEPTED, AttemptState.SENT}
)
IN_FLIGHT: Final = frozenset({AttemptState.CLAIMED, AttemptState.UNKNOWN})

_AT_PROVIDER: Final = frozenset({State.ACCEPTED, State.SENT, State.DELIVERED})
_AFTER_FAILURE: Final = frozenset({State.DUE, State.FAILED, State.SUPPRESSED, State.NEEDS_REVIEW})
_AFTER_WAITING: Final = frozenset(
    {
        State.DUE,
        State.CLAIMED,
        State.HELD,
        State.NEEDS_REVIEW,
        State.FAILED,
        State.SUPPRESSED,
        State.EXPIRED,
        State.CANCELLED,
    }
)

# A message believed lost may still prove to have been taken on, so that what stands still may yet follow.
FOLLOWERS: Final[Mapping[State, frozenset[State]]] = {
    State.PLANNED: _AFTER_WAITING,
    State.DUE: _AFTER_WAITING | _AT_PROVIDER,
    State.HELD: _AT_PROVIDER | {State.DUE, State.FAILED, State.SUPPRESSED, State.EXPIRED, State.CANCELLED},
    State.CLAIMED: _AT_PROVIDER | _AFTER_FAILURE | {State.UNKNOWN},
    State.UNKNOWN: _AT_PROVIDER | _AFTER_FAILURE,
    State.ACCEPTED: (_AT_PROVIDER | _AFTER_FAILURE) - {State.ACCEPTED},
    State.SENT: _AFTER_FAILURE | {State.DELIVERED},
    State.NEEDS_REVIEW: _AT_PROVIDER | {State.DUE, State.FAILED, State.SUPPRESSED, State.CANCELLED},
    State.DELIVERED: frozenset(),
    State.FAILED: frozenset({State.DELIVERED}),  # carriers report late; good news is believed
    State.SUPPRESSED: frozenset(),
    State.EXPIRED: frozenset(),
    State.CANCELLED: frozenset(),
}

STANDING: Final[Mapping[AttemptState, State]] = {
    AttemptState.CLAIMED: State.CLAIMED,
    AttemptState.UNKNOWN: State.UNKNOWN,
    AttemptState.ACCEPTED: State.ACCEPTED,
    AttemptState.SENT: State.SENT,
    AttemptState.DELIVERED: State.DELIVERED,
}

# What Twilio calls a message's status; the rest (`receiving`, `received`) are not of messages we send.
PROVIDER_STATES: Final[Mapping[str, AttemptState]] = {
    "accepted": AttemptState.ACCEPTED,
    "scheduled": AttemptState.ACCEPTED,
    "queued": AttemptState.ACCEPTED,
    "sending": AttemptState.ACCEPTED,
    "sent": AttemptState.SENT,
    "partially_delivered": AttemptState.SENT,
    "delivered": AttemptState.DELIVERED,
    "read": AttemptState.DELIVERED,
    "undelivered": AttemptState.FAILED,
    "failed": AttemptState.FAILED,
    "canceled": AttemptState.FAILED,
}

_RANK: Final = {state: rank for rank, state in enumerate(AttemptState)}


def may_follow(state: State, later: State) -> bool:
    """Tell whether a reminder that stands at `state` may come to stand at `later`."""
    return later in FOLLOWERS[state]


def predecessors(later: State) -> frozenset[State]:
    """Return the states that `later` may follow."""
    return frozenset(state for state in State if later in FOLLOWERS[state])


def raised(state: AttemptState, heard: AttemptState) -> AttemptState:
    """Return where an attempt stands after hearing `heard` of it: the higher of the two.

    So that the order of callbacks, their repetition and late ones make no difference.
    """
    return max(state, heard, key=_RANK.__getitem__)


def highest(states: Iterable[AttemptState]) -> AttemptState:
    """Return the highest of some states."""
    return max(states, key=_RANK.__getitem__)
