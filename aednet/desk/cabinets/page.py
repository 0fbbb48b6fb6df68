"""What a cabinet's page shows of it: facts, device and what runs out in it, and what happened to it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from aednet.accounts.rules import Caller, Permission
from aednet.base.clock import parse_instant
from aednet.base.context import current
from aednet.base.errors import NotFound
from aednet.base.history import EventPlace, history_of
from aednet.base.paging import Page
from aednet.cabinets.device_models import InstalledLife, installed_life
from aednet.cabinets.facts import CabinetFacts, DeviceFacts
from aednet.cabinets.history import (
    CheckPlace,
    ConsumableFacts,
    ReportPlace,
    checks_of,
    consumables_of,
    reports_of,
)
from aednet.cabinets.hours.calendar import calendar_of
from aednet.cabinets.hours.openness import Openness, openness
from aednet.cabinets.hours.spoken import hours_in_words
from aednet.cabinets.hours.syntax import is_readable
from aednet.cabinets.queries import find_device
from aednet.cabinets.rules import ConsumableKind, is_expired
from aednet.web.places import read_day, read_id, read_place, write_place

SHOWN = 5  # of each kind of history on the cabinet's own page


class HistoryKind(StrEnum):
    """What of a cabinet's past is looked at, as it stands in the address."""

    CHECKS = "controles"
    CHANGES = "wijzigingen"
    REPORTS = "meldingen"


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A page of one kind of history; `older` leads to the next, if there is one."""

    rows: tuple[Any, ...]
    older: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumableLine:
    """Pads or a battery as the page shows them: what is known, and how long they usually last."""

    kind: ConsumableKind
    facts: ConsumableFacts | None
    is_expired: bool
    life_years: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CabinetView:
    """One cabinet as its page shows it. Reports name people, so not everybody reads them."""

    may_change: bool
    reads_reports: bool
    actor: str
    device: DeviceFacts | None
    life: InstalledLife
    consumables: tuple[ConsumableLine, ...]
    hours: tuple[str, ...]
    hours_are_read: bool
    open: Openness
    changes: History
    reports: History


def view_cabinet(session: Session, cabinet: CabinetFacts, caller: Caller, *, today: date) -> CabinetView:
    """Return what `caller` may see of a cabinet that they may see."""
    device = find_device(session, cabinet.id)
    known = consumables_of(session, cabinet.id)
    life = installed_life(*((device.manufacturer, device.model) if device else (None, None)))
    reads_reports = caller.may(Permission.CHANGE)
    nothing = History(rows=(), older=None)
    return CabinetView(
        may_change=caller.may_change_area(cabinet.area_id),
        reads_reports=reads_reports,
        actor=caller.actor,
        device=device,
        life=life,
        consumables=tuple(_line(kind, known.get(kind), life, today=today) for kind in ConsumableKind),
        hours=tuple(hours_in_words(cabinet.opening_hours)) if cabinet.opening_hours else (),
        hours_are_read=is_readable(cabinet.opening_hours),
        open=openness(cabinet.opening_hours, current().clock.now(), calendar_of(current().settings)),
        changes=read_history(session, cabinet, HistoryKind.CHANGES, caller, before=None, limit=SHOWN),
        reports=read_history(session, cabinet, HistoryKind.REPORTS, caller, before=None, limit=SHOWN)
        if reads_reports
        else nothing,
    )


def read_history(
    session: Session,
    cabinet: CabinetFacts,
    kind: HistoryKind,
    caller: Caller,
    *,
    before: str | None,
    limit: int,
) -> History:
    """Return a page of a cabinet's history of one kind.

    Raises:
        NotFound: no page of ours leads there, or the caller may not read that kind.
    """
    if kind is HistoryKind.CHECKS:
        check = None if before is None else CheckPlace(**_parts(before, day=read_day))
        return _history(checks_of(session, cabinet.id, limit=limit, before=check))
    if kind is HistoryKind.CHANGES:
        event = None if before is None else EventPlace(**_parts(before, at=_instant))
        return _history(history_of(session, f"cabinet {cabinet.ref}", limit=limit, before=event))
    if not caller.may(Permission.CHANGE):
        raise NotFound("There is no such page.")
    report = None if before is None else ReportPlace(**_parts(before, at=_instant))
    return _history(reports_of(session, cabinet.id, limit=limit, before=report))


def _history(page: Page[Any, CheckPlace] | Page[Any, EventPlace] | Page[Any, ReportPlace]) -> History:
    place = page.next_after
    if place is None:
        return History(rows=page.rows, older=None)
    first = place.day if isinstance(place, CheckPlace) else place.at.isoformat()
    return History(rows=page.rows, older=write_place(first, place.id))


def _line(
    kind: ConsumableKind, facts: ConsumableFacts | None, life: InstalledLife, *, today: date
) -> ConsumableLine:
    return ConsumableLine(
        kind=kind,
        facts=facts,
        is_expired=facts is not None and is_expired(facts.expires_on, today=today),
        life_years=life.battery_years if kind is ConsumableKind.BATTERY else life.pads_years,
    )


def _parts(text: str, **first: Any) -> dict[str, Any]:
    ((name, kind),) = first.items()
    value, own = read_place(text, kind, read_id)
    return {name: value, "id": own}


def _instant(text: str) -> Any:
    return parse_instant(text, current().settings.zone)
