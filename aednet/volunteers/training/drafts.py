"""What somebody wants a training day to be, checked once for every way in."""

from datetime import datetime, timedelta
from typing import Annotated, Final, Self

from pydantic import AwareDatetime, Field, model_validator
from pydantic_core import PydanticCustomError

from aednet.base.drafts import Draft, Latitude, Longitude
from aednet.base.texts import Name
from aednet.geography.points import LatLon
from aednet.volunteers.training.rules import MOST_SEATS

LONGEST: Final = timedelta(hours=24)  # a day; more is a slip of the keyboard


class TrainingDraft(Draft):
    """A training day: where, when, and for how many."""

    place: Name
    lat: Latitude
    lon: Longitude
    begins_at: AwareDatetime
    ends_at: AwareDatetime
    seats: Annotated[int, Field(ge=1, le=MOST_SEATS)]
    trainer: Name | None = None

    @property
    def position(self) -> LatLon:
        """Where it is."""
        return LatLon(lat=self.lat, lon=self.lon)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if not timedelta(0) < _span(self.begins_at, self.ends_at) <= LONGEST:
            raise PydanticCustomError("order", "the end wants to be after the beginning, on the same day")
        return self


def _span(begins_at: datetime, ends_at: datetime) -> timedelta:
    return ends_at - begins_at
