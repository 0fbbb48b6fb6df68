"""The list of what waits for a person: to be read, to be decided, held for want of money, routes at rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from aednet.accounts.rules import Caller, Permission
from aednet.areas.names import AreaName, names_of
from aednet.base.paging import Page
from aednet.base.urgency import Spot
from aednet.desk.conversations.people import Correspondent, Who, name_people, who_gets, who_wrote
from aednet.messaging.circuits import OpenCircuit, open_circuits
from aednet.messaging.queries import InboundRow, ReminderRow, list_reminders, list_unread
from aednet.messaging.rules import State

PAGE = 50  # of one box
GLANCE = 10  # of each, where all are shown


class Box(StrEnum):
    """What waits for what."""

    UNREAD = "ongelezen"
    DOUBT = "twijfel"
    HELD = "budget"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Boxes:
    """A page of the boxes that are shown, and who and where is meant in them."""

    unread: Page[InboundRow, Spot] | None
    doubt: Page[ReminderRow, int] | None
    held: Page[ReminderRow, int] | None
    circuits: Sequence[OpenCircuit]
    people: Mapping[Who, Correspondent]
    area_names: Mapping[int, AreaName]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which box is asked for, all with None, and from behind which place."""

    box: Box | None = None
    spot: Spot | None = None
    after: int = 0


def open_boxes(session: Session, question: Question, caller: Caller, *, now: datetime) -> Boxes:
    """Return what waits for somebody in the caller's areas."""
    box, limit = question.box, GLANCE if question.box is None else PAGE
    unread, messages = None, {}
    if box in {None, Box.UNREAD}:
        unread = list_unread(session, within=caller.area_ids, after=question.spot, limit=limit)
    for one, state in ((Box.DOUBT, State.NEEDS_REVIEW), (Box.HELD, State.HELD)):
        if box in {None, one}:
            page = list_reminders(
                session, within=caller.area_ids, state=state, after=question.after, limit=limit
            )
            # What another message carries is decided with that.
            messages[one] = replace(page, rows=tuple(row for row in page.rows if row.carrier_id is None))
    rows = [row for page in messages.values() for row in page.rows]
    written = () if unread is None else unread.rows
    areas = [row.area_id for row in rows] + [row.area_id for row in written]
    return Boxes(
        unread=unread,
        doubt=messages.get(Box.DOUBT),
        held=messages.get(Box.HELD),
        circuits=[*open_circuits(session, now=now)] if caller.may(Permission.ADMINISTER) else [],
        people=name_people(session, {*map(who_wrote, written), *map(who_gets, rows)}, caller),
        area_names=names_of(session, {one for one in areas if one is not None}),
    )
