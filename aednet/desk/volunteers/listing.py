"""What the address of the list asks for, and how it leads on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Self, TypeVar

from sqlalchemy.orm import Session

from aednet.accounts.rules import Caller
from aednet.areas.names import AreaName, find_area_name, list_area_names
from aednet.base.errors import NotFound
from aednet.volunteers.roster import Certificate, Order, RosterFilter, RosterPlace
from aednet.volunteers.rules import Role, Status
from aednet.web.places import read_day, read_id, read_place, write_place

OFFERED: Final = 200  # areas to choose from; a coordinator of more has the whole list

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """What is asked for, as it stands in the address. An area is known to the caller, or there is none."""

    area: AreaName | None
    role: Role | None
    status: Status | None
    certificate: Certificate | None
    order: Order
    after: RosterPlace | None

    @classmethod
    def read(cls, arguments: Mapping[str, str], session: Session, caller: Caller) -> Self:
        """Read an address.

        Raises:
            NotFound: it asks for something that no form and no link of ours does.
        """
        area = _area(arguments.get("smederij", ""), session, caller)
        certificate = _chosen(Certificate, arguments.get("certificaat", ""))
        order = _chosen(Order, arguments.get("volgorde", "")) or Order.NUMBER
        query = cls(
            area=area,
            role=_chosen(Role, arguments.get("rol", "")),
            status=_chosen(Status, arguments.get("stand", "")),
            certificate=certificate,
            order=order,
            after=None,
        )
        return query.behind(_place(arguments.get("na"), by_lapse=query.wanted(caller).by_lapse))

    def behind(self, place: RosterPlace | None) -> Self:
        """Return the same question about the page that begins behind a place."""
        return replace(self, after=place)

    def wanted(self, caller: Caller) -> RosterFilter:
        """Return which volunteers the caller asks for."""
        return RosterFilter(
            area_ids=caller.area_ids if self.area is None else frozenset({self.area.id}),
            role=self.role,
            status=self.status,
            certificate=self.certificate,
            order=self.order,
        )

    @property
    def address(self) -> dict[str, str]:
        """The fields of the address that asks this."""
        said = {
            "smederij": None if self.area is None else self.area.slug,
            "rol": self.role,
            "stand": self.status,
            "certificaat": self.certificate,
            "volgorde": None if self.order is Order.NUMBER else self.order,
            "na": None if self.after is None else _written(self.after),
        }
        return {name: str(value) for name, value in said.items() if value is not None}

    @property
    def is_narrowed(self) -> bool:
        """Tell whether it asks for some only."""
        return any((self.area, self.role, self.status, self.certificate))


def offered_areas(session: Session, caller: Caller) -> tuple[AreaName, ...]:
    """Return the areas that a caller can choose from."""
    return list_area_names(session, within=caller.area_ids, after=None, limit=OFFERED).rows


def _area(slug: str, session: Session, caller: Caller) -> AreaName | None:
    if not slug:
        return None
    area = find_area_name(session, slug)
    if area is None or not caller.may_see_area(area.id):
        raise NotFound("There is no such area.")
    return area


def _chosen(kind: type[Choice], text: str) -> Choice | None:
    if not text:
        return None
    try:
        return kind(text)
    except ValueError as error:
        raise NotFound("There is no such list.") from error


def _place(text: str | None, *, by_lapse: bool) -> RosterPlace | None:
    if text is None:
        return None
    if by_lapse:
        lapses_on, own = read_place(text, read_day, read_id)
        return RosterPlace(lapses_on=lapses_on, id=own)
    (own,) = read_place(text, read_id)
    return RosterPlace(lapses_on=None, id=own)


def _written(place: RosterPlace) -> str:
    return write_place(place.id) if place.lapses_on is None else write_place(place.lapses_on, place.id)
