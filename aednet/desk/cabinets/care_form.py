"""The checklist of an inspection as it is filled in: what was typed, and what it means."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Self

from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from aednet.cabinets.care.checklist import Item
from aednet.cabinets.care.drafts import ChecklistDraft
from aednet.cabinets.devices import EXPIRY_FIELDS
from aednet.cabinets.facts import DeviceFacts
from aednet.volunteers.answers import iso_day

LONGEST: Final = 2_000  # characters of a field that are read: more than any may have, so that none is cut
DATES: Final = tuple(EXPIRY_FIELDS)
FIELDS: Final = ("inspected_on", *Item, *DATES, "note", "photo")  # in the order of the page


class Unreadable(Exception):
    """Some fields mean nothing; `bad` maps them to what is wrong with them."""

    def __init__(self, bad: Mapping[str, str]) -> None:
        super().__init__("Some fields cannot be used.")
        self.bad = bad


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class InspectionForm:
    """What somebody typed, as they typed it; `shown` are the dates they were shown as known."""

    inspected_on: str
    answers: Mapping[str, str]
    dates: Mapping[str, str]
    shown: Mapping[str, str]
    note: str = ""

    @classmethod
    def blank(cls, device: DeviceFacts | None, *, today: date) -> Self:
        """Return the form as it is before anything is filled in, with the dates that are known."""
        known = _written(device)
        return cls(inspected_on=today.isoformat(), answers={}, dates=known, shown=known)

    @classmethod
    def parse(cls, fields: "MultiDict[str, str]") -> Self:
        """Read a form; what is missing is empty."""
        given = {name: value.strip()[:LONGEST] for name, value in fields.items()}
        return cls(
            inspected_on=given.get("inspected_on", ""),
            answers={item: given[item] for item in Item if given.get(item)},
            dates={name: given.get(name, "") for name in DATES},
            shown={name: given.get(f"shown_{name}", "") for name in DATES},
            note=given.get("note", ""),
        )

    def showing(self, device: DeviceFacts | None) -> Self:
        """Return the form with all that was typed, and the dates that are known by now."""
        return replace(self, shown=_written(device))

    def draft(self) -> ChecklistDraft:
        """Return what the form means.

        Raises:
            Unreadable: some of its fields mean nothing.
        """
        try:
            return ChecklistDraft.model_validate(
                {
                    "inspected_on": iso_day(self.inspected_on),
                    "answers": self.answers,
                    "note": self.note or None,
                    "shown": {name: iso_day(value) for name, value in self.shown.items()},
                    "read": {name: iso_day(value) for name, value in self.dates.items()},
                }
            )
        except ValidationError as error:
            bad = {str(entry["loc"][-1]): entry["type"] for entry in error.errors()}
            raise Unreadable({name: bad[name] for name in FIELDS if name in bad}) from error


def _written(device: DeviceFacts | None) -> dict[str, str]:
    known = {name: None if device is None else getattr(device, name) for name in DATES}
    return {name: "" if day is None else day.isoformat() for name, day in known.items()}
