"""Writes of what things cost: administrators fill in what they pay."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from aednet.accounts.rules import Caller
from aednet.base import audit
from aednet.base.errors import Conflict
from aednet.cabinets.costs.models import Price
from aednet.cabinets.costs.rules import PriceKind


class PriceChanged(Conflict):
    """Somebody else changed the price since the caller saw it."""

    code: ClassVar[str] = "price_changed"


def set_price(
    session: Session,
    kind: PriceKind,
    model: str | None,
    cents: int | None,
    *,
    seen_at: datetime | None,
    by: Caller,
    now: datetime,
) -> bool:
    """Set what one of a kind costs, of any model or of one; None forgets it. Returns whether it differed.

    `seen_at` is when the price was changed that the caller saw, or None where they saw none.

    Raises:
        PriceChanged: it is another price by now; nothing is set.
    """
    is_it = Price.model.is_(None) if model is None else Price.model == model
    price = session.scalar(select(Price).where(Price.kind == kind, is_it).with_for_update())
    if (None if price is None else price.cents) == cents:
        return False
    if (None if price is None else price.changed_at) != seen_at:
        raise PriceChanged("The price was changed meanwhile.")
    if price is None:
        price = Price(kind=kind, model=model)
        session.add(price)
    if cents is None:
        session.delete(price)
    else:
        price.cents, price.changed_at = cents, now
    try:
        session.flush()
    except IntegrityError as error:
        raise PriceChanged("The price was changed meanwhile.") from error
    detail = {"kind": kind.value, "cents": "none" if cents is None else str(cents)}
    if model is not None:
        detail["model"] = model
    audit.record(session, at=now, actor=by.actor, action="price_set", subject="prices", detail=detail)
    return True
