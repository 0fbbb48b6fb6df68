"""Reads of the coverage room's own tables."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aednet.coverage.models import PublishedResponders


def published_responders(session: Session) -> dict[str, int]:
    """Return how many responders the public is told of, by scope: an area's slug, or `rules.TOTAL`."""
    rows = session.scalars(select(PublishedResponders))
    return {row.scope: row.responders for row in rows}


def are_responders_due(session: Session, today: date) -> bool:
    """Tell whether the responder figures that the public sees still want today's look."""
    oldest = session.scalar(select(func.min(PublishedResponders.refreshed_on)))
    return oldest is None or oldest < today
