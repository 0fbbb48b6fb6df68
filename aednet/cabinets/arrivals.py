"""Taking in many cabinets at once, as a list tells of them: the writes of `services`, in few statements."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aednet.areas.ground import Ground
from aednet.cabinets.changes import apply_draft
from aednet.cabinets.devices import DeviceChange, put_devices
from aednet.cabinets.drafts import CabinetDraft, DeviceDraft
from aednet.cabinets.ledger.services import SYSTEM, confirm_named, note_new, noting_changes
from aednet.cabinets.models import Cabinet, Inspection
from aednet.cabinets.services import Origin
from aednet.cabinets.upkeep import settle
from aednet.cabinets.words import index_words


class Outcome(StrEnum):
    """What became of an arrival."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of an arrival, and the id of its cabinet."""

    outcome: Outcome
    cabinet_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What somebody else's list says of one cabinet.

    `cabinet_id` is that of the stored cabinet, or None for a new one, which gets `ref`. Of a stored
    cabinet and its device only the named fields are set; its origin only where it had none.
    """

    cabinet_id: int | None
    ref: str
    draft: CabinetDraft
    fields: Collection[str]
    device: DeviceDraft
    device_fields: Collection[str]
    inspected_on: date | None
    passed: bool
    origin: Origin | None
    is_example: bool


def take_in(
    session: Session, arrivals: Sequence[Arrival], *, ground: Ground, now: datetime, is_registry: bool = False
) -> list[Taken]:
    """Store what a list says of cabinets, each named once. Returns what became of each, in their order.

    An inspection is logged unless one on that day or later is known already. What HartslagNu does not have
    yet is noted; what comes from its own list (`is_registry`) it has, and an example is none of its affairs.

    Raises:
        OutsideExtent: a position lies outside the network.
    """
    if is_registry:
        taken = _take_in(session, arrivals, ground=ground, now=now)
        confirm_named(
            session,
            {one.cabinet_id: arrival.fields for one, arrival in zip(taken, arrivals, strict=True)},
            now=now,
        )
        return taken
    stored = [arrival.cabinet_id for arrival in arrivals if arrival.cabinet_id is not None]
    with noting_changes(session, stored, by=SYSTEM, now=now):
        taken = _take_in(session, arrivals, ground=ground, now=now)
    new = [
        one.cabinet_id
        for one, arrival in zip(taken, arrivals, strict=True)
        if one.outcome is Outcome.NEW and not arrival.is_example
    ]
    note_new(session, new, by=SYSTEM, now=now)
    return taken


def _take_in(session: Session, arrivals: Sequence[Arrival], *, ground: Ground, now: datetime) -> list[Taken]:
    cabinets, changed = _put_cabinets(session, arrivals, ground=ground, now=now)
    pairs = list(zip(cabinets, arrivals, strict=True))
    changed |= put_devices(
        session,
        [
            DeviceChange(cabinet_id=cabinet.id, draft=arrival.device, fields=arrival.device_fields)
            for cabinet, arrival in pairs
            if arrival.device_fields
        ],
    )
    changed |= _log(
        session,
        [
            Inspection(
                cabinet_id=cabinet.id,
                inspected_on=arrival.inspected_on,
                passed=arrival.passed,
                recorded_at=now,
            )
            for cabinet, arrival in pairs
            if arrival.inspected_on is not None
        ],
    )
    settle(session, (cabinet.id for cabinet in cabinets))
    index_words(session, (cabinet.id for cabinet in cabinets))
    return [
        Taken(outcome=_outcome(arrival, is_changed=cabinet.id in changed), cabinet_id=cabinet.id)
        for cabinet, arrival in pairs
    ]


def _outcome(arrival: Arrival, *, is_changed: bool) -> Outcome:
    if arrival.cabinet_id is None:
        return Outcome.NEW
    return Outcome.CHANGED if is_changed else Outcome.UNCHANGED


def _put_cabinets(
    session: Session, arrivals: Sequence[Arrival], *, ground: Ground, now: datetime
) -> tuple[list[Cabinet], set[int]]:
    """Return the cabinets in the order of the arrivals, and the ids of the stored ones that differed."""
    stored = _stored(session, [arrival.cabinet_id for arrival in arrivals if arrival.cabinet_id is not None])
    cabinets, changed = [], set()
    for arrival in arrivals:
        if arrival.cabinet_id is None:
            cabinet = Cabinet(ref=arrival.ref, is_example=arrival.is_example, created_at=now)
            apply_draft(cabinet, arrival.draft, ground=ground, now=now)
            session.add(cabinet)
        else:
            cabinet = stored[arrival.cabinet_id]
            if apply_draft(cabinet, arrival.draft, ground=ground, now=now, fields=arrival.fields):
                changed.add(cabinet.id)
        if arrival.origin is not None and cabinet.source is None:
            cabinet.source, cabinet.source_key = arrival.origin.source, arrival.origin.key
        cabinets.append(cabinet)
    session.flush()
    return cabinets, changed


def _stored(session: Session, ids: Sequence[int]) -> dict[int, Cabinet]:
    return {cabinet.id: cabinet for cabinet in session.scalars(select(Cabinet).where(Cabinet.id.in_(ids)))}


def _log(session: Session, inspections: Sequence[Inspection]) -> set[int]:
    """Add those inspections that are later than any known of their cabinet; returns the cabinets' ids."""
    if not inspections:
        return set()
    last = select(Inspection.cabinet_id, func.max(Inspection.inspected_on).label("day")).where(
        Inspection.cabinet_id.in_([inspection.cabinet_id for inspection in inspections])
    )
    known = {row.cabinet_id: row.day for row in session.execute(last.group_by(Inspection.cabinet_id))}
    later = [
        inspection
        for inspection in inspections
        if inspection.cabinet_id not in known or known[inspection.cabinet_id] < inspection.inspected_on
    ]
    session.add_all(later)
    session.flush()
    return {inspection.cabinet_id for inspection in later}
