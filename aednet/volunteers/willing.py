"""Whether a volunteer can be asked to look after a cabinet."""

from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.base.errors import Conflict, NotFound
from aednet.volunteers.models import Volunteer
from aednet.volunteers.people import TAKES_PART
from aednet.volunteers.queries import is_number, lives_within


class NotWilling(Conflict):
    """The volunteer does not take part now, or never said they would look after a cabinet."""

    code: ClassVar[str] = "not_willing"


def hold_willing(session: Session, volunteer_id: int, *, within: frozenset[int] | None) -> None:
    """Make sure that a volunteer can look after a cabinet, and stays so until the transaction ends.

    To be called before the cabinet is held: whoever leaves holds themselves first, and then their cabinets.

    Raises:
        NotFound: there is no such volunteer in these areas.
        NotWilling: they are not to be asked.
    """
    found = session.execute(
        select(Volunteer.guards, Volunteer.status)
        .where(is_number(volunteer_id), lives_within(within))
        .with_for_update(read=True)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such volunteer.")
    if not found.guards or found.status not in TAKES_PART:
        raise NotWilling("The volunteer is not to be asked.")
