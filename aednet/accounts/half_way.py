"""Whoever gave the right password and owes a code: kept in the signed cookie for minutes, and no session."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flask import session

KEPT_AS: Final = "half_way"
HALF_WAY_LASTS: Final = timedelta(minutes=5)  # to find the phone, and for ten codes to pass by


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfWay:
    """Whose password was right, and a mark of that password: changed meanwhile, it is right no more."""

    account_id: int
    password_mark: str


def remember_half_way(half: HalfWay, *, now: datetime) -> None:
    """Have the browser that asks carry how far it came."""
    session[KEPT_AS] = [half.account_id, half.password_mark, now.timestamp()]


def find_half_way(*, now: datetime) -> HalfWay | None:
    """Return how far the browser that asks came, if that was within the last five minutes."""
    kept = session.get(KEPT_AS)
    if kept is None:
        return None
    account_id, mark, since = kept
    if not 0 <= now.timestamp() - since < HALF_WAY_LASTS.total_seconds():
        return None
    return HalfWay(account_id=account_id, password_mark=mark)
