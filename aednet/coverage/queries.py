"""Reads of the coverage room's own tables."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.coverage.models import PublishedResponders


def published_responders(session: Session) -> dict[str, int]:
    """Return how many responders the public is told of, by scope: `total`, or an area's slug."""
    rows = session.scalars(select(PublishedResponders))
    return {row.scope: row.responders for row in rows}
