"""What else ends when a volunteer leaves or is erased, in the same transaction.

Volunteers know nothing of cabinets and messages, so `app.py` says what that is.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final, Protocol

from flask import Flask, current_app
from sqlalchemy.orm import Session

FAREWELLS: Final = "aednet_farewells"
ERASURES: Final = "aednet_erasures"


class Farewell(Protocol):
    """Ends what somebody did in another room, or erases what it keeps of them."""

    def __call__(self, session: Session, volunteer_id: int, *, actor: str, now: datetime) -> None:
        """Do so; done twice, it does no harm."""


def init_departures(
    app: Flask, *, farewells: Collection[Farewell] = (), erasures: Collection[Farewell] = ()
) -> None:
    """Have farewells said whenever a volunteer leaves or is erased, and erasures done in the latter case."""
    app.extensions |= {FAREWELLS: farewells, ERASURES: erasures}


def say_farewell(session: Session, volunteer_id: int, *, actor: str, now: datetime) -> None:
    """End what a volunteer who leaves did in other rooms."""
    for farewell in current_app.extensions[FAREWELLS]:
        farewell(session, volunteer_id, actor=actor, now=now)


def erase_elsewhere(session: Session, volunteer_id: int, *, actor: str, now: datetime) -> None:
    """Erase what other rooms keep of a volunteer, whose own row is there still."""
    for erasure in current_app.extensions[ERASURES]:
        erasure(session, volunteer_id, actor=actor, now=now)
