from datetime import timedelta
from itertools import count, permutations

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from aednet.base.database import db
from aednet.base.errors import NotFound
from aednet.base.phone import PhoneNumber
from aednet.base.transactions import transaction
from aednet.messaging.circuits import close_circuit, open_circuits
from aednet.messaging.claims import Claim, claim
from aednet.messaging.gateway import Accepted, Refused
from aednet.messaging.models import SmsEvent, Suppression
from aednet.messaging.outcomes import Heard, apply_status, record
from aednet.messaging.rules import AttemptState, Reason, State
from aednet.messaging.sending import NotAccepted
from aednet.messaging.verdicts import Action
from tests.factories import NOW
from tests.messaging.parts import Office, attempts, make_addressee, make_reminder, reminder
from tests.messaging.test_drain import failing

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def call_back(
    office: Office, status: str, *, attempt: str | None = None, sid: str = "SM1", code: int | None = None
) -> Heard:
    with transaction() as session:
        return apply_status(
            session,
            office.outbox.terms,
            attempt=attempt,
            sid=sid,
            status=status,
            error_code=code,
            now=office.clock.now(),
            jitter=0.5,
        )


def make_claim(office: Office) -> Claim:
    with transaction() as session:
        claimed = claim(session, office.outbox, owner="test", now=office.clock.now())
    assert claimed is not None
    return claimed


def write_down(office: Office, claimed: Claim, outcome: Accepted | NotAccepted) -> None:
    with transaction() as session:
        record(session, office.outbox.terms, claimed, outcome, now=office.clock.now(), jitter=0.5)


def sent(office: Office) -> tuple[int, str]:
    """Send a reminder. Returns its number and its sid."""
    number = make_reminder()
    office.drainer().run()
    sid = attempts(number)[0].sid
    assert sid is not None
    return number, sid


@pytest.mark.parametrize("statuses", list(permutations(["queued", "sent", "delivered"])))
@pytest.mark.parametrize("recorded_after", [0, 1, 3])
def test_callbacks_in_any_order_and_before_our_own_record_end_the_same(
    office: Office, statuses: tuple[str, ...], recorded_after: int
) -> None:
    number = make_reminder()
    claimed = make_claim(office)
    for position, status in enumerate((*statuses, "end")):
        if position == recorded_after:
            write_down(office, claimed, Accepted(sid="SM1", status="accepted"))
        if status != "end":
            call_back(office, status, attempt=claimed.attempt)
            call_back(office, status, attempt=claimed.attempt)
    assert reminder(number).state is State.DELIVERED
    assert (attempts(number)[0].state, attempts(number)[0].sid) == (AttemptState.DELIVERED, "SM1")
    assert db.session.scalar(select(func.count()).select_from(SmsEvent)) == 4


def test_a_callback_alone_repairs_a_crash(office: Office) -> None:
    number = make_reminder()
    claimed = make_claim(office)
    call_back(office, "sent", attempt=claimed.attempt)
    office.pass_time(HOUR)
    office.drainer().run()
    assert reminder(number).state is State.SENT
    assert office.provider.taken == []


@pytest.mark.parametrize(
    "outcome", [NotAccepted(action=Action.RECONCILE), NotAccepted(action=Action.BACK_OFF)]
)
def test_a_callback_knows_more_than_a_broken_answer(office: Office, outcome: NotAccepted) -> None:
    number = make_reminder()
    claimed = make_claim(office)
    call_back(office, "queued", attempt=claimed.attempt)
    write_down(office, claimed, outcome)
    assert reminder(number).state is State.ACCEPTED


def test_a_callback_for_what_was_believed_lost_stops_the_second_attempt(office: Office) -> None:
    number = make_reminder()
    claimed = make_claim(office)
    write_down(office, claimed, NotAccepted(action=Action.BACK_OFF))
    assert reminder(number).state is State.DUE
    call_back(office, "sent", attempt=claimed.attempt)
    office.pass_time(HOUR)
    office.drainer().run()
    assert reminder(number).state is State.SENT
    assert len(attempts(number)) == 1


def test_an_unknown_attempt_is_not_found_and_nothing_is_written(office: Office) -> None:
    with pytest.raises(NotFound):
        call_back(office, "sent", attempt="nobody's")
    with pytest.raises(NotFound):
        call_back(office, "sent", sid="SM9")
    assert db.session.scalar(select(func.count()).select_from(SmsEvent)) == 0


def test_a_callback_with_another_sid_changes_nothing(office: Office) -> None:
    number, _ = sent(office)
    assert call_back(office, "delivered", attempt=attempts(number)[0].uuid, sid="SM9") is Heard.ODD
    assert reminder(number).state is State.ACCEPTED


def test_what_the_provider_said_is_append_only(office: Office) -> None:
    sent(office)
    db.session.rollback()
    with pytest.raises(DatabaseError, match="append-only"), db.engine.begin() as connection:
        connection.execute(text("DELETE FROM sms_event"))


def test_the_carried_go_where_their_carrier_goes(office: Office) -> None:
    carrier, carried = make_reminder(), make_reminder(rule="pads_expiring")
    office.drainer().run()
    call_back(office, "delivered", attempt=attempts(carrier)[0].uuid, sid=attempts(carrier)[0].sid or "")
    assert reminder(carried).state is State.DELIVERED


@pytest.mark.parametrize(("code", "due_at"), [(30008, NOW + 30 * MINUTE), (30003, NOW.replace(hour=8) + DAY)])
def test_what_failed_in_passing_is_sent_once_more(office: Office, code: int, due_at: object) -> None:
    number, sid = sent(office)
    call_back(office, "undelivered", sid=sid, code=code)
    assert (reminder(number).state, reminder(number).due_at) == (State.DUE, due_at)
    office.pass_time(DAY)
    office.drainer().run()
    assert len(office.provider.taken) == 2
    second = attempts(number)[1]
    call_back(office, "failed", attempt=second.uuid, sid=second.sid or "", code=code)
    assert (reminder(number).state, reminder(number).error_code) == (State.FAILED, code)
    office.pass_time(DAY)
    assert office.drainer().run() == 0


def test_good_news_after_bad_news_takes_the_second_attempt_back(office: Office) -> None:
    number, sid = sent(office)
    call_back(office, "undelivered", sid=sid, code=30008)
    call_back(office, "delivered", sid=sid)
    assert reminder(number).state is State.DELIVERED
    office.pass_time(DAY)
    assert office.drainer().run() == 0


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (30004, State.FAILED),
        (30006, State.FAILED),
        (30007, State.FAILED),
        (None, State.NEEDS_REVIEW),
        (12345, State.NEEDS_REVIEW),
    ],
)
def test_a_failed_message_ends_as_its_code_says(office: Office, code: int | None, state: State) -> None:
    number, sid = sent(office)
    call_back(office, "undelivered", sid=sid, code=code)
    assert reminder(number).state is state


@pytest.mark.parametrize(("code", "route"), [(20003, "twilio"), (21408, "twilio:NL")])
def test_our_own_fault_opens_a_circuit_and_keeps_everything_due(
    office: Office, code: int, route: str
) -> None:
    office.provider.answers = [failing(Refused(code))] * 5
    numbers = [make_reminder(person) for person in range(1, 6)]
    office.drainer().run()
    assert [one.route for one in open_circuits(db.session(), now=NOW)] == [route]
    assert sum(len(attempts(number)) for number in numbers) == 1
    assert {reminder(number).state for number in numbers} <= {State.DUE, State.PLANNED}
    office.provider.answers = []
    office.pass_time(HOUR)
    office.drainer().run()
    assert {reminder(number).state for number in numbers} == {State.ACCEPTED}


def test_a_closed_circuit_lets_a_country_through_while_another_rests(office: Office) -> None:
    office.people.known = {2: make_addressee(2, number=PhoneNumber(e164="+32470123456"))}
    office.provider.answers = [failing(Refused(21408))]
    dutch, belgian = make_reminder(1), make_reminder(2)
    office.drainer().run()
    assert reminder(dutch).state is State.DUE
    assert reminder(belgian).state is State.ACCEPTED
    with transaction() as session:
        assert close_circuit(session, "twilio:NL")


def test_who_opted_out_at_the_provider_is_suppressed_here(office: Office) -> None:
    office.provider.answers = [failing(Refused(21610))]
    number = make_reminder()
    office.drainer().run()
    later = make_reminder(rule="pads_expiring")
    office.pass_time(DAY)
    office.drainer().run()
    assert [(reminder(one).state, reminder(one).reason) for one in (number, later)] == [
        (State.SUPPRESSED, Reason.OPTED_OUT)
    ] * 2
    assert db.session.scalar(select(func.count()).select_from(Suppression)) == 1


def test_too_many_requests_back_off_and_lose_nothing(office: Office) -> None:
    office.provider.answers = [failing(Refused(20429))] * 7
    number, drainer = make_reminder(), office.drainer()
    for _ in range(8):
        drainer.run()
        office.pass_time(MINUTE)
    assert reminder(number).state is State.ACCEPTED
    assert len(attempts(number)) == 8


def test_a_lost_callback_is_asked_after_within_an_hour(office: Office) -> None:
    number, sid = sent(office)
    office.provider.set_status(sid, "delivered")
    drainer = office.drainer()
    drainer.poll()
    assert reminder(number).state is State.ACCEPTED
    office.pass_time(HOUR)
    drainer.poll()
    assert reminder(number).state is State.DELIVERED


def test_a_message_of_which_nothing_is_heard_is_not_asked_after_for_ever(office: Office) -> None:
    number, _ = sent(office)
    drainer = office.drainer()
    for _ in range(80):
        office.pass_time(2 * HOUR)
        drainer.poll()
    assert attempts(number)[0].polls == 6
    assert attempts(number)[0].state is AttemptState.ACCEPTED


NEVER_MIND = [HealthCheck.function_scoped_fixture]


@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=NEVER_MIND)
@given(
    statuses=st.lists(st.sampled_from(["queued", "sent", "delivered", "undelivered"]), max_size=6),
    recorded_at=st.integers(0, 6),
)
def test_in_whatever_order_the_highest_status_stands(
    office: Office, statuses: list[str], recorded_at: int
) -> None:
    person = next(PEOPLE)
    number = make_reminder(person)
    claimed, sid = make_claim(office), f"SM{person}"
    for position in range(max(len(statuses), recorded_at) + 1):
        if position == recorded_at:
            write_down(office, claimed, Accepted(sid=sid, status="queued"))
        for status in statuses[position : position + 1]:
            call_back(office, status, attempt=claimed.attempt, sid=sid, code=30004)
    ends = {"delivered": State.DELIVERED, "undelivered": State.FAILED, "sent": State.SENT}
    wanted = next((end for status, end in ends.items() if status in statuses), State.ACCEPTED)
    assert reminder(number).state is wanted
    assert attempts(number)[0].state == wanted


PEOPLE = count(1_000)
