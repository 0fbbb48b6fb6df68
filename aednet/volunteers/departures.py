"""What else ends when a volunteer leaves or is erased, in the same transaction.

Volunteers know nothing of cabinets, so `app.py` says what that is.
"""

from datetime import datetime
from typing import Final, Protocol

from flask import Flask, current_app
from sqlalchemy.orm import Session

EXTENSION: Final = "aednet_farewells"


class Farewell(Protocol):
    """Ends what somebody did in another room."""

    def __call__(self, session: Session, volunteer_id: int, *, actor: str, now: datetime) -> None:
        """End it; done twice, it does no harm."""


def init_departures(app: Flask, *farewells: Farewell) -> None:
    """Have these done whenever a volunteer of `app` leaves."""
    app.extensions[EXTENSION] = farewells


def say_farewell(session: Session, volunteer_id: int, *, actor: str, now: datetime) -> None:
    """End what a volunteer who leaves did in other rooms."""
    for farewell in current_app.extensions[EXTENSION]:
        farewell(session, volunteer_id, actor=actor, now=now)
