"""New volunteers, one or many: their rows, the words they are found by and what they consented to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from aednet.base.context import is_demo
from aednet.volunteers.changes import columns_of
from aednet.volunteers.drafts import VolunteerDraft
from aednet.volunteers.keys import hashes_of_words
from aednet.volunteers.models import ConsentEvent, Volunteer, VolunteerNameWord
from aednet.volunteers.rules import ConsentKind, ConsentWay, Status
from aednet.volunteers.training.courses import keep_first_courses

CONSENT_VERSION: Final = "2026-11"  # of the words in templates/volunteers/_consent.html


@dataclass(frozen=True, slots=True, kw_only=True)
class Registrar:
    """Who brings volunteers in or changes one: they themselves, a coordinator for them, or the demo.

    `within` are the areas in which they may do so, None for anywhere; `status` is what the new ones get.
    """

    actor: str
    way: ConsentWay
    status: Status
    within: frozenset[int] | None


def new_volunteer(draft: VolunteerDraft, area_id: int | None, *, by: Registrar, now: datetime) -> Volunteer:
    """Return the row of a new volunteer, not yet stored."""
    values = dict(draft) | {"home": draft.home, "area_id": area_id, "status": by.status}
    return Volunteer(
        **columns_of(values),
        is_example=is_demo(),
        consent_version=CONSENT_VERSION,
        consented_at=now,
        created_at=now,
        updated_at=now,
    )


def add_volunteers(
    session: Session, volunteers: Sequence[Volunteer], *, way: ConsentWay, by: str = "system"
) -> None:
    """Store new volunteers, the words of their names, their courses and their consent. Numbers them."""
    session.add_all(volunteers)
    session.flush()
    session.execute(
        insert(VolunteerNameWord), [words for volunteer in volunteers for words in words_of(volunteer)]
    )
    session.execute(
        insert(ConsentEvent),
        [
            {
                "volunteer_id": volunteer.id,
                "version": volunteer.consent_version,
                "kind": ConsentKind.GIVEN,
                "way": way,
                "at": volunteer.consented_at,
            }
            for volunteer in volunteers
        ],
    )
    keep_first_courses(session, volunteers, by=by)


def words_of(volunteer: Volunteer) -> list[dict[str, Any]]:
    """Return the rows of the words by which a stored volunteer is found."""
    return [{"volunteer_id": volunteer.id, "word_hash": word[0]} for word in hashes_of_words(volunteer.name)]
