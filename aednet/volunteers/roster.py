"""The list of volunteers as the desk reads it: by number or by lapse date, a page at a time, or by a search.

No page costs more than the one before it, however many volunteers there are. An index serves the area or the
status, the dates and the order; the rest is looked for among the next thousand. A page on which fewer are
found is short, and goes on where the looking stopped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, exists, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from aednet.base.branches import first_rows
from aednet.base.paging import Page
from aednet.base.texts import folded
from aednet.volunteers.facts import VolunteerFacts
from aednet.volunteers.keys import hashes_of_email, hashes_of_phone, hashes_of_words
from aednet.volunteers.models import Volunteer, VolunteerNameWord
from aednet.volunteers.queries import Sought, find_volunteers, lives_within, roles_of
from aednet.volunteers.rules import Role, Status
from aednet.volunteers.training.rules import LAPSES_WITHIN

LOOKED_AT: Final = 1_000  # volunteers, or bearers of a word, among whom one page looks for those that fit
WORD = VolunteerNameWord


class Certificate(StrEnum):
    """How somebody's certificate stands; one that lapses soon is current."""

    CURRENT = "current"
    SOON = "soon"
    LAPSED = "lapsed"
    NONE = "none"


class Order(StrEnum):
    """By what the list goes; those without a certificate have no place in the order of lapse dates."""

    NUMBER = "number"
    LAPSE = "lapse"


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterFilter:
    """Which volunteers the list is about. `area_ids` is None for everybody."""

    area_ids: frozenset[int] | None
    role: Role | None = None
    status: Status | None = None
    certificate: Certificate | None = None
    order: Order = Order.NUMBER

    @property
    def by_lapse(self) -> bool:
        """Tell whether the list goes by lapse date, as it does wherever it asks for one."""
        if self.certificate is None:
            return self.order is Order.LAPSE
        return self.certificate is not Certificate.NONE

    @property
    def is_found_by_index(self) -> bool:
        """Tell whether an index finds them without a look at others."""
        return self.role is None and (self.status is None or self.area_ids is None)

    @property
    def is_backwards(self) -> bool:
        """Tell whether the latest date comes first: of what has lapsed, what did so last."""
        return self.certificate is Certificate.LAPSED


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class RosterPlace:
    """Where a volunteer stands in the list; `lapses_on` in one by lapse date."""

    lapses_on: date | None
    id: int


RosterPage = Page[VolunteerFacts, RosterPlace]


def list_roster(
    session: Session, wanted: RosterFilter, *, today: date, limit: int, after: RosterPlace | None = None
) -> RosterPage:
    """Return a page of the list, of at most `limit` volunteers."""
    window = limit + 1 if wanted.is_found_by_index else LOOKED_AT
    place_of = _place_by_lapse if wanted.by_lapse else _place_by_number
    rows = first_rows(
        session,
        [_in_order(branch, wanted, today=today, after=after) for branch in _branches(wanted)],
        limit=window + 1,
        key=place_of,
        is_backwards=wanted.is_backwards,
    )
    fitting = [row for row in rows[:window] if wanted.is_found_by_index or _fits(row, wanted)]
    is_more = len(rows) > window or len(fitting) > limit
    last = fitting[limit - 1] if len(fitting) > limit else rows[:window][-1] if is_more else None
    return Page(
        rows=_facts(session, [row.id for row in fitting[:limit]], within=wanted.area_ids),
        next_after=None if last is None else place_of(last),
    )


def search_roster(
    session: Session,
    sought: Sought,
    *,
    area_ids: frozenset[int] | None,
    limit: int,
    after: int | None = None,
) -> Page[VolunteerFacts, int]:
    """Return a page of those who are sought among who lives in these areas, by number."""
    start = 0 if after is None else after
    statement = (
        select(Volunteer.id)
        .where(Volunteer.id > start, lives_within(area_ids))
        .order_by(Volunteer.id)
        .limit(limit + 1)
    )
    stopped_at = None
    if sought.phone is not None:
        statement = statement.where(Volunteer.phone_hash.in_(hashes_of_phone(sought.phone)))
    elif sought.email is not None:
        statement = statement.where(Volunteer.email_hash.in_(hashes_of_email(sought.email)))
    elif not folded(sought.name):
        return Page(rows=(), next_after=None)
    else:
        words = hashes_of_words(sought.name)
        bearers = min((_bearers(session, word, start=start) for word in words), key=len)
        among = bearers[:LOOKED_AT]
        stopped_at = among[-1] if len(bearers) > LOOKED_AT else None
        statement = statement.where(Volunteer.id.in_(among), *map(_bears, words))
    ids = list(session.scalars(statement))
    return Page(
        rows=_facts(session, ids[:limit], within=area_ids),
        next_after=ids[limit - 1] if len(ids) > limit else stopped_at,
    )


def _branches(wanted: RosterFilter) -> list[Select[*tuple[Any, ...]]]:
    """Return what is asked of each index: no more columns than it holds, so that it answers by itself."""
    columns: list[InstrumentedAttribute[Any]] = [Volunteer.id]
    if wanted.by_lapse:
        columns.append(Volunteer.certificate_lapses_on)
    if not wanted.is_found_by_index:
        columns += [Volunteer.status, Volunteer.responds, Volunteer.fetches, Volunteer.guards]
    every = select(*columns)
    if wanted.area_ids is not None:
        return [every.where(Volunteer.area_id == area_id) for area_id in sorted(wanted.area_ids)]
    return [every if wanted.status is None else every.where(Volunteer.status == wanted.status)]


def _in_order(
    branch: Select[*tuple[Any, ...]], wanted: RosterFilter, *, today: date, after: RosterPlace | None
) -> Select[*tuple[Any, ...]]:
    lapses_on, own = Volunteer.certificate_lapses_on, Volunteer.id
    branch = branch.where(*_has(wanted, today=today))
    if not wanted.by_lapse:
        if after is not None:
            branch = branch.where(own > after.id)
        # By date first also where there is none, since PostgreSQL does not see that all are the same.
        return branch.order_by(lapses_on, own) if wanted.certificate else branch.order_by(own)
    if wanted.is_backwards:
        if after is not None:
            branch = branch.where(tuple_(lapses_on, own) < (after.lapses_on, after.id))
        return branch.order_by(lapses_on.desc(), own.desc())
    if after is not None:
        branch = branch.where(tuple_(lapses_on, own) > (after.lapses_on, after.id))
    return branch.order_by(lapses_on, own)


def _has(wanted: RosterFilter, *, today: date) -> list[ColumnElement[bool]]:
    lapses_on = Volunteer.certificate_lapses_on
    match wanted.certificate:
        case Certificate.CURRENT:
            return [lapses_on >= today]
        case Certificate.SOON:
            return [lapses_on >= today, lapses_on <= today + LAPSES_WITHIN]
        case Certificate.LAPSED:
            return [lapses_on < today]
        case Certificate.NONE:
            return [lapses_on.is_(None)]
    return [lapses_on.is_not(None)] if wanted.by_lapse else []


def _fits(row: Row[*tuple[Any, ...]], wanted: RosterFilter) -> bool:
    roles = roles_of(responds=row.responds, fetches=row.fetches, guards=row.guards)
    return (wanted.status is None or row.status is wanted.status) and (
        wanted.role is None or wanted.role in roles
    )


def _bearers(session: Session, word: Sequence[bytes], *, start: int) -> list[int]:
    """Return the next numbers of those whose name holds a word: one more than a page looks at."""
    each = [
        select(WORD.volunteer_id)
        .where(WORD.word_hash == one, WORD.volunteer_id > start)
        .order_by(WORD.volunteer_id)
        for one in word
    ]
    rows = first_rows(session, each, limit=LOOKED_AT + 1, key=lambda row: row.volunteer_id)
    return [row.volunteer_id for row in rows]


def _bears(word: Sequence[bytes]) -> ColumnElement[bool]:
    return exists().where(WORD.volunteer_id == Volunteer.id, WORD.word_hash.in_(word))


def _facts(
    session: Session, ids: Sequence[int], *, within: frozenset[int] | None
) -> tuple[VolunteerFacts, ...]:
    facts = find_volunteers(session, ids, within=within)
    return tuple(facts[own] for own in ids if own in facts)


def _place_by_lapse(row: Row[*tuple[Any, ...]]) -> RosterPlace:
    return RosterPlace(lapses_on=row.certificate_lapses_on, id=row.id)


def _place_by_number(row: Row[*tuple[Any, ...]]) -> RosterPlace:
    return RosterPlace(lapses_on=None, id=row.id)
