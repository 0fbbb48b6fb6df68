"""What somebody wants a thing to be: the base of such drafts, and kinds of fields that several rooms have."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
PlausibleDay = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2099, 12, 31))]


class Draft(BaseModel):
    """Frozen, and without fields that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")
