"""What somebody fills in on the pages of the budget: prices, and which supplies they want to order."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from aednet.base.errors import InvalidValue, NotFound
from aednet.base.texts import refuse_controls
from aednet.cabinets.costs.rules import PriceKind
from aednet.cabinets.orders import Wanted
from aednet.cabinets.rules import ConsumableKind
from aednet.web.places import read_day, read_id, read_instant

EUROS: Final = re.compile(r"(\d{1,6})(?:[.,](\d{1,2}))?", re.ASCII)
LONGEST_MODEL: Final = 200
AHEAD_DAYS: Final = (30, 60, 90, 180, 365)
USUAL_AHEAD: Final = 90
JOINT: Final = "~"
EVERYTHING: Final = "alles"


class Faulty(Exception):
    """A form asks for what cannot be. `bad` names its fields."""

    def __init__(self, bad: frozenset[str]) -> None:
        super().__init__("The form has faults.")
        self.bad = bad


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceForm:
    """The price of one of a kind as somebody filled it in; `seen` is when the price they saw was changed."""

    kind: str
    model: str
    euros: str
    seen: str

    @classmethod
    def parse(cls, fields: Mapping[str, str]) -> "PriceForm":
        """Read a form."""
        given = {name: fields.get(name, "").strip() for name in ("kind", "model", "euros", "seen")}
        return cls(**given)

    def understand(self) -> tuple[PriceKind, str | None, int | None, datetime | None]:
        """Return kind, model, cents and when the price was changed that they saw. No euros are no price.

        Raises:
            Faulty: a field cannot be understood.
        """
        bad = set()
        cents, seen, kind = None, None, PriceKind.PADS_ADULT
        if self.euros and (cents := read_cents(self.euros)) is None:
            bad.add("euros")
        if len(self.model) > LONGEST_MODEL or not _is_plain(self.model):
            bad.add("model")
        try:
            kind = PriceKind(self.kind)
            seen = read_instant(self.seen) if self.seen else None
        except ValueError:
            bad.add("kind")
        if bad:
            raise Faulty(frozenset(bad))
        return kind, self.model or None, cents, seen


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderQuestion:
    """Which supplies somebody wants to see: of which kinds, lapsing within how many days, in which area."""

    kinds: tuple[ConsumableKind, ...]
    ahead_days: int
    area: str | None

    @classmethod
    def parse(cls, fields: Mapping[str, str]) -> "OrderQuestion":
        """Read a query.

        Raises:
            NotFound: no page of ours asks so.
        """
        kind, ahead = fields.get("soort", EVERYTHING), fields.get("dagen", str(USUAL_AHEAD))
        try:
            kinds = tuple(ConsumableKind) if kind == EVERYTHING else (ConsumableKind(kind),)
            days = int(ahead)
        except ValueError as error:
            raise NotFound("There is no such page of orders.") from error
        if days not in AHEAD_DAYS:
            raise NotFound("There is no such page of orders.")
        return cls(kinds=kinds, ahead_days=days, area=fields.get("smederij") or None)

    @property
    def kind(self) -> str:
        """The kind as it stands in addresses."""
        return EVERYTHING if len(self.kinds) > 1 else str(self.kinds[0])

    def until_on(self, today: date) -> date:
        """Return the last day that is asked about."""
        return today + timedelta(days=self.ahead_days)


def read_cents(text: str) -> int | None:
    """Read an amount such as `75`, `75,5` or `75,50`; None where it is none."""
    match = EUROS.fullmatch(text.replace("€", "").strip())
    return None if match is None else int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0"))


def read_wanted(text: str) -> Wanted:
    """Read what a form says of a supply it saw: its number and its day.

    Raises:
        InvalidValue: no form of ours says so.
    """
    number, _, day = text.partition(JOINT)
    try:
        return Wanted(consumable_id=read_id(number), expires_on=read_day(day))
    except ValueError as error:
        raise InvalidValue("There is no such supply.") from error


def _is_plain(text: str) -> bool:
    try:
        refuse_controls(text)
    except ValueError:
        return False
    return True
