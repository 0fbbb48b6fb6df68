"""The to-do page as it is shown: a page of lines in their bands, and how much there is of what and where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy.orm import Session

from aednet.accounts.rules import Caller, Permission
from aednet.areas.names import AreaName, find_area_name, list_area_names, names_of
from aednet.base.errors import NotFound
from aednet.desk.todo.everything import count_by_area, count_by_kind, list_lines
from aednet.desk.todo.question import Question
from aednet.desk.todo.stock import MOST, Line, Scope
from aednet.desk.todo.urgency import Band, Kind, Place

PAGE = 50  # lines, and areas beside them


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedArea:
    """An area of the caller, and how much there is to do in it."""

    area: AreaName
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TodoView:
    """What the page shows. Counts of kinds stop at `MOST`."""

    question: Question
    area: AreaName | None
    bands: Sequence[tuple[Band, Sequence[Line]]]
    next_after: Place | None
    area_names: Mapping[int, AreaName]  # of the areas that the lines lie in
    kinds: Mapping[Kind, int]  # of which there is anything, in their order
    areas: Sequence[CountedArea]
    next_areas_after: str | None

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing was left out on purpose: neither areas, nor kinds, nor what comes before."""
        return self.area is None and self.question.kind is None and self.question.after is None

    @property
    def total(self) -> int | None:
        """How many lines there are in all, or None where that is more than anybody counts."""
        return None if any(count >= MOST for count in self.kinds.values()) else sum(self.kinds.values())


def scope_of(
    session: Session, caller: Caller, *, now: datetime, today: date, area: AreaName | None = None
) -> Scope:
    """Return whose things to do a caller sees: those of their areas, or of one of them."""
    return Scope(
        session=session,
        within=caller.area_ids if area is None else frozenset({area.id}),
        sees_people=caller.may(Permission.SEE_PEOPLE),
        now=now,
        today=today,
    )


def view_todo(
    session: Session, caller: Caller, question: Question, *, now: datetime, today: date
) -> TodoView:
    """Put together what the page shows.

    Raises:
        NotFound: the area that is asked for is none of the caller's.
    """
    area = None if question.area is None else _area(session, caller, question.area)
    scope = scope_of(session, caller, now=now, today=today, area=area)
    page = list_lines(scope, kind=question.kind, after=question.after, limit=PAGE)
    counts = count_by_kind(scope)
    own = list_area_names(session, within=caller.area_ids, after=question.areas_after, limit=PAGE)
    by_area = count_by_area(scope, [one.id for one in own.rows])
    return TodoView(
        question=question,
        area=area,
        bands=[(band, list(lines)) for band, lines in groupby(page.rows, key=lambda line: line.place.band)],
        next_after=page.next_after,
        area_names=names_of(session, {line.area_id for line in page.rows if line.area_id is not None}),
        kinds={kind: counts[kind] for kind in Kind if counts[kind]},
        areas=[CountedArea(area=one, count=by_area[one.id]) for one in own.rows],
        next_areas_after=own.next_after,
    )


def _area(session: Session, caller: Caller, slug: str) -> AreaName:
    area = find_area_name(session, slug)
    if area is None or not caller.may_see_area(area.id):
        raise NotFound("There is no such area.")
    return area
