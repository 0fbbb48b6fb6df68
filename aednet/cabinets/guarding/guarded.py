"""The cabinets that a volunteer looks after."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from aednet.cabinets.models import Cabinet, Guardianship
from aednet.cabinets.rules import GuardianRole


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardedCabinet:
    """A cabinet, and what somebody is to it since when."""

    ref: str
    name: str
    area_id: int | None
    role: GuardianRole
    since_on: date


def list_guarded(session: Session, volunteer_id: int, *, today: date) -> list[GuardedCabinet]:
    """Return the cabinets that somebody looks after `today` or will, the longest first."""
    rows = session.execute(
        select(Cabinet.ref, Cabinet.name, Cabinet.area_id, Guardianship.role, Guardianship.since_on)
        .join(Cabinet, Cabinet.id == Guardianship.cabinet_id)
        .where(
            Guardianship.volunteer_id == volunteer_id,
            or_(Guardianship.until_on.is_(None), Guardianship.until_on > today),
        )
        .order_by(Guardianship.since_on, Cabinet.ref)
    )
    return [GuardedCabinet(**row) for row in rows.mappings()]
