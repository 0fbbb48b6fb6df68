"""Who may be the same person as somebody else: by number, by address, or by name and area."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from aednet.volunteers.facts import VolunteerFacts
from aednet.volunteers.queries import Sought
from aednet.volunteers.roster import search_roster

SHOWN: Final = 5  # of each kind; more than that share a number only where it was typed wrong


class Likeness(StrEnum):
    """What two volunteers have in common, the strongest first."""

    PHONE = "phone"
    EMAIL = "email"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Somebody who may be the same person, and why."""

    volunteer: VolunteerFacts
    by: Likeness


def find_alike(session: Session, somebody: VolunteerFacts, *, within: frozenset[int] | None) -> list[Alike]:
    """Return who shares number, address, or every word of the name within the area; each once.

    Only those who live in the areas `within`, None for all, are told of.
    """
    own_area = within if somebody.area_id is None else frozenset({somebody.area_id})
    asked = {
        Likeness.PHONE: (Sought(phone=somebody.phone), within),
        Likeness.EMAIL: (Sought(email=somebody.email), within),
        Likeness.NAME: (Sought(name=somebody.name), own_area),
    }
    if somebody.email is None:
        del asked[Likeness.EMAIL]
    found: dict[int, Alike] = {}
    for likeness, (sought, area_ids) in asked.items():
        for other in search_roster(session, sought, area_ids=area_ids, limit=SHOWN + 1).rows:
            is_alike = likeness is not Likeness.NAME or other.area_id == somebody.area_id
            if other.id != somebody.id and is_alike:
                found.setdefault(other.id, Alike(volunteer=other, by=likeness))
    return list(found.values())
