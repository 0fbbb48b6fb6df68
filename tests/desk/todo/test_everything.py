from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from aednet.base.database import db
from aednet.base.urgency import NEVER, begin_of
from aednet.cabinets.care.models import AfterUse, Finding
from aednet.cabinets.device_models import DEVICE_LASTS
from aednet.cabinets.ledger.models import RegistryChange
from aednet.cabinets.models import Cabinet, ProblemReport
from aednet.cabinets.rules import Readiness, Status, Upkeep, readiness
from aednet.cabinets.todo.rules import DEVICE_IN_SIGHT, LAPSE_IN_SIGHT
from aednet.desk.todo.everything import count_by_area, count_by_kind, list_lines
from aednet.desk.todo.stock import Line, Scope
from aednet.desk.todo.urgency import Band, Kind, Place
from aednet.messaging.models import InboundSms, Reminder
from aednet.messaging.rules import State
from aednet.volunteers.models import Volunteer
from aednet.volunteers.rules import Status as VolunteerStatus
from tests.bulk import Size, fill
from tests.factories import FAR_OFF, NOW, TODAY

MANY = Size(areas=5, cabinets=150, volunteers=120)
EVERYTHING = Scope(session=None, within=None, sees_people=True, now=NOW, today=TODAY)  # type: ignore[arg-type]


def of_cabinet(cabinet: Cabinet) -> Iterator[tuple[Kind, Band, date | None]]:
    """What is to be done with a cabinet, as somebody would say who knows nothing of indexes."""
    if cabinet.status in {Status.PLANNED, Status.RETIRED}:
        return
    if cabinet.guardian_id is None:
        yield Kind.GUARDIAN, Band.LOOSE, None
    if cabinet.opening_hours not in {"24/7", "Mo-Fr 08:00-17:00"}:
        yield Kind.HOURS, Band.LOOSE, None
    yield from by_state(cabinet)
    if cabinet.status is Status.IN_SERVICE:
        yield from in_service(cabinet)


def by_state(cabinet: Cabinet) -> Iterator[tuple[Kind, Band, date | None]]:
    upkeep = upkeep_of(cabinet)
    if readiness(upkeep, today=TODAY) is Readiness.OUT_OF_SERVICE:
        yield Kind.OUT_OF_SERVICE, Band.OUT, cabinet.fails_on
    elif readiness(upkeep, today=TODAY + LAPSE_IN_SIGHT + timedelta(days=1)) is Readiness.OUT_OF_SERVICE:
        yield Kind.SUPPLIES, Band.SOON, cabinet.fails_on


def in_service(cabinet: Cabinet) -> Iterator[tuple[Kind, Band, date | None]]:
    if None in {cabinet.inspected_on, cabinet.pads_expire_on, cabinet.battery_expires_on}:
        yield Kind.UNKNOWN, Band.OUT, None
    flawless = replace(upkeep_of(cabinet), pads_expire_on=FAR_OFF, battery_expires_on=FAR_OFF, passed=True)
    match readiness(flawless, today=TODAY):
        case Readiness.OVERDUE:
            yield Kind.CHECK, Band.LATE, cabinet.check_due_on
        case Readiness.DUE:
            yield Kind.CHECK, Band.SOON, cabinet.check_due_on
    if (lapses_on := cabinet.child_pads_expire_on) is not None and lapses_on <= TODAY + LAPSE_IN_SIGHT:
        yield Kind.CHILD_PADS, Band.LATE if lapses_on < TODAY else Band.SOON, lapses_on
    if (since_on := cabinet.device_since_on) is not None:
        ends_on = since_on + DEVICE_LASTS
        if ends_on <= TODAY + DEVICE_IN_SIGHT:
            yield Kind.DEVICE, Band.LATE if ends_on <= TODAY else Band.SOON, ends_on


def upkeep_of(cabinet: Cabinet) -> Upkeep:
    return Upkeep(
        status=cabinet.status,
        pads_expire_on=cabinet.pads_expire_on,
        battery_expires_on=cabinet.battery_expires_on,
        inspected_on=cabinet.inspected_on,
        passed=cabinet.passed,
    )


def everything(within: frozenset[int] | None, *, sees_people: bool) -> list[tuple[Place, int | None]]:
    """All there is to do in these areas, in order, and the area of each."""
    found: list[tuple[Place, int | None]] = []
    areas: dict[int, int | None] = {}
    for cabinet in db.session.scalars(select(Cabinet)):
        areas[cabinet.id] = cabinet.area_id
        for kind, band, day in of_cabinet(cabinet):
            at = NEVER if day is None else begin_of(day)
            found.append((Place(band=band, at=at, kind=kind, id=cabinet.id), cabinet.area_id))
    for report in db.session.scalars(select(ProblemReport).where(ProblemReport.closed_at.is_(None))):
        place = Place(band=Band.WAITING, at=report.reported_at, kind=Kind.REPORT, id=report.id)
        found.append((place, areas[report.cabinet_id]))
    for use in db.session.scalars(select(AfterUse).where(AfterUse.closed_at.is_(None))):
        place = Place(band=Band.WAITING, at=use.begun_at, kind=Kind.AFTER_USE, id=use.id)
        found.append((place, areas[use.cabinet_id]))
    for finding in db.session.scalars(select(Finding).where(Finding.remedied_at.is_(None))):
        place = Place(band=Band.LATE, at=begin_of(finding.found_on), kind=Kind.FINDING, id=finding.id)
        found.append((place, areas[finding.cabinet_id]))
    leading: dict[int, tuple[date, int]] = {}
    for change in db.session.scalars(select(RegistryChange).where(RegistryChange.entered_at.is_(None))):
        key = (change.pressing_on, change.id)
        leading[change.cabinet_id] = min(leading.get(change.cabinet_id, key), key)
    for cabinet_id, (pressing_on, number) in leading.items():
        place = Place(band=Band.SOON, at=begin_of(pressing_on), kind=Kind.LEDGER, id=number)
        found.append((place, areas[cabinet_id]))
    if sees_people:
        found += messages()
        found += [
            (Place(band=band, at=NEVER, kind=Kind.CERTIFICATE, id=area_id or 0), area_id)
            for band, area_id in certificates()
        ]
    inside = [one for one in found if within is None or one[1] in within]
    return sorted(inside, key=lambda one: one[0].key)


def messages() -> Iterator[tuple[Place, int | None]]:
    """What waits of what was written: each reply, and each area with messages in doubt or held."""
    for reply in db.session.scalars(select(InboundSms).where(InboundSms.read_at.is_(None))):
        place = Place(band=Band.WAITING, at=reply.received_at, kind=Kind.REPLY, id=reply.id)
        yield place, reply.area_id
    for kind, state in ((Kind.DOUBT, State.NEEDS_REVIEW), (Kind.HELD, State.HELD)):
        for area_id in set(db.session.scalars(select(Reminder.area_id).where(Reminder.state == state))):
            yield Place(band=Band.LATE, at=NEVER, kind=kind, id=area_id or 0), area_id


def certificates() -> Counter[tuple[Band, int | None]]:
    """How many certificates of whom one may call are past, or nearly so, by area."""
    counts: Counter[tuple[Band, int | None]] = Counter()
    for volunteer in db.session.scalars(select(Volunteer)):
        lapses_on = volunteer.certificate_lapses_on
        if not volunteer.responds or lapses_on is None:
            continue
        if volunteer.status in {VolunteerStatus.NEW, VolunteerStatus.ACTIVE}:
            if lapses_on < TODAY:
                counts[Band.LATE, volunteer.area_id] += 1
            elif lapses_on <= TODAY + LAPSE_IN_SIGHT:
                counts[Band.SOON, volunteer.area_id] += 1
    return counts


def walk(scope: Scope, *, limit: int, kind: Kind | None = None) -> list[Line]:
    lines: list[Line] = []
    after = None
    while True:
        page = list_lines(scope, kind=kind, after=after, limit=limit)
        lines += page.rows
        after = page.next_after
        if after is None:
            return lines


def scope_of(*areas: int, **changes: object) -> Scope:
    within = frozenset(areas) or None
    return replace(EVERYTHING, session=db.session(), within=within, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_pages_walked_to_the_end_hold_everything_in_order_and_nothing_twice(
    app: APIFlask, seed: int
) -> None:
    fill(MANY, seed=seed)
    for scope, limit in (
        (scope_of(), 17),
        (scope_of(), 50),
        (scope_of(sees_people=False), 50),
        (scope_of(2), 7),
        (scope_of(1, 4), 50),
        (scope_of(999), 50),
    ):
        lines = walk(scope, limit=limit)
        wanted = everything(scope.within, sees_people=scope.sees_people)
        assert [(line.place, line.area_id) for line in lines] == wanted
    assert {line.place.kind for line in walk(scope_of(), limit=50)} == set(Kind) - {Kind.CIRCUIT}


def test_one_kind_alone_is_what_is_left_of_the_whole_list(app: APIFlask) -> None:
    fill(MANY)
    whole = walk(scope_of(), limit=50)
    for kind in Kind:
        assert walk(scope_of(), limit=4, kind=kind) == [line for line in whole if line.place.kind is kind]


def test_counts_are_those_of_the_lists(app: APIFlask) -> None:
    fill(MANY)
    for scope in (scope_of(), scope_of(sees_people=False), scope_of(3, 4)):
        wanted = everything(scope.within, sees_people=scope.sees_people)
        assert count_by_kind(scope) == Counter(place.kind for place, _ in wanted)
        by_area = Counter(area_id for _, area_id in wanted if area_id in {3, 4})
        assert count_by_area(scope, [3, 4]) == by_area


def test_a_line_about_certificates_counts_them_and_names_the_first_day(app: APIFlask) -> None:
    fill(MANY)
    lines = walk(scope_of(), limit=50, kind=Kind.CERTIFICATE)
    counts = {(line.place.band, line.area_id): line.facts.count for line in lines}  # type: ignore[union-attr]
    assert counts == certificates()
    for line in lines:
        assert (line.facts.first_on < TODAY) == (line.place.band is Band.LATE)  # type: ignore[union-attr]
