"""Decisions about messages: their states, and which may follow which. Pure; the instant is an argument."""

from enum import StrEnum


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
