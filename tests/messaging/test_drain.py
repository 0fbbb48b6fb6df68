from dataclasses import replace
from datetime import timedelta

import pytest

from aednet.base.phone import PhoneNumber
from aednet.base.transactions import transaction
from aednet.messaging.claims import claim
from aednet.messaging.drain import Point
from aednet.messaging.gateway import NotReached, Refused, Unclear
from aednet.messaging.rules import AttemptState, MessageClass, Reason, State
from aednet.messaging.sending import send
from tests.factories import NOW
from tests.messaging.parts import Office, attempts, make_addressee, make_reminder, reminder

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def failing(error: Exception):  # type: ignore[no-untyped-def]
    def fail() -> None:
        raise error

    return fail


def test_a_due_reminder_is_sent_once(office: Office) -> None:
    number = make_reminder()
    assert office.drainer().run() == 1
    assert office.drainer("another").run() == 0
    assert len(office.provider.taken) == 1
    assert reminder(number).state is State.ACCEPTED


def test_what_is_due_for_one_person_goes_in_one_message(office: Office) -> None:
    first, second = make_reminder(rule="inspection_due"), make_reminder(rule="pads_expiring")
    other = make_reminder(2)
    office.drainer().run()
    assert [text.partition(" ")[0] for text in office.provider.texts] == [
        "inspection_due+pads_expiring",
        "inspection_due",
    ]
    assert [reminder(one).state for one in (first, second, other)] == [State.ACCEPTED] * 3
    assert reminder(second).carrier_id == first


def test_a_second_reminder_waits_twenty_hours_after_the_first(office: Office) -> None:
    make_reminder()
    office.drainer().run()
    later = make_reminder(rule="pads_expiring")
    office.drainer().run()
    assert reminder(later).due_at == NOW + 20 * HOUR
    office.pass_time(20 * HOUR - MINUTE)
    assert office.drainer().run() == 0
    office.pass_time(MINUTE)
    assert office.drainer().run() == 1


@pytest.mark.parametrize("hour", [4, 7, 19, 23])
def test_reminders_keep_to_the_hours_and_what_cannot_wait_does_not(office: Office, hour: int) -> None:
    office.clock.instant = NOW.replace(hour=hour)  # 05:00, 08:00, 20:00 and 00:00 in Amsterdam
    quiet = make_reminder(due_at=NOW - 24 * HOUR)
    loud = make_reminder(2, message_class=MessageClass.TRANSACTIONAL, due_at=NOW - 24 * HOUR)
    office.drainer().run()
    assert reminder(quiet).state is State.PLANNED
    assert reminder(loud).state is State.ACCEPTED


def test_no_message_may_arrive_after_closing(office: Office) -> None:
    office.clock.instant = NOW.replace(hour=18, minute=30)
    make_reminder()
    office.drainer().run()
    assert office.provider.taken[0][0].deliver_by == NOW.replace(hour=19)


def test_what_is_too_late_expires(office: Office) -> None:
    number = make_reminder(expires_at=NOW)
    office.drainer().run()
    assert reminder(number).state is State.EXPIRED
    assert office.provider.taken == []


def test_who_is_gone_or_not_allowed_or_abroad_gets_nothing(office: Office) -> None:
    office.people.known = {
        1: None,
        2: make_addressee(2, is_allowed=False),
        3: make_addressee(3, number=PhoneNumber(e164="+33612345678")),
    }
    numbers = [make_reminder(one) for one in (1, 2, 3)]
    office.drainer().run()
    assert [(reminder(one).state, reminder(one).reason) for one in numbers] == [
        (State.CANCELLED, Reason.GONE),
        (State.SUPPRESSED, Reason.NO_CONSENT),
        (State.FAILED, Reason.COUNTRY),
    ]
    assert office.provider.taken == []


def test_one_text_that_cannot_be_made_does_not_stop_the_others(office: Office) -> None:
    office.words.fails_for = frozenset({1})
    bad, good = make_reminder(1), make_reminder(2)
    office.drainer().run()
    assert (reminder(bad).state, reminder(bad).reason) == (State.NEEDS_REVIEW, Reason.NO_TEXT)
    assert reminder(good).state is State.ACCEPTED


def test_what_need_not_be_said_any_more_is_not(office: Office) -> None:
    office.words.text = None
    number = make_reminder()
    office.drainer().run()
    assert (reminder(number).state, reminder(number).reason) == (State.CANCELLED, Reason.NOTHING_TO_SAY)


def test_a_connection_refused_is_tried_again_soon(office: Office) -> None:
    office.provider.answers = [failing(NotReached())]
    number = make_reminder()
    office.drainer().run()
    assert reminder(number).state is State.DUE
    assert NOW < reminder(number).due_at <= NOW + MINUTE
    office.pass_time(MINUTE)
    office.drainer().run()
    assert reminder(number).state is State.ACCEPTED
    assert [one.state for one in attempts(number)] == [AttemptState.RELEASED, AttemptState.ACCEPTED]


@pytest.mark.parametrize("taken_on", [True, False])
def test_a_message_in_doubt_is_found_or_made_once_more(office: Office, *, taken_on: bool) -> None:
    office.provider.answers = [failing(Unclear())]
    office.provider.takes_on_before_failing = taken_on
    number, drainer = make_reminder(), office.drainer()
    drainer.run()
    assert reminder(number).state is State.UNKNOWN
    drainer.run()
    office.pass_time(timedelta(seconds=121))
    drainer.run()
    assert reminder(number).state is (State.ACCEPTED if taken_on else State.UNKNOWN)
    office.pass_time(timedelta(minutes=16))
    drainer.run()
    drainer.run()
    office.pass_time(timedelta(minutes=16))
    drainer.run()
    assert reminder(number).state is State.ACCEPTED
    assert len(office.provider.taken) == 1


def test_a_message_lost_twice_is_for_a_person_to_decide(office: Office) -> None:
    office.provider.answers = [failing(Unclear()), failing(Unclear())]
    number, drainer = make_reminder(), office.drainer()
    for _ in range(12):
        drainer.run()
        office.pass_time(timedelta(minutes=16))
    assert (reminder(number).state, reminder(number).reason) == (State.NEEDS_REVIEW, Reason.LOST_TWICE)
    assert office.provider.taken == []


def test_an_abandoned_claim_is_put_in_doubt_and_found(office: Office) -> None:
    number, drainer = make_reminder(), office.drainer()
    with transaction() as session:
        claimed = claim(session, office.outbox, owner="killed", now=office.clock.now())
    assert claimed is not None
    send(office.provider, claimed)
    office.pass_time(timedelta(seconds=91))
    drainer.run()
    assert reminder(number).state is State.UNKNOWN
    office.pass_time(timedelta(seconds=121))
    drainer.run()
    assert reminder(number).state is State.ACCEPTED
    assert len(office.provider.taken) == 1


def test_a_clock_set_forward_does_not_make_anybody_ask_too_soon(office: Office) -> None:
    office.provider.answers = [failing(Unclear())]
    office.provider.takes_on_before_failing = True
    office.provider.hidden = True
    number, drainer = make_reminder(expires_at=NOW + timedelta(days=30)), office.drainer()
    drainer.run()
    for _ in range(5):
        office.clock.move(timedelta(days=1))
        drainer.run()
    assert attempts(number)[0].absences == 0
    assert len(office.provider.taken) == 1


def test_a_permanent_refusal_is_final(office: Office) -> None:
    office.provider.answers = [failing(Refused(21211))]
    number = make_reminder()
    office.drainer().run()
    assert (reminder(number).state, reminder(number).error_code) == (State.FAILED, 21211)


def test_a_lease_taken_by_a_wrong_clock_holds_nobody_up(office: Office) -> None:
    office.clock.move(timedelta(days=1))
    number = make_reminder(expires_at=NOW + timedelta(days=9))
    with transaction() as session:
        assert claim(session, office.outbox, owner="killed", now=office.clock.now())
    office.clock.move(-timedelta(days=1))
    drainer = office.drainer()
    drainer.run()
    assert reminder(number).state is State.UNKNOWN


def test_a_clock_set_back_repeats_nothing(office: Office) -> None:
    numbers = [make_reminder(), make_reminder(2)]
    drainer = office.drainer()
    drainer.run()
    office.clock.move(-timedelta(hours=2))
    later = make_reminder(rule="pads_expiring", due_at=NOW - timedelta(hours=3))
    drainer.run()
    assert [len(attempts(number)) for number in numbers] == [1, 1]
    assert reminder(later).due_at == NOW + 20 * HOUR


def test_days_without_a_worker_are_caught_up_in_one_message(office: Office) -> None:
    for day in range(3):
        occurrence = NOW.date() + timedelta(days=day)
        make_reminder(occurrence_on=occurrence, due_at=NOW + timedelta(days=day), expires_at=NOW + 90 * HOUR)
    stale = make_reminder(rule="training_tomorrow", expires_at=NOW + HOUR)
    office.pass_time(timedelta(days=3))
    office.drainer().run()
    assert len(office.provider.taken) == 1
    assert reminder(stale).state is State.EXPIRED


def test_a_provider_that_is_no_more_leaves_what_is_in_doubt_to_a_person(office: Office) -> None:
    office.provider.answers = [failing(Unclear())]
    number = make_reminder()
    office.drainer().run()
    office.outbox = replace(office.outbox, gateways={})
    drainer = office.drainer()
    drainer.reconcile()
    office.pass_time(timedelta(minutes=16))
    drainer.reconcile()
    assert (reminder(number).state, reminder(number).reason) == (State.NEEDS_REVIEW, Reason.NOBODY_TO_ASK)


def test_a_provider_that_cannot_be_asked_is_asked_later(office: Office) -> None:
    office.provider.answers = [failing(Unclear())]
    office.provider.list_fails = Unclear()
    number, drainer = make_reminder(), office.drainer()
    for _ in range(9):
        drainer.run()
        office.pass_time(timedelta(minutes=16))
    assert reminder(number).state is State.UNKNOWN
    assert attempts(number)[0].absences == 0


def test_a_sender_that_was_held_up_sends_nothing_any_more(office: Office) -> None:
    number = make_reminder()

    def stall(point: Point) -> None:
        if point is Point.CLAIMED:
            office.monotonic.seconds += 46

    office.drainer(at=stall).send_next()
    assert office.provider.taken == []
    assert reminder(number).state is State.DUE


def test_a_worker_told_to_stop_begins_no_other_message(office: Office) -> None:
    make_reminder(1)
    make_reminder(2)
    drainer = office.drainer()
    drainer.at = lambda point: drainer.stopping.set() if point is Point.SENT else None
    assert drainer.run() == 1
    assert len(office.provider.taken) == 1
