"""What somebody wants a thing to be: the base of such drafts, and kinds of fields that several rooms have."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _not_null(value: object) -> object:
    if value is None:
        raise ValueError("cannot be emptied")
    return value


Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
PlausibleDay = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2099, 12, 31))]
Kept = BeforeValidator(_not_null)  # of a change: may be left out, and not be emptied


class Draft(BaseModel):
    """Frozen, and without fields that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")
