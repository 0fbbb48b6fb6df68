"""The date on what was replaced after a use, as somebody types it."""

from datetime import date
from typing import Final

from pydantic import TypeAdapter

from aednet.base.drafts import PlausibleDay
from aednet.cabinets.recovery import Step
from aednet.volunteers.answers import iso_day

DAY: Final = TypeAdapter(PlausibleDay)
WITH_DATE: Final = frozenset({Step.PADS, Step.BATTERY})
LONGEST: Final = 100


def read_expiry(step: Step, typed: str) -> date | None:
    """Return the date that was typed with a step. New pads have one; a battery only where it was replaced.

    Raises:
        ValueError: there should be one, or what was typed is none.
    """
    if step not in WITH_DATE:
        return None
    text = iso_day(typed.strip()[:LONGEST])
    if text is None and step is Step.BATTERY:
        return None
    return DAY.validate_python(text)
