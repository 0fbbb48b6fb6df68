from datetime import date, timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from aednet.base.audit import AuditEvent
from aednet.base.database import db
from aednet.base.errors import Conflict, NotFound
from aednet.base.transactions import transaction
from aednet.cabinets.care.after_use import PathClosed, StepTooEarly, begin_after_use, tick, was_not_used
from aednet.cabinets.care.models import AfterUse
from aednet.cabinets.care.queries import PathFacts, find_path
from aednet.cabinets.care.recovery import Outcome, Step
from aednet.cabinets.models import Cabinet, Consumable
from aednet.cabinets.queries import find_cabinet
from aednet.cabinets.rules import ConsumableKind, Readiness, Status
from tests.factories import FAR_OFF, NOW, TODAY, make_cabinet

GUARDIAN, PUBLIC = "volunteer 12", "public"
NEW_PADS = date(2029, 5, 31)


def cabinet(status: Status = Status.IN_SERVICE, ref: str = "HGV-001") -> int:
    with transaction() as session:
        return make_cabinet(session, ref, status=status)


def begin(number: int, actor: str = PUBLIC) -> bool:
    with transaction() as session:
        return begin_after_use(session, session.get_one(Cabinet, number), actor=actor, now=NOW)


def do(number: int, step: Step, *, path: int | None = None, expires_on: date | None = None) -> bool:
    known = path or path_of(number).id
    with transaction() as session:
        held = session.get_one(Cabinet, number)
        return tick(session, held, known, step, actor=GUARDIAN, now=NOW, today=TODAY, expires_on=expires_on)


def not_used(number: int, path: int | None = None) -> bool:
    known = path or path_of(number).id
    with transaction() as session:
        return was_not_used(session, session.get_one(Cabinet, number), known, actor=GUARDIAN, now=NOW)


def path_of(number: int) -> PathFacts:
    db.session.rollback()
    path = find_path(db.session(), number)
    assert path is not None
    return path


def status_of(number: int) -> Status:
    db.session.rollback()
    return db.session.get_one(Cabinet, number).status


def readiness() -> Readiness:
    db.session.rollback()
    facts = find_cabinet(db.session(), "HGV-001")
    assert facts is not None
    return facts.readiness(TODAY)


def trail() -> list[tuple[str, str, dict[str, str]]]:
    db.session.rollback()
    events = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id))
    return [(event.action, event.actor, event.detail) for event in events]


def test_a_used_aed_is_out_of_service_until_every_step_is_done(app: APIFlask) -> None:
    number = cabinet()
    assert begin(number)
    assert not begin(number, actor=GUARDIAN)  # a second report of the same use
    assert (status_of(number), readiness()) == (Status.OUT_OF_SERVICE, Readiness.OUT_OF_SERVICE)
    assert path_of(number).possible == (Step.FETCHED_BACK,)
    for step in (Step.FETCHED_BACK, Step.KIT, Step.BATTERY, Step.PADS):
        assert do(number, step, expires_on=NEW_PADS if step is Step.PADS else None)
        assert not do(number, step)
        assert status_of(number) is Status.OUT_OF_SERVICE
    assert do(number, Step.IN_SERVICE)
    assert (status_of(number), readiness()) == (Status.IN_SERVICE, Readiness.READY)
    path = path_of(number)
    assert (path.begun_by, path.outcome, path.closed_at, path.possible) == (PUBLIC, Outcome.USED, NOW, ())
    assert {(one.step, one.by, one.at) for one in path.done} == {(step, GUARDIAN, NOW) for step in Step}
    assert not do(number, Step.IN_SERVICE)
    assert [action for action, *_ in trail()] == [
        "after_use_begun",
        *["after_use_step"] * 5,
        "after_use_ended",
    ]
    assert trail()[0] == ("after_use_begun", PUBLIC, {})
    assert trail()[-1] == ("after_use_ended", GUARDIAN, {"outcome": "used"})


@pytest.mark.parametrize("step", [step for step in Step if step is not Step.FETCHED_BACK])
def test_a_step_cannot_be_ticked_before_what_comes_first(app: APIFlask, step: Step) -> None:
    number = cabinet()
    begin(number)
    with pytest.raises(StepTooEarly):
        do(number, step)
    do(number, Step.FETCHED_BACK)
    do(number, Step.PADS)
    with pytest.raises(StepTooEarly):
        do(number, Step.IN_SERVICE)
    assert status_of(number) is Status.OUT_OF_SERVICE


def test_new_pads_take_the_place_of_the_used_ones(app: APIFlask) -> None:
    number = cabinet()
    begin(number)
    do(number, Step.FETCHED_BACK)
    do(number, Step.PADS, expires_on=NEW_PADS)
    do(number, Step.BATTERY)
    db.session.rollback()
    pads = db.session.scalars(
        select(Consumable).where(Consumable.kind == ConsumableKind.PADS_ADULT).order_by(Consumable.id)
    ).all()
    assert [(one.expires_on, one.installed_on, one.removed_on) for one in pads] == [
        (FAR_OFF, None, TODAY),
        (NEW_PADS, TODAY, None),
    ]
    (battery,) = db.session.scalars(select(Consumable).where(Consumable.kind == ConsumableKind.BATTERY))
    assert (battery.expires_on, battery.removed_on) == (FAR_OFF, None)


def test_new_pads_whose_date_nobody_read_leave_the_cabinet_unknown_and_never_ready(app: APIFlask) -> None:
    number = cabinet()
    begin(number)
    for step in Step:
        do(number, step)
    assert (status_of(number), readiness()) == (Status.IN_SERVICE, Readiness.UNKNOWN)


def test_an_aed_that_was_not_used_goes_back_as_it_was(app: APIFlask) -> None:
    number = cabinet()
    begin(number)
    do(number, Step.FETCHED_BACK)
    path = path_of(number).id
    assert not_used(number)
    assert not not_used(number)
    assert (status_of(number), path_of(number).outcome) == (Status.IN_SERVICE, Outcome.NOT_USED)
    with pytest.raises(PathClosed):
        do(number, Step.PADS, path=path)
    assert begin(number)
    assert path_of(number).id > path


@pytest.mark.parametrize("status", [Status.OUT_OF_SERVICE, Status.MISSING])
def test_a_cabinet_that_was_out_of_service_before_stays_so(app: APIFlask, status: Status) -> None:
    number = cabinet(status)
    begin(number)
    assert status_of(number) is status
    for step in Step:
        do(number, step)
    assert status_of(number) is status


def test_whoever_retired_the_cabinet_meanwhile_is_not_overruled(app: APIFlask) -> None:
    number = cabinet()
    begin(number)
    with transaction() as session:
        session.get_one(Cabinet, number).status = Status.RETIRED
    assert not_used(number)
    assert status_of(number) is Status.RETIRED


@pytest.mark.parametrize("status", [Status.PLANNED, Status.RETIRED])
def test_where_no_aed_hangs_none_can_have_been_used(app: APIFlask, status: Status) -> None:
    number = cabinet(status)
    with pytest.raises(Conflict):
        begin(number)
    assert find_path(db.session(), number) is None


def test_a_path_belongs_to_its_cabinet(app: APIFlask) -> None:
    number, other = cabinet(), cabinet(ref="HGV-002")
    begin(number)
    for path in (path_of(number).id, 99):
        with pytest.raises(NotFound):
            do(other, Step.FETCHED_BACK, path=path)
        with pytest.raises(NotFound):
            not_used(other, path)
    assert path_of(number).done == ()


def test_a_path_that_ended_in_service_cannot_be_called_unused(app: APIFlask) -> None:
    number = cabinet()
    begin(number)
    for step in Step:
        do(number, step)
    with pytest.raises(PathClosed):
        not_used(number)


def test_the_database_itself_allows_one_open_path_a_cabinet(app: APIFlask) -> None:
    number = cabinet()
    begin(number)
    later = NOW + timedelta(hours=1)
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(AfterUse(cabinet_id=number, begun_at=later, begun_by=PUBLIC, was_in_service=True))
