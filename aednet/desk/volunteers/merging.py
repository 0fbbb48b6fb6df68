"""Two volunteers who are the same person: what they differ in, and making one of them, in every room."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from aednet.areas.ground import Ground
from aednet.cabinets.guarding.merging import move_guardianships
from aednet.messaging.merging import hand_over
from aednet.messaging.rules import RecipientKind
from aednet.volunteers.arrivals import Registrar
from aednet.volunteers.facts import VolunteerFacts
from aednet.volunteers.merging import BOTH_NOTES, FIELDS, Pair, hold_both, merge_volunteers

OTHER, BOTH = "ander", "beide"  # what a form says of a field; all else keeps it as it is


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Comparison:
    """Who stays, who goes, and the fields in which they differ, in the order of the page."""

    keep: VolunteerFacts
    other: VolunteerFacts

    @property
    def differing(self) -> tuple[str, ...]:
        """The names of the fields about which there is something to choose."""
        return tuple(name for name in COMPARED if COMPARED[name](self.keep) != COMPARED[name](self.other))


COMPARED: Final = {
    "name": lambda one: one.name,
    "phone": lambda one: one.phone,
    "email": lambda one: one.email,
    "home": lambda one: one.home,
    "roles": lambda one: one.promise.roles,
    "course_on": lambda one: one.course_on,
    "available": lambda one: one.available,
    "travel_mode": lambda one: one.travel_mode,
    "language": lambda one: one.language,
    "note": lambda one: one.note,
}


def merge(
    session: Session,
    pair: Pair,
    *,
    from_other: Collection[str],
    by: Registrar,
    ground: Ground,
    now: datetime,
    today: date,
) -> None:
    """Make one of two volunteers: cabinets and messages go along, then all that the volunteers' room keeps.

    Raises:
        NotFound, Conflict, CannotMerge, InvalidValue: as `merge_volunteers`.
    """
    hold_both(session, pair, by=by)
    move_guardianships(session, pair.other_id, pair.keep_id, today=today)
    hand_over(
        session,
        (RecipientKind.VOLUNTEER, pair.other_id),
        (RecipientKind.VOLUNTEER, pair.keep_id),
        now=now,
    )
    merge_volunteers(session, pair, from_other=from_other, by=by, ground=ground, now=now, today=today)


def fields_from_other(said: dict[str, str]) -> list[str]:
    """Return the fields that a form takes of the one who goes."""
    taken = [name for name in FIELDS if said.get(name) == OTHER]
    return [*taken, BOTH_NOTES] if said.get("note") == BOTH else taken
