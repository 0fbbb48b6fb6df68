"""Writes of the coverage room."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.areas.queries import list_areas
from aednet.coverage.balance import responders_by_area
from aednet.coverage.models import PublishedResponders
from aednet.coverage.people import Crowd
from aednet.coverage.queries import are_responders_due
from aednet.coverage.rules import TOTAL, responders_to_publish, total_to_publish


def publish_responders(session: Session, crowd: Crowd, *, today: date) -> bool:
    """Bring the responder figures that the public sees up to date, once a day. Returns whether it was time.

    A figure moves only when the truth is ten or more away from it. The network's revision rises every
    day, whether a figure moved or not, so that it tells nothing of anybody.
    """
    if not are_responders_due(session, today):
        return False
    rows = {row.scope: row for row in session.scalars(select(PublishedResponders))}
    by_area = responders_by_area(crowd, day=today)
    shown = {
        area.slug: responders_to_publish(_shown(rows, area.slug), by_area[area.id])
        for area in list_areas(session)
    }
    shown[TOTAL] = total_to_publish(_shown(rows, TOTAL), by_area.total(), areas=sum(shown.values()))
    for scope, responders in shown.items():
        session.merge(PublishedResponders(scope=scope, responders=responders, refreshed_on=today))
    for scope in rows.keys() - shown.keys():
        session.delete(rows[scope])
    session.flush()
    return True


def _shown(rows: Mapping[str, PublishedResponders], scope: str) -> int:
    return rows[scope].responders if scope in rows else 0
