"""Who is told that a seat came free for somebody, in the same transaction.

Seats come free in many ways. Volunteers know nothing of messages, so `app.py` says who passes it on.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final, Protocol

from flask import Flask, current_app
from sqlalchemy.orm import Session

EXTENSION: Final = "aednet_moving_up"


class Teller(Protocol):
    """Passes on who has a seat now in a training day for which they waited."""

    def __call__(
        self, session: Session, training_id: int, volunteer_ids: Collection[int], *, now: datetime
    ) -> None:
        """Pass it on."""


def init_moving_up(app: Flask, teller: Teller) -> None:
    """Have it passed on whenever somebody moves up in a training day of `app`."""
    app.extensions[EXTENSION] = teller


def tell_moved_up(
    session: Session, training_id: int, volunteer_ids: Collection[int], *, now: datetime
) -> None:
    """Pass on who moved up, if anybody did."""
    if volunteer_ids:
        current_app.extensions[EXTENSION](session, training_id, volunteer_ids, now=now)
