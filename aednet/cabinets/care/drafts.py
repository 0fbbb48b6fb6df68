"""What somebody says who looked at a cabinet or wants its code, checked once for every way in."""

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from aednet.base.drafts import Draft, PlausibleDay
from aednet.base.texts import Note
from aednet.cabinets.care.checklist import Answer, Item
from aednet.cabinets.care.code_reasons import CodeReason, needs_words
from aednet.cabinets.drafts import Code, DeviceDraft


class ChecklistDraft(Draft):
    """What somebody found; what they did not look at has no answer.

    `read` are the dates as they stand on pads and battery, `shown` those the reader was shown as known:
    only where the two differ, something was corrected.
    """

    inspected_on: PlausibleDay | None = None
    answers: dict[Item, Answer]
    note: Note | None = None
    shown: DeviceDraft = DeviceDraft()
    read: DeviceDraft = DeviceDraft()


class CodeReadingDraft(Draft):
    """For what somebody needs a code, in words too where the reason says too little."""

    reason: CodeReason
    note: Note | None = None

    @model_validator(mode="after")
    def _says_enough(self) -> Self:
        if needs_words(self.reason) and self.note is None:
            raise ValueError("note: say for what")
        return self


class NewCode(Draft):
    """Another code for a cabinet."""

    code: Code


class AbsenceDraft(Draft):
    """When somebody is away, the first and the last day included, and who stands in, if anybody."""

    from_on: PlausibleDay
    until_on: PlausibleDay
    cover_id: int | None = Field(None, ge=1)

    def overlaps(self, from_on: date, until_on: date) -> bool:
        """Tell whether this absence has a day in common with those days."""
        return self.from_on <= until_on and from_on <= self.until_on
