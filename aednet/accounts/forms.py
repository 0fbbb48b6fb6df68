"""What people typed about accounts, and which fields of it cannot be used."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from werkzeug.datastructures import MultiDict

from aednet.accounts.rules import Role, weakness
from aednet.base.context import current
from aednet.base.phone import LONGEST, InvalidPhone, PhoneFault, PhoneNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasswordForm:
    """A new password, typed twice since nobody sees it; `present` is the one before, where that is asked."""

    present: str
    password: str
    again: str

    @classmethod
    def parse(cls, fields: Mapping[str, str]) -> Self:
        """Read a form; what is missing is empty."""
        return cls(
            present=fields.get("present", ""),
            password=fields.get("password", ""),
            again=fields.get("again", ""),
        )

    def bad(self, *, email: str) -> frozenset[str]:
        """Return the names of the fields of the new password that cannot be used."""
        if weakness(self.password, email=email):
            return frozenset({"password"})
        return frozenset() if self.again == self.password else frozenset({"again"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsForm:
    """What somebody may: `role` is None until one of the three is chosen; an administrator has all areas.

    `areas` are slugs; `seen` is what the rights were when the form was shown.
    """

    email: str = ""
    role: Role | None = None
    areas: frozenset[str] = frozenset()
    seen: str = ""

    @classmethod
    def parse(cls, fields: MultiDict[str, str]) -> Self:
        """Read a form; what is missing is empty."""
        role = next((role for role in Role if role == fields.get("role")), None)
        areas = frozenset() if role is Role.ADMINISTRATOR else frozenset(fields.getlist("area"))
        return cls(email=fields.get("email", "").strip(), role=role, areas=areas, seen=fields.get("seen", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneForm:
    """A mobile number as it was typed; empty is none, which is no fault."""

    text: str
    number: PhoneNumber | None = None
    fault: PhoneFault | None = None

    @classmethod
    def of(cls, number: PhoneNumber | None) -> Self:
        """Return the form that shows what is kept."""
        return cls(text="" if number is None else number.international, number=number)

    @classmethod
    def parse(cls, fields: Mapping[str, str]) -> Self:
        """Read a form; what is missing is empty."""
        text = fields.get("phone", "").strip()
        try:
            number = PhoneNumber.parse(text, current().settings.country) if text else None
        except InvalidPhone as error:
            return cls(text=text[:LONGEST], fault=error.fault)
        return cls(text=text, number=number)
