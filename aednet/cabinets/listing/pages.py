"""The list of cabinets as the desk reads it: filtered, sorted and searched, a page at a time.

A page begins with a stretch of the list: at most `STRETCH` cabinets in order, read from an index that
begins with the status or holds only what is asked for. Whatever else is asked is looked for among those
alone, so that a page costs the same in a network of any size. Where few of them fit, the page is short and
leads on. Within areas, which are bounded, and among those that words found, the cabinets are gathered
first: no planner then walks the network's order in the hope of meeting one of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, Subquery, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from aednet.areas.models import Area
from aednet.base.paging import Page
from aednet.cabinets.listing.conditions import Condition, conditions, scope_of, span_of
from aednet.cabinets.listing.lines import ListedCabinet, Order, Place, Question
from aednet.cabinets.listing.search import find_by_words
from aednet.cabinets.models import Cabinet
from aednet.cabinets.rules import Upkeep

STRETCH = 1_000  # cabinets read for a page of fifty; some milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class CabinetList:
    """A page of the list; `is_partial` where the words fit so many that only some were looked at."""

    page: Page[ListedCabinet, Place]
    is_partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """Cabinets in order from a place on: those that fit `where`. Unless gathered, one index serves both."""

    where: tuple[Condition, ...]
    keys: tuple[InstrumentedAttribute[Any], ...]
    is_gathered: bool

    def read(self) -> Subquery:
        wanted = select(*COLUMNS).where(*self.where)
        if self.is_gathered:
            gathered = wanted.cte("gathered").prefix_with("MATERIALIZED")
            ordered = select(gathered).order_by(*(gathered.c[key.key] for key in self.keys))
        else:
            ordered = wanted.order_by(*self.keys)
        return ordered.limit(STRETCH).subquery("stretch")


COLUMNS = (
    Cabinet.id,
    Cabinet.ref,
    Cabinet.name,
    Cabinet.address,
    Cabinet.area_id,
    Cabinet.status,
    Cabinet.passed,
    Cabinet.inspected_on,
    Cabinet.check_due_on,
    Cabinet.pads_expire_on,
    Cabinet.battery_expires_on,
    Cabinet.fails_on,
    Cabinet.guardian_id,
)
KEYS: dict[Order, tuple[InstrumentedAttribute[Any], ...]] = {
    Order.REF: (Cabinet.ref,),
    Order.CHECK: (Cabinet.check_due_on, Cabinet.id),
    Order.LAPSE: (Cabinet.fails_on, Cabinet.id),
}


def list_cabinets(
    session: Session, question: Question, *, today: date, after: Place | None = None, limit: int
) -> CabinetList:
    """Return at most `limit` of the cabinets asked for, in their order from behind `after` on."""
    if question.words is None or (question.words and question.area_ids is not None):
        scope, is_partial = scope_of(question), False
    elif question.words:
        hits = find_by_words(session, question.words)
        scope, is_partial = Cabinet.id.in_(hits.ids), hits.is_partial
    else:
        return CabinetList(page=Page(rows=(), next_after=None))
    page = _page(session, question, scope, today=today, after=after, limit=limit)
    return CabinetList(page=page, is_partial=is_partial)


def _page(
    session: Session,
    question: Question,
    scope: Condition,
    *,
    today: date,
    after: Place | None,
    limit: int,
) -> Page[ListedCabinet, Place]:
    found: list[ListedCabinet] = []
    for stretch in _stretches(question, scope, today=today, after=after):
        read = stretch.read()
        fitting = _lines(read).where(*conditions(question, read, today=today))
        ordered = fitting.order_by(*(read.c[key.key] for key in stretch.keys))
        rows = session.execute(ordered.limit(limit + 1 - len(found))).mappings()
        found += [_to_line(row) for row in rows]
        if len(found) > limit:
            return Page(rows=tuple(found[:limit]), next_after=_place(question.order, found[limit - 1]))
        if (end := _end(session, read, stretch.keys, question.order)) is not None:
            return Page(rows=tuple(found), next_after=end)
    return Page(rows=tuple(found), next_after=None)


def _stretches(
    question: Question, scope: Condition, *, today: date, after: Place | None
) -> Iterator[_Stretch]:
    """Yield where the page may begin, and where it goes on: what was never checked goes before all days."""
    where: tuple[Condition, ...]
    keys = KEYS[question.order]
    is_gathered = question.area_ids is not None or question.words is not None
    if question.order is Order.REF:
        where = (scope,) if after is None else (scope, Cabinet.ref > after.ref)
        yield _Stretch(where=where, keys=keys, is_gathered=is_gathered)
        return
    day = keys[0]
    span = span_of(question, today=today)
    if question.order is Order.CHECK:
        if span is None and (after is None or after.day is None):
            behind = () if after is None else (Cabinet.id > after.id,)
            where = (scope, day.is_(None), *behind)
            yield _Stretch(where=where, keys=keys, is_gathered=is_gathered)
            after = None
        span = day.is_not(None) if span is None else span
    where = (scope,) if span is None else (scope, span)
    if after is not None:
        where = (*where, tuple_(day, Cabinet.id) > tuple_(after.day, after.id))
    yield _Stretch(where=where, keys=keys, is_gathered=is_gathered)


def _lines(read: Subquery) -> Select[Any]:
    return select(*read.c, Area.name.label("area_name")).outerjoin(Area, Area.id == read.c.area_id)


def _end(
    session: Session, read: Subquery, keys: Sequence[InstrumentedAttribute[Any]], order: Order
) -> Place | None:
    """Return the last place of a stretch, if the list may go on behind it."""
    last = select(*read.c).order_by(*(read.c[key.key].desc() for key in keys)).limit(1)
    if session.scalars(select(func.count()).select_from(read)).one() < STRETCH:
        return None
    row = session.execute(last).mappings().one()
    return _place(order, _to_line({**row, "area_name": None}))


def _place(order: Order, line: ListedCabinet) -> Place:
    if order is Order.REF:
        return Place(ref=line.ref)
    return Place(day=line.check_due_on if order is Order.CHECK else line.fails_on, id=line.id)


def _to_line(row: Mapping[Any, Any]) -> ListedCabinet:
    return ListedCabinet(
        id=row["id"],
        ref=row["ref"],
        name=row["name"],
        address=row["address"],
        area_name=row["area_name"],
        check_due_on=row["check_due_on"],
        fails_on=row["fails_on"],
        has_guardian=row["guardian_id"] is not None,
        upkeep=Upkeep(
            status=row["status"],
            pads_expire_on=row["pads_expire_on"],
            battery_expires_on=row["battery_expires_on"],
            inspected_on=row["inspected_on"],
            passed=row["passed"],
        ),
    )
