"""What somebody asks the coverage page: within which radius, on which day of the week, at which hour."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aednet.coverage.coverage_schemas import USUAL_RADIUS_M, Radius
from aednet.coverage.week import HourOfWeek, Weekday

LONGEST = 20  # characters of a field that are read; more is no answer to any question here


class LongList(StrEnum):
    """A list of which the page shows the beginning, unless all of it is asked for."""

    CABINETS = "cabinets"
    IDLE = "idle"


class CoverageQuestion(BaseModel):
    """What the page is to answer."""

    model_config = ConfigDict(frozen=True)

    radius: Radius
    day: Weekday
    hour: Annotated[int, Field(ge=0, le=23)]
    show: LongList | None

    @property
    def when(self) -> HourOfWeek:
        """The hour of the week that is asked about."""
        return HourOfWeek(weekday=self.day, hour=self.hour)


class Faulty(Exception):
    """A form asks for what cannot be. `bad` names its fields."""

    def __init__(self, bad: frozenset[str]) -> None:
        super().__init__("The form has faults.")
        self.bad = bad


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageForm:
    """The fields as somebody filled them in, or as they stand before that."""

    radius: str
    day: str
    hour: str
    show: str

    @classmethod
    def parse(cls, fields: Mapping[str, str], *, now: HourOfWeek) -> Self:
        """Read a query; what is missing or empty is the usual radius and the present hour."""
        usual = {"radius": f"{USUAL_RADIUS_M:g}", "day": str(now.weekday), "hour": str(now.hour), "show": ""}
        given = {name: fields.get(name, "").strip()[:LONGEST] for name in usual}
        return cls(**{name: given[name] or text for name, text in usual.items()})

    def understand(self) -> CoverageQuestion:
        """Return what the form asks.

        Raises:
            Faulty: it asks for what cannot be.
        """
        try:
            return CoverageQuestion.model_validate(
                {"radius": self.radius, "day": self.day, "hour": self.hour, "show": self.show or None}
            )
        except ValidationError as error:
            raise Faulty(frozenset(str(entry["loc"][0]) for entry in error.errors())) from None
