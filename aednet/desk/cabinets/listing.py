"""What the address of the list of cabinets asks for, and how it leads on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Self, TypeVar

from sqlalchemy.orm import Session

from aednet.accounts.rules import Caller
from aednet.areas.names import AreaName, find_area_name, list_area_names
from aednet.base.errors import NotFound
from aednet.cabinets.listing.lines import Order, Place, Question
from aednet.cabinets.listing.search import words_sought
from aednet.cabinets.rules import Readiness, Status
from aednet.cabinets.todo.rules import LAPSE_IN_SIGHT
from aednet.web.places import read_day, read_id, read_place, write_place

OFFERED: Final = 200  # areas to choose from; whoever looks after more finds a cabinet by its words
LONGEST: Final = 100  # characters that somebody looks for
NEVER: Final = "nooit"
ORDERS: Final = {"ref": Order.REF, "controle": Order.CHECK, "verval": Order.LAPSE}
Choice = TypeVar("Choice", Readiness, Status)

NATURAL_ORDER: Final = {  # where none is asked for: that in which the cabinets asked for stand together
    Readiness.READY: Order.CHECK,
    Readiness.DUE: Order.CHECK,
    Readiness.OVERDUE: Order.CHECK,
    Readiness.OUT_OF_SERVICE: Order.LAPSE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """What is asked for, as it stands in the address. An area is known to the caller, or there is none."""

    text: str
    area: AreaName | None
    readiness: Readiness | None
    status: Status | None
    without_guardian: bool
    lapsing: bool
    order: str
    after: Place | None

    @classmethod
    def read(cls, arguments: Mapping[str, str], session: Session, caller: Caller) -> Self:
        """Read an address.

        Raises:
            NotFound: it asks for something that no form and no link of ours does.
        """
        order = arguments.get("volgorde", "")
        if order not in {"", *ORDERS}:
            raise NotFound("There is no such list.")
        query = cls(
            text=arguments.get("q", "").strip()[:LONGEST],
            area=_area(arguments.get("smederij", ""), session, caller),
            readiness=_member(Readiness, arguments.get("toestand", "")),
            status=_member(Status, arguments.get("status", "")),
            without_guardian="zonder_beheerder" in arguments,
            lapsing="loopt_af" in arguments,
            order=order,
            after=None,
        )
        return query.behind(_place(arguments.get("na"), query.goes_by))

    @property
    def goes_by(self) -> Order:
        """By what the list goes: what is asked for, else what suits the filters."""
        if self.order:
            return ORDERS[self.order]
        if self.lapsing:
            return Order.LAPSE
        return Order.REF if self.readiness is None else NATURAL_ORDER.get(self.readiness, Order.REF)

    def question(self, caller: Caller, *, today: date) -> Question:
        """Return which cabinets the caller asks for."""
        return Question(
            area_ids=caller.area_ids if self.area is None else frozenset({self.area.id}),
            order=self.goes_by,
            words=words_sought(self.text) if self.text else None,
            status=self.status,
            readiness=self.readiness,
            without_guardian=self.without_guardian,
            lapsing_until=today + LAPSE_IN_SIGHT if self.lapsing else None,
        )

    def behind(self, place: Place | None) -> Self:
        """Return the same question about the page that begins behind a place."""
        return replace(self, after=place)

    @property
    def address(self) -> dict[str, str]:
        """The fields of the address that asks this."""
        said = {
            "q": self.text,
            "smederij": "" if self.area is None else self.area.slug,
            "toestand": self.readiness or "",
            "status": self.status or "",
            "zonder_beheerder": "1" if self.without_guardian else "",
            "loopt_af": "1" if self.lapsing else "",
            "volgorde": self.order,
            "na": "" if self.after is None else _written(self.after, self.goes_by),
        }
        return {name: str(value) for name, value in said.items() if value}

    @property
    def is_narrowed(self) -> bool:
        """Tell whether it asks for some only."""
        return bool(self.address.keys() - {"volgorde", "na"})


def offered_areas(session: Session, caller: Caller) -> tuple[AreaName, ...]:
    """Return the areas that a caller can choose from."""
    return list_area_names(session, within=caller.area_ids, after=None, limit=OFFERED).rows


def _area(slug: str, session: Session, caller: Caller) -> AreaName | None:
    if not slug:
        return None
    area = find_area_name(session, slug) if slug.isprintable() else None  # PostgreSQL knows no NUL
    if area is None or not caller.may_see_area(area.id):
        raise NotFound("There is no such area.")
    return area


def _member(kind: type[Choice], text: str) -> Choice | None:
    if not text:
        return None
    try:
        return kind(text)
    except ValueError as error:
        raise NotFound("There is no such list.") from error


def _place(text: str | None, order: Order) -> Place | None:
    if text is None:
        return None
    if order is Order.REF:
        (ref,) = read_place(text, _printable)
        return Place(ref=ref)
    day, own = read_place(text, _day_or_never, read_id)
    if day is None and order is Order.LAPSE:
        raise NotFound("There is no such page.")
    return Place(day=day, id=own)


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("is no reference")
    return text


def _day_or_never(text: str) -> date | None:
    return None if text == NEVER else read_day(text)


def _written(place: Place, order: Order) -> str:
    return write_place(place.ref) if order is Order.REF else write_place(place.day or NEVER, place.id)
