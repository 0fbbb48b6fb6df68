"""Filling an empty database with the example network."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from aednet.areas.ground import Ground, load_ground
from aednet.areas.queries import list_areas
from aednet.areas.services import put_areas, put_cells
from aednet.base import audit
from aednet.cabinets.drafts import DeviceDraft
from aednet.cabinets.queries import every_cabinet
from aednet.cabinets.services import put_device, record_inspection, register_cabinet
from aednet.config import Settings
from aednet.demo.cabinets import ExampleCabinet, example_cabinets
from aednet.demo.cells import shipped_cells
from aednet.demo.figures import invent_past
from aednet.demo.happened import seed_example_events
from aednet.demo.ledger import seed_example_ledger
from aednet.demo.messages import seed_example_messages
from aednet.demo.training import seed_example_trainings
from aednet.demo.volunteers import seed_example_volunteers
from aednet.exchange import population_in
from aednet.exchange.areas_in import shipped_areas
from aednet.volunteers.queries import has_real_volunteers


def seed_example_network(session: Session, *, settings: Settings, now: datetime, today: date) -> int:
    """Add the shipped areas, the example cabinets and volunteers, marked as examples, to an empty database.

    Where there are areas or cabinets already, nothing happens. Returns how many cabinets were added.

    Raises:
        OutsideExtent: the settings name an extent that leaves Hoogeveen out.
    """
    if list_areas(session) or any(every_cabinet(session)):
        return 0
    areas = shipped_areas()
    put_areas(session, areas)
    ground = load_ground(session, settings)
    put_cells(session, population_in.shipped_cells(), ground.locator)
    examples = example_cabinets(today=today, areas=areas, cells=shipped_cells())
    for example in examples:
        _add(session, example, ground=ground, now=now)
    invent_past(session, now=now, today=today)
    seed_example_ledger(session, now=now, today=today)
    seed_example_volunteers(session, settings=settings, now=now, today=today)
    seed_example_trainings(session, settings=settings, ground=ground, now=now, today=today)
    seed_example_events(session, now=now)
    seed_example_messages(session, settings=settings, now=now, today=today)
    audit.record(
        session,
        at=now,
        actor="system",
        action="example_network_added",
        subject="network",
        detail={"areas": str(len(areas)), "cabinets": str(len(examples))},
    )
    return len(examples)


def is_for_examples(session: Session) -> bool:
    """Tell whether the database is empty, or holds the example network and nothing else."""
    cabinets = list(every_cabinet(session))
    if not all(cabinet.is_example for cabinet in cabinets) or has_real_volunteers(session):
        return False
    return bool(cabinets) or not list_areas(session)


def _add(session: Session, example: ExampleCabinet, *, ground: Ground, now: datetime) -> None:
    cabinet = register_cabinet(
        session, example.cabinet, ref=example.ref, ground=ground, now=now, is_example=True
    )
    put_device(session, cabinet.id, example.device, fields=DeviceDraft.model_fields)
    if (last := example.last_inspection) is not None:
        record_inspection(session, cabinet.id, inspected_on=last.inspected_on, passed=last.passed, now=now)
