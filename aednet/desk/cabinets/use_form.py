"""What somebody says was done after a use, and the dates on what was replaced, as they typed them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Self

from pydantic import TypeAdapter, ValidationError
from werkzeug.datastructures import MultiDict

from aednet.base.drafts import PlausibleDay
from aednet.base.errors import NotFound
from aednet.cabinets.care.recovery import Step
from aednet.volunteers.answers import iso_day

DAY: Final = TypeAdapter(PlausibleDay)
WITH_DATE: Final = (Step.PADS, Step.BATTERY)
LONGEST: Final = 100


class NoDate(Exception):
    """A date is missing or means nothing; `bad` are the steps that it stands with."""

    def __init__(self, bad: tuple[Step, ...]) -> None:
        super().__init__("Some dates cannot be used.")
        self.bad = bad


@dataclass(frozen=True, slots=True, kw_only=True)
class UseForm:
    """The steps that are said to be done, in their order; a date typed with one says so too."""

    steps: tuple[Step, ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, fields: "MultiDict[str, str]") -> Self:
        """Read a form; what is missing is empty.

        Raises:
            NotFound: it names a step that does not exist.
        """
        said = set(fields.getlist("step"))
        if said - set(Step):
            raise NotFound("There is no such step.")
        typed = {str(step): fields.get(f"expires_on_{step}", "").strip()[:LONGEST] for step in WITH_DATE}
        return cls(steps=tuple(step for step in Step if step in said or typed.get(step)), typed=typed)

    def dates(self) -> dict[Step, date | None]:
        """Return the date of each step. New pads have one; a battery only where it was replaced.

        Raises:
            NoDate: there should be a date, or what was typed is none.
        """
        dates: dict[Step, date | None] = dict.fromkeys(self.steps)
        bad = []
        for step in WITH_DATE:
            text = iso_day(self.typed[step])
            if step not in dates or (text is None and step is Step.BATTERY):
                continue
            try:
                dates[step] = DAY.validate_python(text)
            except ValidationError:
                bad.append(step)
        if bad:
            raise NoDate(tuple(bad))
        return dates
