"""A network of any size, drawn by lot and stored in bulk: for tests about how much there is. All invented."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from shapely import box
from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from aednet.areas.models import Area, AreaKind
from aednet.base.database import Base, db
from aednet.base.revisions import Counter, touch
from aednet.base.transactions import transaction
from aednet.cabinets.care.checklist import Item
from aednet.cabinets.care.models import AfterUse, Finding, InspectionPhoto
from aednet.cabinets.costs.models import ConsumableOrder
from aednet.cabinets.costs.rules import OrderState
from aednet.cabinets.guarding.models import Absence
from aednet.cabinets.ledger.models import RegistryChange
from aednet.cabinets.ledger.rules import LAPSING
from aednet.cabinets.models import Cabinet, Consumable, Device, Guardianship, Inspection, ProblemReport
from aednet.cabinets.rules import ConsumableKind, GuardianRole, ReportKind, Status
from aednet.cabinets.upkeep import settle
from aednet.cabinets.words import index_words
from aednet.geography.points import LatLon
from aednet.messaging.models import InboundSms, Reminder
from aednet.messaging.rules import MessageClass, RecipientKind, State
from aednet.volunteers.models import Volunteer
from aednet.volunteers.rules import Language, TravelMode, certificate_lapses_on
from aednet.volunteers.rules import Status as VolunteerStatus
from aednet.volunteers.training.models import Training
from aednet.volunteers.training.rules import TrainingState
from tests.factories import NOW, TODAY

WEST, SOUTH, WIDTH, HEIGHT = 6.60, 52.30, 0.01, 0.01  # degrees, of the first area and of each
AREAS_A_ROW = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of everything there is."""

    areas: int
    cabinets: int
    volunteers: int


def fill(size: Size, *, seed: int = 1) -> None:
    """Add that much to the network, of which much is amiss, and let the database look at its tables."""
    random = Random(seed)
    with transaction() as session:
        known = session.scalars(select(func.count(Area.id))).one()
        areas = [_area(number) for number in range(known, known + size.areas)]
        area_ids = list(session.scalars(insert(Area).returning(Area.id, sort_by_parameter_order=True), areas))
        people = _add_volunteers(session, size.volunteers, area_ids, random)
        ids = _add_cabinets(session, size.cabinets, area_ids, random)
        _add_what_happened(session, ids, random)
        _add_guardians(session, ids, people, random)
        _add_trainings(session, len(ids) // 5, area_ids, random)
        _add_messages(session, people, random)
        settle(session, ids)
        index_words(session, ids)
        touch(session, Counter.NETWORK)
        touch(session, Counter.VOLUNTEERS)
    with db.engine.begin() as connection:
        connection.execute(text("ANALYZE"))


def _store(session: Session, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Store rows; of a small network there may be none."""
    if rows:
        session.execute(insert(table), rows)


def _area(number: int) -> dict[str, Any]:
    west, south = _corner(number)
    return {
        "slug": f"smederij-{number:05d}",
        "name": f"Smederij {number}",
        "kind": AreaKind.OTHER,
        "population": 1_000,
        "name_source": "test",
        "boundary_source": "test",
        "shape": box(west, south, west + WIDTH, south + HEIGHT),
    }


def _corner(number: int) -> tuple[float, float]:
    return WEST + WIDTH * (number % AREAS_A_ROW), SOUTH + HEIGHT * (number // AREAS_A_ROW)


def _place(index: int, random: Random) -> LatLon:
    west, south = _corner(index)
    return LatLon(lat=south + HEIGHT * random.random(), lon=west + WIDTH * random.random())


def _day(random: Random, earliest: int, latest: int, *, known: float = 0.95) -> date | None:
    """Draw a day, in days from today; some are not known."""
    return TODAY + timedelta(days=random.randint(earliest, latest)) if random.random() < known else None


def _at(random: Random, days: int) -> datetime:
    return NOW - timedelta(minutes=random.randint(0, days * 1_440))


def _add_volunteers(session: Session, count: int, area_ids: list[int], random: Random) -> list[int]:
    rows = []
    for number in range(count):
        index = random.randrange(len(area_ids) + 1)  # one more than there are: nowhere
        course_on = _day(random, -700, -1, known=0.7)
        rows.append(
            {
                "name": f"Anna Voorbeeld {number}",
                "phone": f"+316{number:08d}",
                "phone_hash": number.to_bytes(32),
                "home": _place(min(index, len(area_ids) - 1), random),
                "area_id": area_ids[index] if index < len(area_ids) else None,
                "responds": random.random() < 0.8,
                "fetches": random.random() < 0.3,
                "guards": random.random() < 0.2,
                "course_on": course_on,
                "certificate_lapses_on": None if course_on is None else certificate_lapses_on(course_on),
                "available": "24/7",
                "travel_mode": random.choice(list(TravelMode)),
                "language": Language.NL,
                "consent_version": "test",
                "consented_at": NOW,
                "status": random.choices(list(VolunteerStatus), [1, 7, 1, 1])[0],
                "created_at": NOW,
                "updated_at": NOW,
            }
        )
    return list(session.scalars(insert(Volunteer).returning(Volunteer.id), rows))


def _add_cabinets(session: Session, count: int, area_ids: list[int], random: Random) -> list[int]:
    known = session.scalars(select(func.count(Cabinet.id))).one()
    rows = []
    for number in range(known + 1, known + count + 1):
        index = random.randrange(len(area_ids) + 1)
        place = _place(min(index, len(area_ids) - 1), random)
        hours = random.choice(["24/7", "24/7", "Mo-Fr 08:00-17:00", "altijd open als de zon schijnt", None])
        rows.append(
            {
                "id": number,
                "ref": f"HGV-{number:05d}",
                "name": f"Buurthuis {number}",
                "matching_name": f"buurthuis {number}",
                "status": random.choices(list(Status), [1, 16, 1, 1, 1])[0],
                "lat": place.lat,
                "lon": place.lon,
                "area_id": area_ids[index] if index < len(area_ids) else None,
                "opening_hours": hours,
                "hours_unknown": hours is None or hours.startswith("altijd"),
                "created_at": NOW,
                "updated_at": NOW,
            }
        )
    _store(session, Cabinet, rows)
    ids = [row["id"] for row in rows]
    devices = [
        {"id": number, "cabinet_id": number, "in_use_since_on": _day(random, -4_000, -1)} for number in ids
    ]
    _store(session, Device, devices)
    ranges = {
        ConsumableKind.PADS_ADULT: (-30, 700),
        ConsumableKind.PADS_CHILD: (-60, 700),
        ConsumableKind.BATTERY: (-30, 1_400),
    }
    consumables = [
        {"device_id": number, "kind": kind, "expires_on": _day(random, *span)}
        for number in ids
        for kind, span in ranges.items()
    ]
    _store(session, Consumable, consumables)
    inspections = [
        {
            "cabinet_id": number,
            "inspected_on": TODAY - timedelta(days=days),
            "passed": random.random() < 0.97,
            "recorded_at": NOW,
        }
        for number in ids
        if random.random() < 0.95
        for days in (random.randint(0, 60), random.randint(61, 120))
    ]
    _store(session, Inspection, inspections)
    return ids


def _add_what_happened(session: Session, ids: list[int], random: Random) -> None:
    reports = [
        {
            "cabinet_id": random.choice(ids),
            "kind": random.choice(list(ReportKind)),
            "text": "De deur klemt.",
            "reported_at": _at(random, 90),
            "closed_at": random.choice([None, NOW]),
        }
        for _ in range(len(ids) // 8)
    ]
    new = select(Inspection.cabinet_id, Inspection.id).where(Inspection.cabinet_id >= ids[0])
    inspected = dict(session.execute(new).all())
    findings = [
        {
            "cabinet_id": cabinet_id,
            "inspection_id": inspection_id,
            "item": random.choice(list(Item)),
            "found_on": TODAY - timedelta(days=random.randint(0, 60)),
            "remedied_at": random.choice([None, NOW]),
        }
        for cabinet_id, inspection_id in inspected.items()
        if random.random() < 0.1
    ]
    uses = [
        {
            "cabinet_id": cabinet_id,
            "begun_at": _at(random, 30),
            "begun_by": "test",
            "was_in_service": True,
            "closed_at": random.choice([None, NOW]),
        }
        for cabinet_id in ids
        if random.random() < 0.05
    ]
    changes = [
        {
            "cabinet_id": cabinet_id,
            "fact": fact,
            "pressing_on": TODAY - timedelta(days=random.randint(-20, 60)),
            "changed_at": NOW,
            "changed_by": "test",
            "entered_at": random.choice([None, None, NOW]),
        }
        for cabinet_id in ids
        for fact in random.sample(sorted(LAPSING), random.choice([0, 0, 0, 1, 2]))
    ]
    photos = [
        {"inspection_id": inspection_id, "image": b"\xff\xd8\xff", "added_at": NOW}
        for inspection_id in inspected.values()
        if random.random() < 0.3
    ]
    supplies = session.execute(
        select(Consumable.id, Consumable.expires_on)
        .join(Device, Device.id == Consumable.device_id)
        .where(Device.cabinet_id >= ids[0], Consumable.expires_on.is_not(None))
    ).all()
    orders = [
        {
            "consumable_id": supply.id,
            "expires_on": supply.expires_on,
            "state": random.choice(list(OrderState)),
            "ordered_at": _at(random, 90),
            "ordered_by": "test",
        }
        for supply in supplies
        if random.random() < 0.2
    ]
    tables: list[tuple[type[Base], list[dict[str, Any]]]] = [
        (RegistryChange, changes),
        (InspectionPhoto, photos),
        (ConsumableOrder, orders),
        (ProblemReport, reports),
        (Finding, findings),
        (AfterUse, uses),
    ]
    for table, rows in tables:
        if rows:
            _store(session, table, rows)


def _add_trainings(session: Session, count: int, area_ids: list[int], random: Random) -> None:
    rows = []
    for number in range(count):
        begins_at = NOW + timedelta(days=random.randint(-300, 100))
        index = random.randrange(len(area_ids))
        place = _place(index, random)
        rows.append(
            {
                "place": f"Zaal {number}",
                "lat": place.lat,
                "lon": place.lon,
                "area_id": area_ids[index],
                "begins_at": begins_at,
                "ends_at": begins_at + timedelta(hours=3),
                "seats": 12,
                "state": TrainingState.PLANNED,
                "created_at": NOW,
                "updated_at": NOW,
            }
        )
    _store(session, Training, rows)


def _add_messages(session: Session, people: list[int], random: Random) -> None:
    areas = dict(
        session.execute(select(Volunteer.id, Volunteer.area_id).where(Volunteer.id >= people[0])).all()
    )
    reminders = [
        {
            "rule": "test",
            "subject_kind": "volunteer",
            "subject_id": who,
            "occurrence_on": TODAY,
            "recipient_kind": RecipientKind.VOLUNTEER,
            "recipient_id": who,
            "area_id": areas[who],
            "message_class": MessageClass.REMINDER,
            "due_at": _at(random, 90),
            "expires_at": NOW + timedelta(days=1),
            "state": random.choice(list(State)),
            "created_at": NOW,
            "changed_at": NOW,
        }
        for who in people
    ]
    _store(session, Reminder, reminders)
    replies = [
        {
            "provider_id": f"SM{who}",
            "sender": f"+316{who:08d}",
            "sender_hash": who.to_bytes(32),
            "text": "OK",
            "received_at": _at(random, 90),
            "sender_kind": RecipientKind.VOLUNTEER,
            "sender_id": who,
            "area_id": areas[who],
            "outcome": "test",
            "read_at": random.choice([None, NOW, NOW, NOW]),
        }
        for who in people[::3]
    ]
    _store(session, InboundSms, replies)


def _add_guardians(session: Session, ids: list[int], people: list[int], random: Random) -> None:
    rows = [
        {
            "cabinet_id": cabinet_id,
            "volunteer_id": random.choice(people),
            "role": GuardianRole.GUARDIAN,
            "since_on": TODAY,
        }
        for cabinet_id in ids
        if random.random() < 0.8
    ]
    _store(session, Guardianship, rows)
    away = [
        {
            "volunteer_id": who,
            "from_on": TODAY + timedelta(days=days),
            "until_on": TODAY + timedelta(days=days + 7),
        }
        for who in sorted({row["volunteer_id"] for row in rows})
        for days in (-30, 10)
        if random.random() < 0.3
    ]
    if away:
        _store(session, Absence, away)
