from collections.abc import Sequence
from datetime import timedelta
from itertools import count

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select

from aednet.alerts.answering import Received, receive
from aednet.alerts.network import setting_of
from aednet.alerts.senders import Outcome
from aednet.base.audit import AuditEvent
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.phone import PhoneNumber
from aednet.base.transactions import transaction
from aednet.cabinets.guarding.services import appoint_guardian
from aednet.cabinets.models import Cabinet, Inspection, ProblemReport
from aednet.cabinets.queries import find_cabinet
from aednet.cabinets.rules import GuardianRole, Readiness
from aednet.messaging.models import InboundSms, Reminder, Suppression
from aednet.messaging.numbers import hashes_of
from aednet.messaging.rules import MessageClass, State
from aednet.messaging.suppressions import is_suppressed
from aednet.volunteers.models import ConsentEvent
from aednet.volunteers.rules import ConsentKind
from tests.factories import NOW, TODAY, make_cabinet, make_volunteer
from tests.messaging.parts import make_reminder

NUMBERS = count(1)
GUARDIAN = "+31612340001"  # of the volunteer that `make_volunteer` makes first
LONG_AGO = TODAY - timedelta(days=40)


@pytest.fixture
def network(app: APIFlask) -> None:
    """Cabinets 17 and 31, long not looked at; volunteer 1 guards the first, 2 nothing."""
    with transaction() as session:
        ids = [make_cabinet(session, f"HGV-0{number}", inspected_on=LONG_AGO) for number in (17, 31)]
        people = [make_volunteer(session, number) for number in (1, 2)]
        appoint_guardian(session, ids[0], people[0], role=GuardianRole.GUARDIAN, today=TODAY)


def write(text: str, *, sender: str = GUARDIAN, message: str | None = None) -> Outcome | None:
    """Have somebody write to us."""
    received = Received(
        provider_id=message or f"SM{next(NUMBERS)}", sender=PhoneNumber(e164=sender), text=text
    )
    with transaction() as session:
        return receive(
            session,
            received,
            ref_prefix="HGV",
            setting=setting_of(current().settings, today=TODAY),
            now=NOW,
            today=TODAY,
        )


def answers() -> Sequence[str | None]:
    """Return what is to be answered, in order."""
    db.session.rollback()
    wanted = select(Reminder.given_text).where(Reminder.rule == "reply").order_by(Reminder.id)
    return db.session.scalars(wanted).all()


def unread() -> Sequence[str]:
    """Return what came of the messages that a person has to read."""
    db.session.rollback()
    wanted = select(InboundSms.outcome).where(InboundSms.read_at.is_(None)).order_by(InboundSms.id)
    return db.session.scalars(wanted).all()


def readiness_of(ref: str) -> Readiness:
    db.session.rollback()
    found = find_cabinet(db.session(), ref)
    assert found is not None
    return found.readiness(TODAY)


def how_many(table: type[object]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("text", ["OK 17", "ok", "Oke, 17!"])
def test_ok_turns_a_cabinet_ready_and_is_thanked_for(network: None, text: str) -> None:
    assert readiness_of("HGV-017") is Readiness.DUE
    assert write(text) is Outcome.INSPECTIONS_LOGGED
    assert readiness_of("HGV-017") is Readiness.READY
    assert answers() == ["Dank u wel. AED 17 (Buurthuis HGV-017): controle genoteerd."]
    assert unread() == []
    assert "volunteer 1" in db.session.scalars(select(AuditEvent.actor)).all()


def test_a_message_told_twice_is_acted_on_once(network: None) -> None:
    before = how_many(Inspection)
    assert write("OK 17", message="SMa") is Outcome.INSPECTIONS_LOGGED
    assert write("OK 17", message="SMa") is None
    assert (how_many(Inspection) - before, len(answers()), how_many(InboundSms)) == (1, 1, 1)


def test_ok_never_makes_a_cabinet_ready_whose_battery_lapsed(network: None) -> None:
    with transaction() as session:
        cabinet = make_cabinet(session, "HGV-040", battery_expires_on=TODAY - timedelta(days=1))
        appoint_guardian(session, cabinet, 1, role=GuardianRole.DEPUTY, today=TODAY)
    assert write("OK 40") is Outcome.INSPECTIONS_LOGGED
    assert readiness_of("HGV-040") is Readiness.OUT_OF_SERVICE


def test_a_defect_takes_the_cabinet_out_and_opens_a_task_and_ok_puts_it_back(network: None) -> None:
    assert write("DEFECT 17 de batterij piept") is Outcome.DEFECT_REPORTED
    assert readiness_of("HGV-017") is Readiness.OUT_OF_SERVICE
    assert db.session.scalars(select(ProblemReport.text)).all() == ["de batterij piept"]
    assert write("OK 17") is Outcome.INSPECTIONS_LOGGED
    assert readiness_of("HGV-017") is Readiness.READY


@pytest.mark.parametrize("text", ["OK 31", "DEFECT 31 deur klemt"])
def test_who_does_not_look_after_a_cabinet_only_reports_a_problem(network: None, text: str) -> None:
    before = readiness_of("HGV-031")
    assert write(text) is Outcome.PROBLEM_REPORTED
    assert readiness_of("HGV-031") is before
    assert how_many(ProblemReport) == 1


def test_what_is_not_understood_is_asked_about_once_and_stands_on_the_desk(network: None) -> None:
    assert write("blub") is Outcome.ASKED
    assert unread() == ["asked"]
    assert write("blub blub") is Outcome.HANDED_OVER
    assert len(answers()) == 1
    assert unread() == ["asked", "handed_over"]


def test_an_answer_that_is_understood_takes_the_question_off_the_desk(network: None) -> None:
    write("blub")
    write("OK 17")
    assert unread() == []


def test_stop_ends_messages_at_once_and_start_begins_them_again(network: None) -> None:
    waiting = make_reminder(1)
    assert write("STOP") is Outcome.STOPPED
    db.session.rollback()
    assert db.session.get_one(Reminder, waiting).state is State.SUPPRESSED
    assert is_suppressed(db.session(), hashes_of(PhoneNumber(e164=GUARDIAN)))
    assert answers() == []
    assert unread() == ["stopped"]  # somebody guards a cabinet whom nobody reminds any more
    assert write("START") is Outcome.RESUMED
    assert how_many(Suppression) == 0
    kinds = db.session.scalars(select(ConsentEvent.kind).where(ConsentEvent.volunteer_id == 1)).all()
    assert kinds == [ConsentKind.GIVEN, ConsentKind.STOPPED, ConsentKind.RESUMED]


def test_an_unknown_sender_gets_no_answer_and_is_shown_once(network: None) -> None:
    for _ in range(3):
        assert write("OK 17", sender="+31687654321") is Outcome.UNKNOWN_SENDER
    assert answers() == []
    assert unread() == ["unknown_sender"]
    assert readiness_of("HGV-017") is Readiness.DUE


def test_an_unknown_sender_may_stop(network: None) -> None:
    assert write("STOP", sender="+31687654321") is Outcome.STOPPED
    assert how_many(Suppression) == 1
    assert unread() == []


def test_what_cannot_be_done_any_more_is_left_to_a_person_and_nothing_of_it_is_stored(network: None) -> None:
    before = how_many(Inspection)
    with transaction() as session:
        make_cabinet(session, "HGV-050", inspected_on=None)
    with transaction() as session:
        cabinet = session.scalars(select(Cabinet).where(Cabinet.ref == "HGV-050")).one()
        appoint_guardian(session, cabinet.id, 2, role=GuardianRole.GUARDIAN, today=TODAY)
        cabinet.status = cabinet.status.RETIRED
    assert write("OK 50", sender="+31612340002") in {Outcome.ASKED, Outcome.HANDED_OVER}
    assert how_many(Inspection) == before


def test_an_answer_goes_at_once_and_in_the_language_of_who_wrote(network: None) -> None:
    with transaction() as session:
        make_volunteer(session, 3, language="en")
    write("hello there", sender="+31612340003")
    db.session.rollback()
    answer = db.session.scalars(select(Reminder)).one()
    assert answer.message_class is MessageClass.TRANSACTIONAL
    assert answer.due_at == NOW
    assert answer.given_text is not None
    assert answer.given_text.isascii()
    assert "reply" in answer.given_text.casefold()


@pytest.mark.parametrize("text", ["", " ", "\x00", "DEFECT 17 \x00\x1b[2J\u202eabc", "x" * 2_000, "👍"])
def test_no_text_breaks_anything(network: None, text: str) -> None:
    assert write(text) is not None
