"""The forms of a cabinet: what somebody typed, what it means, and what is wrong with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Self, TypeVar

from pydantic import BaseModel, ValidationError
from werkzeug.datastructures import MultiDict

from aednet.cabinets.drafts import CabinetChange, ConsumableDraft, DeviceDraft
from aednet.cabinets.facts import CabinetFacts, DeviceFacts
from aednet.cabinets.history import ConsumableFacts
from aednet.cabinets.rules import ConsumableKind
from aednet.cabinets.schemas import CabinetRegistration
from aednet.volunteers.answers import iso_day

LONGEST: Final = 1_200  # characters of a field that are read: more than any may have, so that none is cut
YES, NO = "yes", "no"
TRUTH: Final = {YES: True, NO: False}
TRUTH_WORDS: Final = {True: YES, False: NO, None: ""}
CABINET_FIELDS: Final = (  # in the order of the page
    "name",
    "ref",
    "status",
    "address",
    "location",
    "lat",
    "lon",
    "opening_hours",
    "access",
    "locked",
    "indoor",
)
CHANGE_FIELDS: Final = tuple(name for name in CABINET_FIELDS if name != "ref")
DEVICE_FIELDS: Final = (
    "manufacturer",
    "model",
    "serial_number",
    "in_use_since_on",
    "pads_adult_expire_on",
    "pads_child_expire_on",
    "battery_expires_on",
)
CONSUMABLE_FIELDS: Final = ("installed_on", "install_before_on", "expires_on")
DAYS: Final = frozenset({name for name in (*DEVICE_FIELDS, *CONSUMABLE_FIELDS) if name.endswith("_on")})

Draft = TypeVar("Draft", bound=BaseModel)


class Unreadable(Exception):
    """Some fields mean nothing; `bad` maps them to what is wrong with them."""

    def __init__(self, bad: Mapping[str, str]) -> None:
        super().__init__("Some fields cannot be used.")
        self.bad = bad


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class EditForm:
    """What somebody typed, as they typed it, and the state of the cabinet that they started from."""

    given: Mapping[str, str]
    based_on: str = ""

    @classmethod
    def parse(cls, fields: "MultiDict[str, str]") -> Self:
        """Read a form; what is missing is empty."""
        given = {
            name: fields.get(name, "").strip()[:LONGEST]
            for name in (*CABINET_FIELDS, *DEVICE_FIELDS, *CONSUMABLE_FIELDS)
        }
        return cls(given=given, based_on=fields.get("based_on", ""))

    @classmethod
    def of_cabinet(cls, cabinet: CabinetFacts, updated_at: datetime) -> Self:
        """Return the form with the facts of a cabinet as they are stored."""
        return cls(given=written_cabinet(cabinet), based_on=updated_at.isoformat())

    @classmethod
    def of_device(cls, device: DeviceFacts | None, updated_at: datetime) -> Self:
        """Return the form with what is known of a device."""
        return cls(given=written_device(device), based_on=updated_at.isoformat())

    def upon(self, updated_at: datetime) -> Self:
        """Return the form with all that was typed, about the cabinet as it is by now."""
        return replace(self, based_on=updated_at.isoformat())

    def is_based_on(self, updated_at: datetime) -> bool:
        """Tell whether nothing was changed since whoever sent this was shown the form."""
        return self.based_on == updated_at.isoformat()

    def registration(self) -> CabinetRegistration:
        """Return the new cabinet that the form means.

        Raises:
            Unreadable: some of its fields mean nothing.
        """
        return self._draft(CabinetRegistration, CABINET_FIELDS)

    def change(self) -> CabinetChange:
        """Return the change that the form means.

        Raises:
            Unreadable: some of its fields mean nothing.
        """
        return self._draft(CabinetChange, CHANGE_FIELDS)

    def device(self) -> DeviceDraft:
        """Return the device that the form means.

        Raises:
            Unreadable: some of its fields mean nothing.
        """
        return self._draft(DeviceDraft, DEVICE_FIELDS)

    def consumable(self, kind: ConsumableKind) -> ConsumableDraft:
        """Return the pads or the battery that the form means.

        Raises:
            Unreadable: some of its fields mean nothing.
        """
        return self._draft(ConsumableDraft, CONSUMABLE_FIELDS, kind=kind)

    def _draft(self, meant: type[Draft], names: Iterable[str], /, **more: Any) -> Draft:
        values = {name: self._value(name) for name in names}
        try:
            return meant.model_validate(values | more)
        except ValidationError as error:
            bad = {
                str(entry["loc"][0]): entry["type"] if self.given.get(str(entry["loc"][0])) else "missing"
                for entry in error.errors(include_input=False, include_url=False)
            }
            raise Unreadable(bad) from error

    def _value(self, name: str) -> Any:
        text = self.given.get(name, "")
        if name in DAYS:
            return iso_day(text)
        if name in {"lat", "lon"}:
            return text.replace(",", ".") or None
        if name in {"locked", "indoor"}:
            return TRUTH.get(text)
        return text or None


def written_cabinet(cabinet: CabinetFacts) -> dict[str, str]:
    """Return the facts of a cabinet as the fields of a form."""
    return {
        "name": cabinet.name,
        "ref": cabinet.ref,
        "status": cabinet.status,
        "address": cabinet.address or "",
        "location": cabinet.location or "",
        "lat": str(cabinet.position.lat),
        "lon": str(cabinet.position.lon),
        "opening_hours": cabinet.opening_hours or "",
        "access": cabinet.access or "",
        "locked": TRUTH_WORDS[cabinet.locked],
        "indoor": TRUTH_WORDS[cabinet.indoor],
    }


def written_device(device: DeviceFacts | None) -> dict[str, str]:
    """Return what is known of a device as the fields of a form."""
    return {
        name: "" if device is None or getattr(device, name) is None else str(getattr(device, name))
        for name in DEVICE_FIELDS
    }


def written_consumable(known: ConsumableFacts | None) -> dict[str, str]:
    """Return what is known of pads or a battery as the fields of a form."""
    return {
        name: "" if known is None or getattr(known, name) is None else str(getattr(known, name))
        for name in CONSUMABLE_FIELDS
    }
