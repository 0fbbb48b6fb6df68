"""Keeping what has yet to be entered at HartslagNu, in the transaction of what changes it.

Whoever changes a cabinet, its device or what runs out in it does so inside `noting_changes`, or in a service
that `notes_changes`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.accounts.rules import Caller
from aednet.base import audit
from aednet.base.errors import Conflict, NotFound
from aednet.cabinets.ledger.models import RegistryChange
from aednet.cabinets.ledger.rules import NOT_THERE, Change, Fact, Told, carried, is_whole, pressing_on
from aednet.cabinets.ledger.told import told_of
from aednet.cabinets.models import Cabinet

AT_ONCE = 10_000  # ids in one statement, well below what either database takes
SYSTEM = "system"
FIELD_OF: Final = {  # what HartslagNu's own list names; field.md
    Fact.NAME: "name",
    Fact.ADDRESS: "address",
    Fact.POSITION: "lat",
    Fact.OPENING_HOURS: "opening_hours",
}


class ChangedMeanwhile(Conflict):
    """What somebody ticks off is no longer what they saw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A change that somebody entered at HartslagNu, as it stood at `changed_at`."""

    id: int
    changed_at: datetime


Args = ParamSpec("Args")
Result = TypeVar("Result")
Service = Callable[Concatenate[Session, Cabinet, Args], Result]


@contextmanager
def noting_changes(session: Session, cabinet_ids: Iterable[int], *, by: str, now: datetime) -> Iterator[None]:
    """Note what the block changes of these cabinets and HartslagNu has to know."""
    before = told_of(session, list(cabinet_ids))
    yield
    _note(session, before, by=by, now=now)


def notes_changes(service: Service[Args, Result]) -> Service[Args, Result]:
    """Have a service that changes one cabinet note what HartslagNu has to know of it.

    Who does it comes as `by` or `actor`, and when as `now`.
    """

    @wraps(service)
    def noting(session: Session, cabinet: Cabinet, /, *args: Args.args, **kwargs: Args.kwargs) -> Result:
        named = cast("dict[str, Any]", kwargs)
        by = named["by"].actor if "by" in named else named["actor"]
        with noting_changes(session, [cabinet.id], by=by, now=named["now"]):
            return service(session, cabinet, *args, **kwargs)

    return noting


def note_new(session: Session, cabinet_ids: Iterable[int], *, by: str, now: datetime) -> None:
    """Note that HartslagNu does not have these cabinets yet."""
    _note(session, dict.fromkeys(cabinet_ids, NOT_THERE), by=by, now=now)


def confirm_named(session: Session, fields: Mapping[int, Collection[str]], *, now: datetime) -> None:
    """Note that HartslagNu's own list names these fields of these cabinets, and so has them as they are."""
    ids = list(fields)
    for start in range(0, len(ids), AT_ONCE):
        for entry in _open_entries(session, ids[start : start + AT_ONCE]):
            is_there = entry.fact is Fact.STANDING and entry.old_value is None
            if is_there or FIELD_OF.get(entry.fact) in fields[entry.cabinet_id]:
                entry.entered_at, entry.entered_by = now, SYSTEM
    session.flush()


def tick_off(session: Session, ref: str, marks: Sequence[Mark], *, by: Caller, now: datetime) -> int:
    """Note that changes of a cabinet were entered at HartslagNu. Returns how many had not been noted before.

    With a cabinet that is new or gone as a whole, everything else of it is entered too.

    Raises:
        NotFound: there is no such cabinet in the areas that the caller may change.
        ChangedMeanwhile: a change is no longer what the caller saw; nothing is noted then.
    """
    cabinet = session.scalar(select(Cabinet).where(Cabinet.ref == ref))
    if cabinet is None or not by.may_change_area(cabinet.area_id):
        raise NotFound(f"There is no cabinet {ref}.")
    seen = {mark.id: mark.changed_at for mark in marks}
    found = session.scalars(
        select(RegistryChange)
        .where(RegistryChange.cabinet_id == cabinet.id, RegistryChange.id.in_(seen))
        .order_by(RegistryChange.id)
        .with_for_update()
    ).all()
    if {entry.id: entry.changed_at for entry in found} != seen:
        raise ChangedMeanwhile("It has changed since.")
    entered = [entry for entry in found if entry.entered_at is None]
    if any(is_whole(entry.fact, _change(entry)) for entry in entered):
        entered = list(_open_entries(session, [cabinet.id]))
    for entry in entered:
        entry.entered_at, entry.entered_by = now, by.actor
    session.flush()
    if entered:
        facts = ", ".join(sorted(entry.fact for entry in entered))
        _record(session, "registry_entered", ref, facts, by=by, now=now)
    return len(entered)


def take_back(session: Session, change_id: int, *, by: Caller, now: datetime) -> bool:
    """Note that a change was not entered at HartslagNu after all. Returns False where it was open already.

    Where the fact changed again since, the two become one change.

    Raises:
        NotFound: there is no such change in the areas that the caller may change.
        ChangedMeanwhile: a later change of the same fact was entered since.
    """
    row = session.execute(
        select(RegistryChange, Cabinet.ref, Cabinet.area_id)
        .join(Cabinet, Cabinet.id == RegistryChange.cabinet_id)
        .where(RegistryChange.id == change_id)
        .with_for_update(of=RegistryChange)
    ).one_or_none()
    if row is None or not by.may_change_area(row.area_id):
        raise NotFound(f"There is no change {change_id}.")
    entry: RegistryChange = row.RegistryChange
    if entry.entered_at is None:
        return False
    later = session.scalars(
        select(RegistryChange)
        .where(
            RegistryChange.cabinet_id == entry.cabinet_id,
            RegistryChange.fact == entry.fact,
            RegistryChange.id > entry.id,
        )
        .with_for_update()
    ).all()
    if any(other.entered_at is not None for other in later):
        raise ChangedMeanwhile("A later change was entered since.")
    if later:
        _merge(session, entry, later[0])
    else:
        entry.entered_at = entry.entered_by = None
    session.flush()
    _record(session, "registry_entry_taken_back", row.ref, entry.fact, by=by, now=now)
    return True


def _merge(session: Session, entry: RegistryChange, later: RegistryChange) -> None:
    later.old_value = entry.old_value
    later.pressing_on = min(later.pressing_on, entry.pressing_on)
    session.delete(entry)
    if later.old_value == later.new_value and later.fact is not Fact.CODE:
        session.delete(later)


def _note(session: Session, before: Mapping[int, Told], *, by: str, now: datetime) -> None:
    after = told_of(session, list(before))
    differing = [cabinet_id for cabinet_id in before if before[cabinet_id] != after[cabinet_id]]
    for start in range(0, len(differing), AT_ONCE):
        ids = differing[start : start + AT_ONCE]
        held: dict[int, dict[Fact, RegistryChange]] = {cabinet_id: {} for cabinet_id in ids}
        for entry in _open_entries(session, ids):
            held[entry.cabinet_id][entry.fact] = entry
        for cabinet_id in ids:
            was, is_now, own = before[cabinet_id], after[cabinet_id], held[cabinet_id]
            wanted = carried({fact: _change(entry) for fact, entry in own.items()}, before=was, after=is_now)
            for fact in own.keys() - wanted.keys():
                session.delete(own[fact])
            for fact, change in wanted.items():
                is_new_code = fact is Fact.CODE and was.code != is_now.code
                _keep(
                    session, cabinet_id, fact, change, own.get(fact), is_new_code=is_new_code, by=by, now=now
                )
    session.flush()


def _keep(
    session: Session,
    cabinet_id: int,
    fact: Fact,
    change: Change,
    entry: RegistryChange | None,
    *,
    is_new_code: bool,
    by: str,
    now: datetime,
) -> None:
    if entry is None:
        entry = RegistryChange(
            cabinet_id=cabinet_id,
            fact=fact,
            old_value=change.old,
            pressing_on=pressing_on(fact, change, changed_on=now.date()),  # of UTC: it is for the order alone
        )
        session.add(entry)
    elif entry.new_value == change.new and not is_new_code:
        return
    entry.new_value, entry.changed_at, entry.changed_by = change.new, now, by


def _open_entries(session: Session, cabinet_ids: Collection[int]) -> Sequence[RegistryChange]:
    return session.scalars(
        select(RegistryChange)
        .where(RegistryChange.cabinet_id.in_(cabinet_ids), RegistryChange.entered_at.is_(None))
        .order_by(RegistryChange.id)
        .with_for_update()
    ).all()


def _change(entry: RegistryChange) -> Change:
    return Change(old=entry.old_value, new=entry.new_value)


def _record(session: Session, action: str, ref: str, facts: str, *, by: Caller, now: datetime) -> None:
    audit.record(
        session, at=now, actor=by.actor, action=action, subject=f"cabinet {ref}", detail={"facts": facts}
    )
