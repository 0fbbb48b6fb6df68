"""What volunteers are called, for pages that know them by number."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.volunteers.models import Volunteer
from aednet.volunteers.queries import lives_within

AT_ONCE = 10_000  # numbers in one question, well below what either database takes


def find_names(
    session: Session, volunteer_ids: Sequence[int], *, within: frozenset[int] | None
) -> dict[int, str]:
    """Return by number the names of those who live in one of the areas `within`, or anywhere for None."""
    names: dict[int, str] = {}
    for start in range(0, len(volunteer_ids), AT_ONCE):
        asked = Volunteer.id.in_(volunteer_ids[start : start + AT_ONCE])
        rows = session.execute(select(Volunteer.id, Volunteer.name).where(asked, lives_within(within)))
        names |= {row.id: row.name for row in rows}
    return names
