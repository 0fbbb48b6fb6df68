"""What is kept beside a cabinet, against what its rows say, worked out here once more from scratch."""

from datetime import date, timedelta
from random import Random

import pytest
from alembic import command
from apiflask import APIFlask
from sqlalchemy import Connection, MetaData, Table, insert, select

from aednet.accounts.rules import Caller, Role
from aednet.areas.ground import load_ground
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.migration import alembic_config, upgrade
from aednet.base.transactions import transaction
from aednet.cabinets import coordination, orders, replacements, services
from aednet.cabinets.arrivals import Arrival, take_in
from aednet.cabinets.care import inspections
from aednet.cabinets.costs.models import ConsumableOrder
from aednet.cabinets.costs.rules import OrderState
from aednet.cabinets.drafts import CabinetChange, CabinetDraft, DeviceDraft, InspectionDraft
from aednet.cabinets.guarding import services as guardians
from aednet.cabinets.models import (
    LISTED,
    STATE_UNKNOWN,
    WITHOUT_GUARDIAN,
    Cabinet,
    CabinetWord,
    Consumable,
    Device,
    Guardianship,
    Inspection,
)
from aednet.cabinets.queries import find_cabinet
from aednet.cabinets.rules import (
    CHECK_INTERVAL,
    OVERDUE_AFTER,
    ConsumableKind,
    GuardianRole,
    Readiness,
    Status,
    is_listed,
    readiness,
)
from aednet.cabinets.upkeep import KEPT, settle
from aednet.volunteers.models import Volunteer
from tests.base.test_schema import make_empty
from tests.factories import (
    CENTRE_LAT,
    CENTRE_LON,
    FAR_OFF,
    NOW,
    TODAY,
    make_cabinet,
    make_cabinets,
    make_volunteer,
)
from tests.statements import noted_statements

BY = Caller(account_id=1, role=Role.ADMINISTRATOR, area_ids=None)
ONE_DAY = timedelta(days=1)


def kept(cabinet_id: int) -> dict[str, object]:
    """Return what is kept beside a cabinet."""
    db.session.expire_all()
    row = db.session.execute(select(*KEPT).where(Cabinet.id == cabinet_id)).one()
    return dict(row._mapping)


def expected(cabinet_id: int) -> dict[str, object]:
    """Work out in plain Python what the rows of a cabinet come to."""
    session = db.session
    status = session.scalars(select(Cabinet.status).where(Cabinet.id == cabinet_id)).one()
    inspections = session.scalars(select(Inspection).where(Inspection.cabinet_id == cabinet_id)).all()
    last = max(inspections, key=lambda one: (one.inspected_on, one.id), default=None)
    devices = session.scalars(select(Device).where(Device.cabinet_id == cabinet_id)).all()
    device = next((one for one in devices if one.removed_on is None), None)
    dates = {
        one.kind: one.expires_on
        for one in session.scalars(select(Consumable))
        if device is not None and one.device_id == device.id and one.removed_on is None
    }
    guardian = [
        one.volunteer_id
        for one in session.scalars(select(Guardianship).where(Guardianship.cabinet_id == cabinet_id))
        if one.role is GuardianRole.GUARDIAN and one.until_on is None
    ]
    pads, battery = dates.get(ConsumableKind.PADS_ADULT), dates.get(ConsumableKind.BATTERY)
    if status is not Status.IN_SERVICE or (last is not None and not last.passed):
        fails_on = date(1, 1, 1)
    elif pads is None and battery is None:
        fails_on = date(9999, 12, 31)
    else:
        fails_on = min(day for day in (pads, battery) if day is not None) + ONE_DAY
    return {
        "inspected_on": last.inspected_on if last else None,
        "passed": last.passed if last else None,
        "check_due_on": last.inspected_on + timedelta(days=30) if last else None,
        "pads_expire_on": pads,
        "child_pads_expire_on": dates.get(ConsumableKind.PADS_CHILD),
        "battery_expires_on": battery,
        "device_since_on": device.in_use_since_on if device else None,
        "fails_on": fails_on,
        "guardian_id": guardian[0] if guardian else None,
    }


def to_order(cabinet_ids: list[int]) -> dict[int, date | None]:
    """Return of what is noted when it lapses, by its number, as long as it is to be ordered."""
    rows = db.session.execute(
        select(Consumable.id, Consumable.to_order_on)
        .join(Device, Device.id == Consumable.device_id)
        .where(Device.cabinet_id.in_(cabinet_ids))
        .order_by(Consumable.id)
    )
    return dict(rows.all())


def expected_to_order(cabinet_ids: list[int]) -> dict[int, date | None]:
    """Work out in plain Python which supplies are to be ordered."""
    standing = {
        (order.consumable_id, order.expires_on)
        for order in db.session.scalars(select(ConsumableOrder))
        if order.state is not OrderState.CANCELLED
    }
    rows = db.session.execute(
        select(Consumable, Device.removed_on, Cabinet.status)
        .join(Device, Device.id == Consumable.device_id)
        .join(Cabinet, Cabinet.id == Device.cabinet_id)
        .where(Cabinet.id.in_(cabinet_ids))
    )
    return {
        one.id: one.expires_on
        if one.removed_on is None
        and device_removed_on is None
        and status in {Status.IN_SERVICE, Status.OUT_OF_SERVICE}
        and (one.id, one.expires_on) not in standing
        else None
        for one, device_removed_on, status in rows
    }


def words_kept(cabinet_id: int) -> list[str]:
    return sorted(db.session.scalars(select(CabinetWord.word).where(CabinetWord.cabinet_id == cabinet_id)))


class Steward:
    """Does to a few cabinets whatever the lot says, by every service that there is."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        with transaction() as session:
            self.volunteers = [make_volunteer(session, number) for number in range(6)]
            self.cabinets = [make_cabinet(session, f"HGV-{number:03d}") for number in range(1, 4)]

    def act(self) -> None:
        usual = [self.inspect, self.change, self.appoint, self.end, self.erase, self.take_in, self.order]
        act = self.random.choice(
            (*usual * 3, self.replace, self.replace, self.close, self.close, self.retire)
        )
        with transaction():
            act(self.random.choice(self.cabinets))

    def day(self) -> date:
        return TODAY + timedelta(days=self.random.randrange(-90, 90))

    def device(self) -> DeviceDraft:
        names = sorted(DeviceDraft.model_fields.keys() - {"manufacturer", "model", "serial_number"})
        return DeviceDraft(
            **{
                name: self.random.choice((None, self.day()))
                for name in self.random.sample(names, self.random.randrange(1, len(names)))
            }
        )

    def inspect(self, cabinet_id: int) -> None:
        cabinet = db.session.get_one(Cabinet, cabinet_id)
        if cabinet.status is not Status.RETIRED:
            draft = InspectionDraft(inspected_on=min(self.day(), TODAY), passed=self.random.random() < 0.9)
            inspections.log_inspection(db.session(), cabinet, draft, actor=BY.actor, now=NOW, today=TODAY)

    def change(self, cabinet_id: int) -> None:
        change = CabinetChange(
            name=self.random.choice(("De Vonk", "Sporthal Oost")),
            status=self.random.choice((*[Status.IN_SERVICE] * 12, *Status)),
            device=self.device(),
        )
        coordination.change(
            db.session(),
            db.session.get_one(Cabinet, cabinet_id),
            change,
            by=BY,
            ground=load_ground(db.session(), current().settings),
            now=NOW,
        )

    def retire(self, cabinet_id: int) -> None:
        coordination.retire(db.session(), db.session.get_one(Cabinet, cabinet_id), by=BY, now=NOW)

    def replace(self, cabinet_id: int) -> None:
        cabinet = db.session.get_one(Cabinet, cabinet_id)
        replacements.replace_device(db.session(), cabinet, self.device(), by=BY, now=NOW, today=TODAY)

    def order(self, _: int) -> None:
        wanted = [
            orders.Wanted(consumable_id=number, expires_on=day)
            for number, day in to_order(self.cabinets).items()
            if day is not None and self.random.random() < 0.5
        ]
        orders.mark_ordered(db.session(), wanted, by=BY, now=NOW)

    def close(self, _: int) -> None:
        known = db.session.scalars(select(ConsumableOrder.id).order_by(ConsumableOrder.id)).all()
        chosen = [number for number in known if self.random.random() < 0.5]
        state = self.random.choice((OrderState.RECEIVED, OrderState.CANCELLED))
        orders.close_orders(db.session(), chosen, state, by=BY, now=NOW)

    def appoint(self, cabinet_id: int) -> None:
        if not self.volunteers:
            return
        role = self.random.choice(list(GuardianRole))
        if role is GuardianRole.GUARDIAN:
            self.end(cabinet_id)
        volunteer_id = self.random.choice(self.volunteers)
        guardians.appoint_guardian(db.session(), cabinet_id, volunteer_id, role=role, today=TODAY)

    def end(self, cabinet_id: int) -> None:
        for volunteer_id in self.volunteers:
            guardians.end_guardianship(db.session(), cabinet_id, volunteer_id, today=TODAY)

    def erase(self, cabinet_id: int) -> None:
        guardian_id = db.session.get_one(Cabinet, cabinet_id).guardian_id
        if guardian_id is not None:
            db.session.delete(db.session.get_one(Volunteer, guardian_id))
            self.volunteers.remove(guardian_id)

    def take_in(self, cabinet_id: int) -> None:
        cabinet = db.session.get_one(Cabinet, cabinet_id)
        device = self.device()
        arrival = Arrival(
            cabinet_id=cabinet_id,
            ref=cabinet.ref,
            draft=CabinetDraft(name=cabinet.name, lat=CENTRE_LAT, lon=CENTRE_LON),
            fields=["status"],
            device=device,
            device_fields=device.model_fields_set,
            inspected_on=self.random.choice((None, self.day())),
            passed=self.random.random() < 0.9,
            origin=None,
            is_example=False,
        )
        ground = load_ground(db.session(), current().settings)
        take_in(db.session(), [arrival], ground=ground, now=NOW)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_kept_beside_a_cabinet_is_what_its_rows_say_whatever_was_done(
    app: APIFlask, seed: int
) -> None:
    steward = Steward(seed)
    seen = set()
    for _ in range(80):
        steward.act()
        for cabinet_id in steward.cabinets:
            assert kept(cabinet_id) == expected(cabinet_id)
            seen.add(kept(cabinet_id)["fails_on"])
        assert to_order(steward.cabinets) == expected_to_order(steward.cabinets)
    assert len(seen) > 5


@pytest.mark.parametrize("seed", range(3))
def test_the_columns_tell_the_readiness_that_the_rules_tell_on_every_day_round_the_boundaries(
    app: APIFlask, seed: int
) -> None:
    steward = Steward(seed)
    told = set()
    for _ in range(25):
        steward.act()
        for number, cabinet_id in enumerate(steward.cabinets, start=1):
            facts = find_cabinet(db.session(), f"HGV-{number:03d}")
            assert facts is not None
            columns = kept(cabinet_id)
            for day in around(columns):
                rule = readiness(facts.upkeep, today=day)
                assert told_by_columns(columns, day) is rule
                told.add(rule)
    assert told == set(Readiness)


def around(columns: dict[str, object]) -> list[date]:
    days = [day for day in columns.values() if isinstance(day, date)]
    days += [day + OVERDUE_AFTER for day in [columns["check_due_on"]] if isinstance(day, date)]
    return [day + step * ONE_DAY for day in days if 2000 < day.year < 2100 for step in (-1, 0, 1)]


def told_by_columns(columns: dict[str, object], day: date) -> Readiness:
    fails_on, due_on = columns["fails_on"], columns["check_due_on"]
    assert isinstance(fails_on, date)
    if fails_on <= day:
        return Readiness.OUT_OF_SERVICE
    if due_on is None or columns["pads_expire_on"] is None or columns["battery_expires_on"] is None:
        return Readiness.UNKNOWN
    assert isinstance(due_on, date)
    assert due_on == columns["inspected_on"] + CHECK_INTERVAL  # type: ignore[operator]
    if day < due_on:
        return Readiness.READY
    return Readiness.DUE if day < due_on + OVERDUE_AFTER else Readiness.OVERDUE


def test_what_is_written_in_sql_chooses_the_cabinets_that_the_rules_choose(app: APIFlask) -> None:
    make_cabinets(
        *({"status": status} for status in Status), {"pads_expire_on": None}, {"inspected_on": None}
    )
    rows = db.session.scalars(select(Cabinet)).all()
    chosen = {
        where: set(db.session.scalars(select(Cabinet.id).where(where)))
        for where in (LISTED, WITHOUT_GUARDIAN, STATE_UNKNOWN)
    }
    listed = {row.id for row in rows if is_listed(row.status)}
    assert chosen[LISTED] == chosen[WITHOUT_GUARDIAN] == listed
    assert chosen[STATE_UNKNOWN] == {
        row.id
        for row in rows
        if row.status is Status.IN_SERVICE and None in {row.inspected_on, row.pads_expire_on}
    }


def test_a_cabinet_in_hand_tells_what_a_service_just_did(app: APIFlask) -> None:
    with transaction() as session:
        cabinet = session.get_one(Cabinet, make_cabinet(session, inspected_on=None))
        assert (cabinet.inspected_on, cabinet.fails_on) == (None, FAR_OFF + ONE_DAY)
        services.record_inspection(session, cabinet.id, inspected_on=TODAY, passed=False, now=NOW)
        assert (cabinet.inspected_on, cabinet.passed, cabinet.fails_on) == (TODAY, False, date.min)


def test_settling_many_takes_as_many_statements_as_settling_one(app: APIFlask) -> None:
    make_cabinets(*({} for _ in range(30)))
    counted = []
    for most in (1, 30):
        with transaction() as session:
            ids = session.scalars(select(Cabinet.id).limit(most)).all()
            with noted_statements() as asked:
                settle(session, ids)
            counted.append(len(asked))
    assert counted == [3, 3]


def test_a_cabinet_is_found_by_the_words_it_bears_now(app: APIFlask) -> None:
    with transaction() as session:
        cabinet_id = make_cabinet(session, "HGV-017", name="Café 't Oude Hart", address="Kerkweg 3")
    assert words_kept(cabinet_id) == sorted(["hgv", "017", "17", "cafe", "t", "oude", "hart", "kerkweg", "3"])
    with transaction() as session:
        coordination.change(
            session,
            session.get_one(Cabinet, cabinet_id),
            CabinetChange(name="De Vonk", address=None),
            by=BY,
            ground=load_ground(session, current().settings),
            now=NOW,
        )
    assert words_kept(cabinet_id) == sorted(["hgv", "017", "17", "de", "vonk"])


def upgrade_to(revision: str) -> None:
    with db.engine.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_an_older_database_gets_what_its_rows_say(app: APIFlask) -> None:
    steward = Steward(5)
    for _ in range(60):
        steward.act()
    ids = steward.cabinets
    before = [(kept(one), words_kept(one)) for one in ids]
    db.session.rollback()
    names = ("area", "volunteer", "cabinet", "device", "consumable", "inspection", "guardianship")
    with db.engine.connect() as connection:
        rows = {
            name: [dict(row) for row in connection.execute(select(read(name, connection))).mappings()]
            for name in names
        }
    make_empty()
    upgrade_to("0009")
    with db.engine.begin() as connection:
        for name in names:
            table = read(name, connection)
            for row in rows[name]:
                connection.execute(
                    insert(table).values({column.name: row[column.name] for column in table.columns})
                )
    upgrade(db.engine)
    assert [(kept(one), words_kept(one)) for one in ids] == before
    assert to_order(ids) == expected_to_order(ids)
    numbers = select(Cabinet.ref, Cabinet.ref_prefix, Cabinet.ref_number).order_by(Cabinet.ref)
    assert db.session.execute(numbers).all() == [(f"HGV-{number:03d}", "HGV", number) for number in (1, 2, 3)]


def read(name: str, connection: Connection) -> Table:
    return Table(name, MetaData(), autoload_with=connection)
