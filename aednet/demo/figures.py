"""An invented year behind the example network: how its cabinets stood each day, when they were checked."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from sqlalchemy.orm import Session

from aednet.areas.tallies import Counted, Tally, first_of_month, put_tallies
from aednet.cabinets.facts import CabinetFacts
from aednet.cabinets.figures.readiness import ReadinessOn, put_past_days
from aednet.cabinets.queries import every_cabinet
from aednet.cabinets.rules import CHECK_INTERVAL, OVERDUE_AFTER, Readiness, is_listed
from aednet.cabinets.services import record_inspection

SEED: Final = 112
DAYS: Final = 364
BETWEEN_CHECKS: Final = range(23, 52)  # days: some guardians are early, some late
UNWRITTEN: Final = range(70, 75)  # days ago on which nobody ran a worker, so that a gap shows
OUT_FOR: Final = 11  # days
ONE_IN: Final = 5  # cabinets was out of service for some days


def invent_past(session: Session, *, now: datetime, today: date) -> None:
    """Write down a year that never was, for a network of which all cabinets are examples."""
    random = Random(SEED)  # noqa: S311  # lots drawn for an example, no secrets
    by_area: dict[int | None, list[Counter[Readiness]]] = defaultdict(
        lambda: [Counter() for _ in range(DAYS)]
    )
    checks: Counter[tuple[int | None, date]] = Counter()
    recent = first_of_month(today, ahead=-1)
    for cabinet in list(every_cabinet(session)):
        if not is_listed(cabinet.status):
            continue
        days = list(_checks(cabinet, today=today, random=random))
        spells = _spells(cabinet, today=today, random=random)
        for ago in range(1, DAYS + 1):
            state = next((state for state, agos in spells if ago in agos), None)
            state = state or _state(days, today - timedelta(days=ago))
            by_area[cabinet.area_id][ago - 1][state] += 1
        for day in days:
            checks[cabinet.area_id, first_of_month(day)] += 1
            if recent <= day != cabinet.verified_on:  # those of which the worker counts the rows
                record_inspection(session, cabinet.id, inspected_on=day, passed=True, now=now)
    for area_id, past in by_area.items():
        if area_id is not None:
            put_past_days(session, area_id, list(_days(past, today=today)))
    whole = [sum((past[ago] for past in by_area.values()), Counter()) for ago in range(DAYS)]
    put_past_days(session, None, list(_days(whole, today=today)))
    counted = [
        Counted(area_id=area_id, month=month, count=count) for (area_id, month), count in checks.items()
    ]
    put_tallies(
        session,
        Tally.INSPECTION,
        counted,
        from_month=min((one.month for one in counted), default=recent),
        until_month=first_of_month(today),
    )


def _checks(cabinet: CabinetFacts, *, today: date, random: Random) -> Iterator[date]:
    """Yield the days on which a cabinet was checked, the last one first."""
    day = cabinet.verified_on
    while day is not None and day > today - timedelta(days=DAYS + BETWEEN_CHECKS.stop):
        yield day
        day -= timedelta(days=random.choice(BETWEEN_CHECKS))


def _spells(cabinet: CabinetFacts, *, today: date, random: Random) -> list[tuple[Readiness, range]]:
    """Return for which days ago a cabinet was as bad as it is today, or else perhaps out of service once."""
    state = cabinet.readiness(today)
    if state in {Readiness.OUT_OF_SERVICE, Readiness.UNKNOWN}:
        return [(state, range(random.randrange(5, 45)))]
    if random.randrange(ONE_IN):
        return []
    begun = random.randrange(DAYS)
    return [(Readiness.OUT_OF_SERVICE, range(begun, begun + OUT_FOR))]


def _state(checks: list[date], day: date) -> Readiness:
    last = next((check for check in checks if check <= day), None)
    if last is None:
        return Readiness.UNKNOWN
    if day < last + CHECK_INTERVAL:
        return Readiness.READY
    return Readiness.DUE if day < last + CHECK_INTERVAL + OVERDUE_AFTER else Readiness.OVERDUE


def _days(past: list[Counter[Readiness]], *, today: date) -> Iterator[ReadinessOn]:
    for number, counts in enumerate(past):
        if number + 1 not in UNWRITTEN:
            yield ReadinessOn(
                day=today - timedelta(days=number + 1),
                counts={state: counts[state] for state in Readiness},
            )
