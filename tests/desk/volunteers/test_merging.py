from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from aednet.base.audit import AuditEvent
from aednet.base.database import db
from aednet.base.phone import PhoneNumber
from aednet.base.transactions import transaction
from aednet.cabinets.guarding.services import appoint_guardian
from aednet.cabinets.models import Cabinet, Guardianship
from aednet.cabinets.rules import GuardianRole
from aednet.messaging.inbound import NewInbound, keep_inbound
from aednet.messaging.models import InboundSms, Reminder
from aednet.messaging.rules import RecipientKind
from aednet.volunteers.models import ConsentEvent, Volunteer
from aednet.volunteers.queries import find_volunteer
from aednet.volunteers.records import list_courses
from aednet.volunteers.rules import ConsentKind
from aednet.volunteers.training import bookings
from aednet.volunteers.training.bookings import Booker
from aednet.volunteers.training.queries import list_bookings, list_own_bookings
from aednet.volunteers.training.rules import BookingState
from tests.desk.reading import Page, shown
from tests.factories import NOW, TODAY, make_cabinet, make_training
from tests.fakes import MovableClock
from tests.messaging.parts import make_reminder

Ask = Callable[..., TestResponse]
Add = Callable[..., int]
ANYBODY = Booker(actor="system", within=None)

pytestmark = pytest.mark.usefixtures("coordinator")


def everybody() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(select(Volunteer.id).order_by(Volunteer.id)))


def merge(ask: Ask, keep: int, other: int, **choices: str) -> TestResponse:
    path = f"/{keep}/samenvoegen/{other}"
    return ask(path, data=shown(ask(path)) | choices)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"phone": "06 1234 0001"}, "hetzelfde nummer"),
        ({"email": "IDA@aednet.example"}, "hetzelfde e-mailadres"),
        ({"name": "voorbeeld IDA"}, "dezelfde naam"),
    ],
)
def test_who_may_be_the_same_is_proposed_on_the_page(
    ask: Ask, add: Add, changes: dict[str, Any], why: str
) -> None:
    own = add(1, name="Ida Voorbeeld", email="ida@aednet.example")
    assert "dubbel" not in Page(ask(f"/{own}").text).words
    add(2, lon=6.49, **changes)  # whose name differs, unless it is the name that does not
    assert "dubbel" not in Page(ask(f"/{own}").text).words, "lives elsewhere"
    other = add(3, **changes)
    words = Page(ask(f"/{own}").text).words
    assert f"nr. {other} {why}" in words


def test_of_two_who_are_one_the_chosen_values_survive_and_all_else_goes_along(ask: Ask, add: Add) -> None:
    keep = add(1, name="Ida Voorbeeld", note="heeft een sleutel", course_on=TODAY - timedelta(days=500))
    other = add(2, name="Ida de Groot", note="belt liever", course_on=TODAY - timedelta(days=20))
    with transaction() as session:
        only, shared = make_cabinet(session, "HGV-001"), make_cabinet(session, "HGV-002")
        appoint_guardian(session, only, other, role=GuardianRole.GUARDIAN, today=TODAY)
        appoint_guardian(session, shared, other, role=GuardianRole.GUARDIAN, today=TODAY)
        appoint_guardian(session, shared, keep, role=GuardianRole.DEPUTY, today=TODAY)
        training, both = make_training(session), make_training(session)
        bookings.accept(session, training, other, by=ANYBODY, now=NOW)
        bookings.invite(session, both, [keep], by=ANYBODY, now=NOW)
        bookings.accept(session, both, other, by=ANYBODY, now=NOW)
    answer = merge(ask, keep, other, name="ander", course_on="ander", note="beide")
    assert answer.location == f"/desk/mensen/{keep}?gedaan=samengevoegd"
    assert everybody() == [keep]
    facts = find_volunteer(db.session(), keep, within=None)
    assert facts is not None
    assert (facts.name, facts.phone.e164, facts.note, facts.course_on) == (
        "Ida de Groot",
        "+31612340001",
        "heeft een sleutel\nbelt liever",
        TODAY - timedelta(days=20),
    )
    held = db.session.execute(
        select(Guardianship.cabinet_id, Guardianship.role)
        .where(Guardianship.until_on.is_(None))
        .order_by(Guardianship.cabinet_id)
    ).all()
    assert held == [(only, GuardianRole.GUARDIAN), (shared, GuardianRole.GUARDIAN)]
    assert set(db.session.scalars(select(Cabinet.guardian_id))) == {keep}
    assert {one.state for one in list_own_bookings(db.session(), keep)} == {BookingState.BOOKED}
    assert [one.volunteer_id for one in list_bookings(db.session(), both)] == [keep]
    days = {one.course_on for one in list_courses(db.session(), keep)}
    assert days == {TODAY - timedelta(days=500), TODAY - timedelta(days=20)}
    kinds = db.session.execute(
        select(ConsentEvent.kind).where(ConsentEvent.volunteer_id == other).order_by(ConsentEvent.id)
    )
    assert list(kinds.scalars()) == [ConsentKind.GIVEN, ConsentKind.WITHDRAWN]
    noted = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "volunteers_merged")).one()
    assert (noted.subject, noted.detail["other"]) == (f"volunteer {keep}", str(other))
    assert "Ida" not in repr(noted.detail)


def test_merging_twice_is_harmless(ask: Ask, add: Add) -> None:
    keep, other = add(1), add(2)
    path = f"/{keep}/samenvoegen/{other}"
    data = shown(ask(path))
    assert ask(path, data=data).status_code == 303
    again = ask(path, data=data)
    assert (again.status_code, again.location) == (303, f"/desk/mensen/{keep}")
    assert everybody() == [keep]


def test_a_choice_that_was_made_on_what_has_changed_is_made_again(
    ask: Ask, add: Add, clock: MovableClock
) -> None:
    keep, other = add(1), add(2)
    path = f"/{keep}/samenvoegen/{other}"
    data = shown(ask(path))
    clock.move(timedelta(minutes=1))
    ask(f"/{other}/stand", data={"stap": "pauze"})
    answer = ask(path, data=data | {"name": "ander"})
    assert answer.status_code == 409
    assert shown(answer)["name"] == "ander"
    assert everybody() == [keep, other]


def test_who_has_left_cannot_be_the_one_who_stays(ask: Ask, add: Add) -> None:
    keep, other = add(1), add(2)
    ask(f"/{keep}/stand", data={"stap": "gestopt"})
    assert merge(ask, keep, other).status_code == 409
    assert merge(ask, other, keep).status_code == 303
    assert everybody() == [other]


def test_both_have_to_live_in_the_callers_areas_and_be_two(ask: Ask, add: Add) -> None:
    own, foreign = add(1), add(2, lon=6.49)
    assert ask(f"/{own}/samenvoegen/{foreign}").status_code == 404
    assert ask(f"/{foreign}/samenvoegen/{own}").status_code == 404
    assert ask(f"/{own}/samenvoegen/{own}").status_code == 404
    data = {"keep_version": "x", "other_version": "x"}
    assert ask(f"/{foreign}/samenvoegen/{own}", data=data).status_code == 404
    assert ask(f"/{own}/samenvoegen/{own}", data=data).status_code == 404
    ask(f"/{own}/samenvoegen/{foreign}", data=data)
    assert everybody() == [own, foreign]


def test_messages_to_and_from_who_goes_are_those_of_who_stays(ask: Ask, add: Add) -> None:
    keep, other = add(1), add(2, name="Ida de Groot")
    told = make_reminder(other, "check")
    with transaction() as session:
        new = NewInbound(
            provider_id="SM1",
            sender=PhoneNumber(e164="+31612340002"),
            text="blub",
            outcome="asked",
            sender_kind=RecipientKind.VOLUNTEER,
            sender_id=other,
        )
        keep_inbound(session, new, now=NOW)
    assert merge(ask, keep, other).status_code == 303
    db.session.rollback()
    assert db.session.get_one(Reminder, told).recipient_id == keep
    assert db.session.scalars(select(InboundSms.sender_id)).all() == [keep]
