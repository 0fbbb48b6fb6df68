"""That who was erased stays so, whatever older state of the database is put back."""

from contextlib import suppress
from datetime import datetime
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from aednet.base.context import current
from aednet.base.errors import NotFound
from aednet.base.lasting import Lasting, note_lasting, read_lasting
from aednet.volunteers.arrivals import Registrar
from aednet.volunteers.models import Volunteer
from aednet.volunteers.rules import ConsentWay, Status
from aednet.volunteers.services import erase_volunteer

RESTORER: Final = Registrar(actor="system", way=ConsentWay.COORDINATOR, status=Status.NEW, within=None)
NEXT_SQLITE: Final = text("UPDATE sqlite_sequence SET seq = max(seq, :last) WHERE name = 'volunteer'")
FIRST_SQLITE: Final = text(
    "INSERT INTO sqlite_sequence (name, seq) SELECT 'volunteer', :last "
    "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'volunteer')"
)
NEXT_POSTGRESQL: Final = text(
    "SELECT setval('volunteer_id_seq', greatest(:last, last_value)) FROM volunteer_id_seq"
)


def note_erasure(session: Session, volunteer_id: int, *, actor: str, now: datetime) -> None:
    """Note outside the database that a volunteer is erased; the part of an erasure that outlives it."""
    settings, number = current().settings, str(volunteer_id)
    if number not in read_lasting(settings, Lasting.ERASED):
        note_lasting(settings, Lasting.ERASED, number)


def erase_again(session: Session, *, now: datetime) -> int:
    """Erase those who were erased and are there, and never give their numbers to anybody else.

    Returns how many were there.
    """
    numbers = {int(line) for line in read_lasting(current().settings, Lasting.ERASED) if line.isdecimal()}
    if not numbers:
        return 0
    there = select(Volunteer.id).where(Volunteer.id.in_(numbers)).order_by(Volunteer.id)
    known = session.scalars(there).all()
    for volunteer_id in known:
        with suppress(NotFound):
            erase_volunteer(session, volunteer_id, by=RESTORER, now=now)
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    for statement in (NEXT_POSTGRESQL,) if is_postgresql else (NEXT_SQLITE, FIRST_SQLITE):
        session.execute(statement, {"last": max(numbers)})
    return len(known)
