"""Messages as they go out over the API and on the command line: to whom by number, never by name."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from aednet.alerts.planning.rules import Rule
from aednet.base.database import LARGEST_ID
from aednet.messaging.queries import ReminderRow
from aednet.messaging.rules import MessageClass, Reason, RecipientKind, State
from aednet.web.fields import InstantField, Query, as_utc

PAGE, LARGEST_PAGE = 100, 1_000

WHY: Final[Mapping[str, str]] = {
    Rule.CHECK: "check due since {day}",
    Rule.PADS: "pads lapse or lapsed, told on {day}",
    Rule.CHILD_PADS: "child pads lapse or lapsed, told on {day}",
    Rule.BATTERY: "battery lapses or lapsed, told on {day}",
    Rule.DEVICE: "device will have served its years, told on {day}",
    Rule.CERTIFICATE: "certificate lapses or lapsed, told on {day}",
    Rule.TRAINING: "has a seat in a training on the day after {day}",
    Rule.AFTER_USE: "AED used on {day} and not back yet",
    Rule.DIGEST: "something waits for a person on {day}",
}


class ReminderListQuery(Query):
    """Which messages to list."""

    state: State | None = None
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = PAGE
    cursor: Annotated[int, Field(ge=0, le=LARGEST_ID)] | None = Field(
        None, description="Where the previous page ended; taken from its Link header"
    )


class Reference(BaseModel):
    """Something by its kind and number."""

    kind: str
    id: int


class ReminderAnswer(BaseModel):
    """One message to one person about one thing."""

    id: int | None = Field(description="Null for what `aednet remind --dry-run` would plan")
    rule: str
    why: str = Field(description="A sentence for whoever operates the service")
    subject: Reference
    occurrence_on: date
    recipient_kind: RecipientKind
    recipient_id: int
    area: str | None = Field(description="Slug")
    message_class: MessageClass
    due_at: InstantField
    expires_at: InstantField
    state: State
    reason: Reason | None
    error_code: int | None = Field(description="The provider's, of the last attempt")
    carried_by: int | None = Field(description="Which message says this too")
    segments: int | None


class ReminderCollection(BaseModel):
    """A page of messages."""

    reminders: list[ReminderAnswer]


def why(row: ReminderRow) -> str:
    """Return for what reason somebody is told; what no rule planned is called by its name."""
    return WHY.get(row.rule, row.rule.replace("_", " ")).format(day=row.occurrence_on.isoformat())


def reminder_answer(
    row: ReminderRow, *, areas: Mapping[int | None, str], is_stored: bool = True
) -> dict[str, Any]:
    """Return a message as answers give it; `areas` maps the ids of areas to slugs."""
    return {
        "id": row.id if is_stored else None,
        "rule": row.rule,
        "why": why(row),
        "subject": {"kind": row.subject_kind, "id": row.subject_id},
        "occurrence_on": row.occurrence_on.isoformat(),
        "recipient_kind": row.recipient_kind,
        "recipient_id": row.recipient_id,
        "area": areas.get(row.area_id),
        "message_class": row.message_class,
        "due_at": as_utc(row.due_at),
        "expires_at": as_utc(row.expires_at),
        "state": row.state,
        "reason": row.reason,
        "error_code": row.error_code,
        "carried_by": row.carrier_id,
        "segments": row.segments,
    }
