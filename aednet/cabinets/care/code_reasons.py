"""Why somebody may be shown the code of a cabinet, and how often. Pure."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

READINGS_COUNT_FOR: Final = timedelta(hours=1)
MOST_READINGS: Final = 20  # a round along all cabinets of a village; more looks like taking the lot along


class CodeReason(StrEnum):
    """For what somebody needs the code."""

    CHECK = "check"
    AFTER_USE = "after_use"
    REPAIR = "repair"
    GUARDIAN = "guardian"
    EMERGENCY = "emergency"
    OTHER = "other"


def needs_words(reason: CodeReason) -> bool:
    """Tell whether the reason says too little by itself."""
    return reason is CodeReason.OTHER
