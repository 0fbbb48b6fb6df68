"""Who looks after a cabinet, and who of them is away; people by number alone. All frozen values."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from aednet.cabinets.guarding.models import Absence
from aednet.cabinets.guarding.rules import Away, Watch
from aednet.cabinets.models import Guardianship
from aednet.cabinets.rules import GuardianRole


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceFacts:
    """An absence as it is stored."""

    id: int
    away: Away


def list_watches(session: Session, cabinet_id: int, *, today: date) -> tuple[Watch, ...]:
    """Return who looks after a cabinet `today` or will, guardians first, the longest serving first."""
    rows = session.execute(
        select(
            Guardianship.volunteer_id, Guardianship.role, Guardianship.since_on, Guardianship.until_on
        ).where(
            Guardianship.cabinet_id == cabinet_id,
            or_(Guardianship.until_on.is_(None), Guardianship.until_on > today),
        )
    ).mappings()
    watches = [Watch(**row) for row in rows]
    return tuple(
        sorted(
            watches, key=lambda one: (one.role is not GuardianRole.GUARDIAN, one.since_on, one.volunteer_id)
        )
    )


def list_absences(
    session: Session, volunteer_ids: Collection[int], *, today: date
) -> tuple[AbsenceFacts, ...]:
    """Return when these volunteers are away, now or later, the first first."""
    rows = session.execute(
        select(Absence.id, Absence.volunteer_id, Absence.from_on, Absence.until_on, Absence.cover_id)
        .where(Absence.volunteer_id.in_(volunteer_ids), Absence.until_on >= today)
        .order_by(Absence.from_on, Absence.id)
    )
    return tuple(
        AbsenceFacts(
            id=row.id,
            away=Away(
                volunteer_id=row.volunteer_id,
                from_on=row.from_on,
                until_on=row.until_on,
                cover_id=row.cover_id,
            ),
        )
        for row in rows
    )
