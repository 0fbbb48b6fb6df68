from datetime import date, datetime, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select, text

from aednet.base.audit import AuditEvent
from aednet.base.database import db
from aednet.base.errors import Conflict, InvalidValue, NotFound
from aednet.base.transactions import transaction
from aednet.cabinets.care.checklist import DECISIVE, Answer, Item
from aednet.cabinets.care.drafts import ChecklistDraft
from aednet.cabinets.care.inspections import DatesChanged, Logged, keep_photo, log_checklist, remedy
from aednet.cabinets.care.models import Finding
from aednet.cabinets.care.queries import find_photo, list_findings, list_inspections
from aednet.cabinets.drafts import DeviceDraft
from aednet.cabinets.models import Cabinet
from aednet.cabinets.queries import find_cabinet, find_device
from aednet.cabinets.rules import Readiness, Status
from tests.factories import FAR_OFF, NOW, TODAY, make_cabinet, make_cabinets

OK, NOT_OK = Answer.OK, Answer.NOT_OK
ALL_OK = dict.fromkeys(Item, OK)
SOMEBODY = "volunteer 12"


@pytest.fixture(autouse=True)
def cabinet_id(app: APIFlask) -> int:
    with transaction() as session:
        return make_cabinet(session, inspected_on=TODAY - timedelta(days=50))


def log(
    answers: dict[Item, Answer] | None = None,
    *,
    at: datetime = NOW,
    actor: str = SOMEBODY,
    read: DeviceDraft | None = None,
    shown: DeviceDraft | None = None,
    **facts: Any,
) -> Logged:
    known = DeviceDraft(pads_adult_expire_on=FAR_OFF, battery_expires_on=FAR_OFF)
    draft = ChecklistDraft(
        answers=ALL_OK if answers is None else answers, shown=shown or known, read=read or known, **facts
    )
    with transaction() as session:
        cabinet = session.scalars(select(Cabinet)).one()
        return log_checklist(session, cabinet, draft, actor=actor, now=at, today=at.date())


def state() -> Readiness:
    db.session.rollback()
    facts = find_cabinet(db.session(), "HGV-001")
    assert facts is not None
    return facts.readiness(TODAY)


def amiss(cabinet_id: int) -> list[Item]:
    db.session.rollback()
    return [finding.item for finding in list_findings(db.session(), cabinet_id)]


def trail() -> list[tuple[str, str, dict[str, str]]]:
    db.session.rollback()
    events = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id))
    return [(event.action, event.actor, event.detail) for event in events]


def test_a_cabinet_in_order_is_ready_and_its_answers_are_kept(cabinet_id: int) -> None:
    assert state() is Readiness.OVERDUE
    logged = log(ALL_OK | {Item.KIT: NOT_OK}, note="Bij de bar gevraagd.")
    assert state() is Readiness.READY
    newest, older = list_inspections(db.session(), cabinet_id, limit=5)
    assert (newest.id, newest.passed, newest.note) == (logged.inspection_id, True, "Bij de bar gevraagd.")
    assert (newest.answers, newest.amiss) == (ALL_OK | {Item.KIT: NOT_OK}, (Item.KIT,))
    assert (older.answers, older.has_photo) == ({}, False)
    detail = {"inspected_on": TODAY.isoformat(), "passed": "yes", "amiss": "kit"}
    assert trail() == [("inspection_logged", SOMEBODY, detail)]


@pytest.mark.parametrize("item", sorted(DECISIVE))
def test_something_decisive_amiss_takes_it_out_of_service_whatever_else_was_seen(item: Item) -> None:
    log({item: NOT_OK})
    assert state() is Readiness.OUT_OF_SERVICE


@pytest.mark.parametrize("item", sorted(DECISIVE))
def test_without_a_look_at_all_that_is_decisive_nothing_is_logged(cabinet_id: int, item: Item) -> None:
    with pytest.raises(InvalidValue) as refusal:
        log({known: OK for known in Item if known is not item})
    assert refusal.value.fields.keys() == {item}
    assert len(list_inspections(db.session(), cabinet_id, limit=5)) == 1
    assert trail() == []


def test_what_is_amiss_stays_open_once_until_it_is_ticked_off_or_seen_in_order(cabinet_id: int) -> None:
    log(ALL_OK | {Item.KIT: NOT_OK, Item.SIGNS: NOT_OK, Item.LIGHT: NOT_OK})
    assert amiss(cabinet_id) == [Item.LIGHT, Item.SIGNS, Item.KIT]
    kit = db.session.scalars(select(Finding).where(Finding.item == Item.KIT)).one()
    later = NOW + timedelta(days=3)
    log({**dict.fromkeys(DECISIVE, OK), Item.KIT: NOT_OK, Item.SIGNS: OK}, at=later)
    assert amiss(cabinet_id) == [Item.LIGHT, Item.KIT]  # nobody looked at the light
    assert db.session.get_one(Finding, kit.id).found_on == TODAY
    for is_new in (True, False):
        with transaction() as session:
            cabinet = session.get_one(Cabinet, cabinet_id)
            assert remedy(session, cabinet, kit.id, actor="coordinator 3", now=later) is is_new
    assert amiss(cabinet_id) == [Item.LIGHT]
    assert trail()[-1] == ("finding_remedied", "coordinator 3", {"item": "kit"})
    log(ALL_OK | {Item.KIT: NOT_OK}, at=later + timedelta(days=3))
    assert amiss(cabinet_id) == [Item.KIT]


def test_an_inspection_of_an_earlier_day_has_not_the_last_word(cabinet_id: int) -> None:
    log(ALL_OK | {Item.KIT: NOT_OK})
    earlier = TODAY - timedelta(days=1)
    log(ALL_OK | {Item.SIGNS: NOT_OK}, inspected_on=earlier, at=NOW + timedelta(hours=1))
    assert amiss(cabinet_id) == [Item.KIT]


def test_somebody_else_s_finding_is_not_ticked_off_through_another_cabinet(cabinet_id: int) -> None:
    log(ALL_OK | {Item.KIT: NOT_OK})
    with transaction() as session:
        other = make_cabinet(session, "HGV-002")
    (finding,) = list_findings(db.session(), cabinet_id)
    for number in (finding.id, 99):
        with pytest.raises(NotFound), transaction() as session:
            remedy(session, session.get_one(Cabinet, other), number, actor=SOMEBODY, now=NOW)
    assert amiss(cabinet_id) == [Item.KIT]


def test_the_same_said_twice_within_ten_minutes_is_logged_once(cabinet_id: int) -> None:
    answers = ALL_OK | {Item.KIT: NOT_OK}
    first = log(answers)
    assert log(answers, at=NOW + timedelta(minutes=9)) == Logged(
        inspection_id=first.inspection_id, is_new=False
    )
    assert log(ALL_OK, at=NOW + timedelta(minutes=9)).is_new
    assert log(ALL_OK, at=NOW + timedelta(minutes=9), actor="volunteer 13").is_new
    assert log(ALL_OK, at=NOW + timedelta(minutes=20), actor="volunteer 13").is_new
    assert len(trail()) == 4


def test_dates_that_were_read_are_written_down_and_others_left_alone(cabinet_id: int) -> None:
    soon = date(2027, 1, 31)
    log(read=DeviceDraft(pads_adult_expire_on=soon, battery_expires_on=FAR_OFF, pads_child_expire_on=soon))
    device = find_device(db.session(), cabinet_id)
    assert device is not None
    assert (device.pads_adult_expire_on, device.pads_child_expire_on) == (soon, soon)
    assert device.battery_expires_on == FAR_OFF
    changed = {"fields": "device.pads_adult_expire_on, device.pads_child_expire_on"}
    assert trail()[0] == ("cabinet_changed", SOMEBODY, changed)


def test_a_date_that_somebody_else_wrote_down_meanwhile_is_not_overwritten(cabinet_id: int) -> None:
    mine, theirs = date(2027, 1, 31), date(2027, 6, 30)
    log(read=DeviceDraft(pads_adult_expire_on=theirs, battery_expires_on=FAR_OFF))
    with pytest.raises(DatesChanged) as refusal:
        log(read=DeviceDraft(pads_adult_expire_on=mine, battery_expires_on=FAR_OFF), actor="volunteer 13")
    assert refusal.value.fields == {"pads_adult_expire_on"}
    device = find_device(db.session(), cabinet_id)
    assert device is not None
    assert device.pads_adult_expire_on == theirs
    assert len(list_inspections(db.session(), cabinet_id, limit=5)) == 2
    log(actor="volunteer 13")  # who corrects nothing is not in anybody's way


def test_pads_whose_date_has_passed_cannot_be_called_in_order() -> None:
    lapsed = DeviceDraft(pads_adult_expire_on=TODAY - timedelta(days=1), battery_expires_on=TODAY)
    with pytest.raises(InvalidValue) as refusal:
        log(read=lapsed)
    assert refusal.value.fields == {Item.PADS: "lapsed"}
    log(ALL_OK | {Item.PADS: NOT_OK}, read=lapsed)
    assert state() is Readiness.OUT_OF_SERVICE


def test_neither_tomorrow_nor_a_retired_cabinet_can_be_inspected(cabinet_id: int) -> None:
    with pytest.raises(InvalidValue):
        log(inspected_on=TODAY + timedelta(days=1))
    with transaction() as session:
        session.get_one(Cabinet, cabinet_id).status = Status.RETIRED
    with pytest.raises(Conflict):
        log()


def test_an_inspection_has_one_photo_which_the_database_cannot_read(cabinet_id: int) -> None:
    number = log().inspection_id
    make_cabinets({"ref": "HGV-002"})
    with transaction() as session:
        assert keep_photo(session, number, b"JPEG of somebody", now=NOW)
        assert not keep_photo(session, number, b"another", now=NOW)
    assert find_photo(db.session(), cabinet_id, number) == b"JPEG of somebody"
    assert find_photo(db.session(), cabinet_id + 1, number) is None
    assert list_inspections(db.session(), cabinet_id, limit=1)[0].has_photo
    stored = bytes(db.session.execute(text("SELECT image FROM inspection_photo")).scalar_one())
    assert b"JPEG" not in stored
