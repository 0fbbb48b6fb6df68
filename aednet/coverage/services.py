"""Writes of the coverage room."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.areas.queries import list_areas
from aednet.coverage.balance import responders_by_area
from aednet.coverage.models import PublishedResponders
from aednet.coverage.people import Crowd
from aednet.coverage.rules import TOTAL, responders_to_publish


def publish_responders(session: Session, crowd: Crowd, *, today: date) -> bool:
    """Bring the responder figures that the public sees up to date, once a day. Returns whether it was time.

    A figure moves only when the truth is ten or more away from it. The network's revision rises every
    day, whether a figure moved or not, so that it tells nothing of anybody.
    """
    rows = {row.scope: row for row in session.scalars(select(PublishedResponders))}
    if rows and all(row.refreshed_on >= today for row in rows.values()):
        return False
    by_area = responders_by_area(crowd, day=today)
    actual = {TOTAL: by_area.total()} | {area.slug: by_area[area.id] for area in list_areas(session)}
    for scope, count in actual.items():
        row = rows.pop(scope, None)
        if row is None:
            row = PublishedResponders(scope=scope, responders=0)
            session.add(row)
        row.responders = responders_to_publish(row.responders, count)
        row.refreshed_on = today
    for gone in rows.values():
        session.delete(gone)
    session.flush()
    return True
