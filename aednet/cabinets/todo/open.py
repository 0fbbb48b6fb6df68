"""What happened at cabinets and is not dealt with yet, the oldest first: reports, findings, uses."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, SQLColumnExpression, TextClause, func, null, select, tuple_
from sqlalchemy.orm import Session

from aednet.base.urgency import Spot, begin_of
from aednet.cabinets.care.models import OPEN_FINDING, OPEN_PATH, AfterUse, Finding
from aednet.cabinets.models import IS_OPEN, Cabinet, ProblemReport


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTable:
    """A table of what happened at cabinets. `at` is when, `what` of which sort it is, if there are sorts."""

    row: type[ProblemReport | Finding | AfterUse]
    is_open: TextClause
    at: SQLColumnExpression[Any]
    goes_by_days: bool = False
    what: SQLColumnExpression[Any] | None = None


REPORTS: Final = OpenTable(
    row=ProblemReport, is_open=IS_OPEN, at=ProblemReport.reported_at, what=ProblemReport.kind
)
FINDINGS: Final = OpenTable(
    row=Finding, is_open=OPEN_FINDING, at=Finding.found_on, goes_by_days=True, what=Finding.item
)
USES: Final = OpenTable(row=AfterUse, is_open=OPEN_PATH, at=AfterUse.begun_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAtCabinet:
    """Something that is not dealt with, and the cabinet it is about; words of people have no place here."""

    id: int
    at: datetime
    what: str | None
    ref: str
    name: str
    area_id: int | None


def list_open(
    session: Session, table: OpenTable, *, within: Collection[int] | None, after: Spot | None, limit: int
) -> list[OpenAtCabinet]:
    """Return at most `limit` rows behind a spot."""
    what = null() if table.what is None else table.what
    wanted = (
        _open(table, within=within)
        .add_columns(
            table.row.id, table.at.label("at"), what.label("what"), Cabinet.ref, Cabinet.name, Cabinet.area_id
        )
        .order_by(table.at, table.row.id)
        .limit(limit)
    )
    if after is not None:
        spot = after.on_day() if table.goes_by_days else (after.at, after.id)
        wanted = wanted.where(tuple_(table.at, table.row.id) > spot)
    found = session.execute(wanted).mappings()
    if table.goes_by_days:
        return [OpenAtCabinet(**{**row, "at": begin_of(row["at"])}) for row in found]
    return [OpenAtCabinet(**row) for row in found]


def count_open(session: Session, table: OpenTable, *, within: Collection[int] | None, most: int) -> int:
    """Return how many rows are open, `most` standing for that many and more."""
    some = _open(table, within=within).add_columns(table.row.id).limit(most).subquery()
    return session.scalars(select(func.count()).select_from(some)).one()


def count_open_by_area(session: Session, table: OpenTable, *, within: Collection[int]) -> Counter[int]:
    """Return how many rows are open in each area."""
    counts = _open(table, within=within).add_columns(Cabinet.area_id, func.count()).group_by(Cabinet.area_id)
    return Counter({row[0]: row[1] for row in session.execute(counts)})


def _open(table: OpenTable, *, within: Collection[int] | None) -> Select[*tuple[Any, ...]]:
    """Join open rows and their cabinets. Within areas the way leads from those, which are few."""
    if within is None:
        wanted = select().select_from(table.row).join(Cabinet, Cabinet.id == table.row.cabinet_id)
    else:
        near = select(Cabinet.id).where(Cabinet.area_id.in_(within)).cte("near").prefix_with("MATERIALIZED")
        wanted = (
            select()
            .select_from(near)
            .join(Cabinet, Cabinet.id == near.c.id)
            .join(table.row, table.row.cabinet_id == near.c.id)
        )
    return wanted.where(table.is_open)
