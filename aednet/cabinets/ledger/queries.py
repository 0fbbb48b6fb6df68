"""Reads of what has yet to be entered at HartslagNu, the most pressing first; all frozen values."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, exists, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from aednet.areas.models import Area
from aednet.base.urgency import Spot, begin_of
from aednet.cabinets.ledger.models import ENTERED, TO_ENTER, RegistryChange
from aednet.cabinets.ledger.rules import NAMED, Change, Fact, Told, is_whole
from aednet.cabinets.ledger.told import told_of
from aednet.cabinets.models import Cabinet

RANK = {fact: rank for rank, fact in enumerate(Fact)}

Areas = Collection[int] | None  # None for everything, also what lies in no area


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One change of a fact of a cabinet."""

    id: int
    fact: Fact
    change: Change
    changed_at: datetime
    entered_at: datetime | None

    @property
    def is_whole(self) -> bool:
        """Tell whether it is about the cabinet as a whole."""
        return is_whole(self.fact, self.change)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCabinet:
    """A cabinet of which something is to be entered; `at` and `id` put it in order.

    `whole` holds what is to be entered of one that HartslagNu does not have: every fact that is known.
    """

    at: datetime
    id: int
    cabinet_id: int
    ref: str
    name: str
    area_id: int | None
    area_name: str | None
    entries: tuple[LedgerEntry, ...]
    whole: tuple[tuple[Fact, str], ...]
    has_code: bool

    @property
    def pressing_on(self) -> date:
        """The day by which the most pressing of its changes is put in order."""
        return self.at.date()


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredChange:
    """A change that was entered. `is_last` tells whether no later one of the same fact was."""

    entry: LedgerEntry
    ref: str
    name: str
    area_name: str | None
    is_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredPlace:
    """Where an entered change stands in the list, of which the newest comes first."""

    at: datetime
    id: int


def list_open(session: Session, *, within: Areas, after: Spot | None, limit: int) -> list[OpenCabinet]:
    """Return at most `limit` cabinets of which something is to be entered, behind a spot of the list."""
    leading = _leading(within)
    wanted = leading
    keys: tuple[Any, ...] = (RegistryChange.pressing_on, RegistryChange.id)
    if within is not None:  # else a planner walks the whole network's changes in the hope of a full page
        gathered = leading.cte("gathered").prefix_with("MATERIALIZED")
        wanted, keys = select(*gathered.c), (gathered.c.pressing_on, gathered.c.id)
    if after is not None:
        wanted = wanted.where(tuple_(*keys) > after.on_day())
    page = session.execute(wanted.order_by(*keys).limit(limit)).all()
    ids = [row.cabinet_id for row in page]
    entries = _entries_of(session, ids)
    whole = [cabinet_id for cabinet_id in ids if entries[cabinet_id][0].is_whole]
    told = told_of(session, whole)
    facts = {row.id: row for row in session.execute(_headings().where(Cabinet.id.in_(ids)))}
    return [
        OpenCabinet(
            at=begin_of(row.pressing_on),
            id=row.id,
            cabinet_id=row.cabinet_id,
            ref=facts[row.cabinet_id].ref,
            name=facts[row.cabinet_id].name,
            area_id=facts[row.cabinet_id].area_id,
            area_name=facts[row.cabinet_id].area_name,
            entries=entries[row.cabinet_id],
            whole=_known(told.get(row.cabinet_id)),
            has_code=row.cabinet_id in told and told[row.cabinet_id].code is not None,
        )
        for row in page
    ]


def count_open(session: Session, *, within: Areas, most: int) -> int:
    """Return of how many cabinets something is to be entered, `most` standing for that many and more."""
    held = _leading(within).limit(most).subquery()
    return session.execute(select(func.count()).select_from(held)).scalar_one()


def count_open_by_area(session: Session, *, within: Collection[int]) -> Counter[int]:
    """Return of how many cabinets of each area something is to be entered."""
    held = _leading(within).subquery()
    rows = session.execute(
        select(Cabinet.area_id, func.count())
        .join(held, held.c.cabinet_id == Cabinet.id)
        .group_by(Cabinet.area_id)
    )
    return Counter({area_id: count for area_id, count in rows if area_id is not None})


def list_entered(
    session: Session, *, within: Areas, after: EnteredPlace | None, limit: int
) -> list[EnteredChange]:
    """Return at most `limit` changes that were entered, the newest first."""
    keys: tuple[Any, ...] = (RegistryChange.entered_at, RegistryChange.id)
    wanted = select(*keys).where(ENTERED)
    if within is not None:
        of_areas = wanted.join(Cabinet, Cabinet.id == RegistryChange.cabinet_id).where(
            Cabinet.area_id.in_(within)
        )
        gathered = of_areas.cte("gathered").prefix_with("MATERIALIZED")
        wanted, keys = select(*gathered.c), (gathered.c.entered_at, gathered.c.id)
    if after is not None:
        wanted = wanted.where(tuple_(*keys) < (after.at, after.id))
    page = wanted.order_by(*(key.desc() for key in keys)).limit(limit).subquery()
    later = aliased(RegistryChange)
    rows = session.execute(
        select(
            RegistryChange,
            Cabinet.ref,
            Cabinet.name,
            Area.name.label("area_name"),
            exists()
            .where(
                later.cabinet_id == RegistryChange.cabinet_id,
                later.fact == RegistryChange.fact,
                later.id > RegistryChange.id,
                later.entered_at.is_not(None),
            )
            .label("is_surpassed"),
        )
        .join(page, page.c.id == RegistryChange.id)
        .join(Cabinet, Cabinet.id == RegistryChange.cabinet_id)
        .outerjoin(Area, Area.id == Cabinet.area_id)
        .order_by(RegistryChange.entered_at.desc(), RegistryChange.id.desc())
    )
    return [
        EnteredChange(
            entry=_entry(row.RegistryChange),
            ref=row.ref,
            name=row.name,
            area_name=row.area_name,
            is_last=not row.is_surpassed,
        )
        for row in rows
    ]


def _leading(within: Areas) -> Select[*tuple[Any, ...]]:
    """Select the most pressing open change of each cabinet."""
    earlier = aliased(RegistryChange)
    is_led = exists().where(
        earlier.cabinet_id == RegistryChange.cabinet_id,
        earlier.entered_at.is_(None),
        tuple_(earlier.pressing_on, earlier.id) < tuple_(RegistryChange.pressing_on, RegistryChange.id),
    )
    columns = (RegistryChange.pressing_on, RegistryChange.id, RegistryChange.cabinet_id)
    leading = select(*columns).where(TO_ENTER, ~is_led)
    if within is None:
        return leading
    # The way leads from the cabinets of the areas, which are few.
    near = select(Cabinet.id).where(Cabinet.area_id.in_(within)).cte("near").prefix_with("MATERIALIZED")
    return leading.join(near, near.c.id == RegistryChange.cabinet_id)


def _headings() -> Select[*tuple[Any, ...]]:
    return select(
        Cabinet.id, Cabinet.ref, Cabinet.name, Cabinet.area_id, Area.name.label("area_name")
    ).outerjoin(Area, Area.id == Cabinet.area_id)


def _entries_of(session: Session, cabinet_ids: Collection[int]) -> dict[int, tuple[LedgerEntry, ...]]:
    """Return the open changes of each cabinet; where one is about the whole of it, that alone."""
    found: dict[int, list[LedgerEntry]] = {cabinet_id: [] for cabinet_id in cabinet_ids}
    rows = session.scalars(select(RegistryChange).where(RegistryChange.cabinet_id.in_(cabinet_ids), TO_ENTER))
    for row in rows:
        found[row.cabinet_id].append(_entry(row))
    return {
        cabinet_id: tuple(
            [entry for entry in entries if entry.is_whole]
            or sorted(entries, key=lambda entry: RANK[entry.fact])
        )
        for cabinet_id, entries in found.items()
    }


def _entry(row: RegistryChange) -> LedgerEntry:
    return LedgerEntry(
        id=row.id,
        fact=row.fact,
        change=Change(old=row.old_value, new=row.new_value),
        changed_at=row.changed_at,
        entered_at=row.entered_at,
    )


def _known(told: Told | None) -> tuple[tuple[Fact, str], ...]:
    if told is None or not told.is_there:
        return ()
    return tuple((fact, value) for fact in NAMED if (value := told.values[fact]) is not None)
