from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from aednet.areas.models import Area
from aednet.base.database import db
from aednet.base.errors import Conflict, NotFound
from aednet.base.transactions import transaction
from aednet.messaging.drain import Point
from aednet.messaging.forgetting import forget
from aednet.messaging.gateway import Unclear
from aednet.messaging.inbound import NewInbound, keep_inbound, mark_read
from aednet.messaging.leases import take_lease
from aednet.messaging.models import Budget, InboundSms, Reminder
from aednet.messaging.queries import find_text, list_reminders, list_unread
from aednet.messaging.rules import AttemptState, MessageClass, Reason, State
from aednet.messaging.services import Decision, cancel, review, suppress, withdraw
from aednet.messaging.suppressions import lift_suppression
from aednet.messaging.terms import Caps
from tests.factories import NOW, make_area_draft, make_areas
from tests.messaging.parts import NUMBER, VOLUNTEER, Office, attempts, make_addressee, make_reminder, reminder
from tests.messaging.test_drain import failing

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TRANSACTIONAL = MessageClass.TRANSACTIONAL


def stop(recipient: int = 1) -> None:
    with transaction() as session:
        suppress(
            session,
            make_addressee(recipient).number,
            reason="stop",
            recipients=[(VOLUNTEER, recipient)],
            now=NOW,
        )


def money() -> tuple[int, int]:
    db.session.rollback()
    row = db.session.execute(select(Budget.reserved_cents, Budget.spent_cents)).one()
    return row.reserved_cents, row.spent_cents


class TestOnceAnOccurrence:
    def test_the_same_thing_is_told_to_the_same_person_once(self, office: Office) -> None:
        make_reminder()
        with pytest.raises(AssertionError):
            make_reminder()
        assert db.session.scalar(select(func.count()).select_from(Reminder)) == 1


class TestStop:
    def test_ends_what_waits_and_what_comes(self, office: Office) -> None:
        waiting = make_reminder()
        stop()
        assert (reminder(waiting).state, reminder(waiting).reason) == (State.SUPPRESSED, Reason.OPTED_OUT)
        later = make_reminder(rule="pads_expiring")
        office.drainer().run()
        assert reminder(later).state is State.SUPPRESSED
        assert office.provider.taken == []

    def test_between_claim_and_sending_still_counts(self, office: Office) -> None:
        number = make_reminder()
        office.drainer(at=lambda point: stop() if point is Point.CLAIMED else None).send_next()
        assert office.provider.taken == []
        assert reminder(number).state is State.SUPPRESSED
        assert money() == (0, 0)

    def test_start_lets_messages_through_again(self, office: Office) -> None:
        stop()
        with transaction() as session:
            assert lift_suppression(session, make_addressee(1).number)
        number = make_reminder()
        stop(2)
        office.drainer().run()
        assert reminder(number).state is State.ACCEPTED


class TestBudget:
    def test_is_reserved_at_claim_and_spent_when_taken_on(self, office: Office) -> None:
        make_reminder()
        drainer = office.drainer(at=lambda point: seen.append(money()) if point is Point.CLAIMED else None)
        seen: list[tuple[int, int]] = []
        drainer.run()
        assert seen == [(15, 0)]
        assert money() == (0, 15)

    def test_is_given_back_when_nothing_was_taken_on(self, office: Office) -> None:
        office.provider.answers = [failing(Unclear())]
        make_reminder()
        drainer = office.drainer()
        drainer.run()
        assert money() == (15, 0)
        drainer.reconcile()
        office.pass_time(121 * timedelta(seconds=1))
        drainer.reconcile()
        drainer.reconcile()
        office.pass_time(901 * timedelta(seconds=1))
        drainer.reconcile()
        assert money() == (0, 0)

    def test_beyond_it_messages_are_held_until_the_next_month(self, office: Office) -> None:
        office.outbox = replace(office.outbox, terms=replace(office.outbox.terms, budget_cents=30))
        numbers = [make_reminder(one, expires_at=NOW + 20 * DAY) for one in (1, 2, 3)]
        drainer = office.drainer()
        drainer.run()
        drainer.run()
        assert [reminder(one).state for one in numbers] == [State.ACCEPTED, State.ACCEPTED, State.HELD]
        assert money() == (0, 30)
        office.pass_time(datetime(2026, 12, 1, 12, tzinfo=UTC) - NOW)
        drainer.run()
        assert reminder(numbers[2]).state is State.ACCEPTED
        assert {row.month_on for row in db.session.scalars(select(Budget))} == {
            date(2026, 11, 1),
            date(2026, 12, 1),
        }

    def test_a_long_text_costs_each_of_its_segments(self, office: Office) -> None:
        office.words.text = "ë" * 100
        make_reminder()
        office.drainer().run()
        assert money() == (0, 30)


class TestCaps:
    def test_one_number_gets_so_many_in_an_hour_and_the_rest_later(self, office: Office) -> None:
        numbers = [make_reminder(rule=f"code_{one}", message_class=TRANSACTIONAL) for one in range(7)]
        office.drainer().run()
        assert len(office.provider.taken) == 5
        office.pass_time(HOUR)
        office.drainer().run()
        assert {reminder(one).state for one in numbers} == {State.ACCEPTED}

    def test_all_together_get_so_many_in_an_hour(self, office: Office) -> None:
        terms = replace(office.outbox.terms, caps=Caps(in_all=3))
        office.outbox = replace(office.outbox, terms=terms)
        for one in range(5):
            make_reminder(one, message_class=TRANSACTIONAL, expires_at=NOW + HOUR)
        office.drainer().run()
        office.pass_time(HOUR)
        office.drainer().run()
        assert len(office.provider.taken) == 3

    def test_what_cannot_wait_is_not_counted_among_reminders(self, office: Office) -> None:
        make_reminder()
        make_reminder(rule="code", message_class=TRANSACTIONAL, text="Uw code is 123456")
        office.drainer().run()
        assert office.provider.texts[0].startswith("Uw code is 123456 #")
        assert len(office.provider.taken) == 2


class TestExamples:
    def test_never_reach_a_real_provider(self, office: Office) -> None:
        office.people.known = {1: make_addressee(1, is_example=True)}
        console = type(office.provider)(office.clock)
        office.outbox = replace(office.outbox, gateways={"twilio": office.provider, "console": console})
        make_reminder(1)
        make_reminder(2, is_example=True)
        office.drainer().run()
        assert office.provider.taken == []
        assert len(console.taken) == 2


class TestPeopleWhoShareANumber:
    def test_have_one_reminder_between_them_in_twenty_hours(self, office: Office) -> None:
        office.people.known = {2: make_addressee(1)}
        make_reminder(1)
        make_reminder(2)
        office.drainer().run()
        assert len(office.provider.taken) == 1


class TestCancelling:
    def test_takes_back_what_waits(self, office: Office) -> None:
        number = make_reminder()
        with transaction() as session:
            cancel(session, number, within=None, by="coordinator 1", now=NOW)
            cancel(session, number, within=None, by="coordinator 1", now=NOW)
        office.drainer().run()
        assert reminder(number).state is State.CANCELLED

    def test_comes_too_late_for_what_was_sent(self, office: Office) -> None:
        number = make_reminder()
        office.drainer().run()
        with pytest.raises(Conflict), transaction() as session:
            cancel(session, number, within=None, by="coordinator 1", now=NOW)

    def test_knows_nothing_outside_its_areas(self, office: Office) -> None:
        number = make_reminder()
        with pytest.raises(NotFound), transaction() as session:
            cancel(session, number, within={1}, by="coordinator 1", now=NOW)

    def test_of_a_carrier_lets_the_carried_go_on(self, office: Office) -> None:
        office.provider.answers = [failing(Unclear()), failing(Unclear())]
        carrier, carried = make_reminder(), make_reminder(rule="pads_expiring", expires_at=NOW + 9 * DAY)
        drainer = office.drainer()
        for _ in range(12):
            drainer.run()
            office.pass_time(timedelta(minutes=16))
        assert reminder(carried).state is State.NEEDS_REVIEW
        with transaction() as session:
            review(
                session, carrier, Decision.SEND_AGAIN, within=None, by="coordinator 1", now=office.clock.now()
            )
            cancel(session, carrier, within=None, by="coordinator 1", now=office.clock.now())
        drainer.run()
        assert reminder(carrier).state is State.CANCELLED
        assert reminder(carried).state is State.ACCEPTED

    def test_what_became_moot_is_withdrawn(self, office: Office) -> None:
        moot, other = make_reminder(), make_reminder(rule="pads_expiring")
        with transaction() as session:
            gone = withdraw(
                session, rules=["inspection_due"], subject_kind="cabinet", subject_ids=[17], now=NOW
            )
        assert gone == 1
        assert (reminder(moot).state, reminder(other).state) == (State.CANCELLED, State.PLANNED)


class TestReview:
    @pytest.fixture
    def in_doubt(self, office: Office) -> int:
        office.provider.answers = [failing(Unclear()), failing(Unclear())]
        number, drainer = make_reminder(), office.drainer()
        for _ in range(12):
            drainer.run()
            office.pass_time(timedelta(minutes=16))
        assert reminder(number).state is State.NEEDS_REVIEW
        return number

    def test_sends_again_if_a_person_says_so(self, office: Office, in_doubt: int) -> None:
        now = office.clock.now()
        with transaction() as session:
            review(session, in_doubt, Decision.SEND_AGAIN, within=None, by="coordinator 1", now=now)
        office.drainer().run()
        assert reminder(in_doubt).state is State.ACCEPTED
        assert [one.state for one in attempts(in_doubt)][-2:] == [
            AttemptState.RELEASED,
            AttemptState.ACCEPTED,
        ]

    def test_leaves_it_if_a_person_says_that_it_arrived(self, office: Office, in_doubt: int) -> None:
        with transaction() as session:
            review(session, in_doubt, Decision.CONSIDER_SENT, within=None, by="coordinator 1", now=NOW)
        office.drainer().run()
        assert reminder(in_doubt).state is State.SENT
        assert office.provider.taken == []

    def test_is_for_what_is_in_doubt(self, office: Office) -> None:
        number = make_reminder()
        with pytest.raises(Conflict), transaction() as session:
            review(session, number, Decision.SEND_AGAIN, within=None, by="coordinator 1", now=NOW)


class TestForgetting:
    def test_cancels_what_waits_and_leaves_no_trace(self, office: Office) -> None:
        sent = make_reminder(text="Beste Anna", message_class=TRANSACTIONAL)
        office.drainer().run()
        waiting = make_reminder(rule="pads_expiring")
        number = make_addressee(1).number
        with transaction() as session:
            keep_inbound(session, make_inbound(sender=number), now=NOW)
            forget(session, [(VOLUNTEER, 1)], numbers=[number], now=NOW)
        assert reminder(waiting).state is State.CANCELLED
        assert (reminder(sent).text, reminder(sent).given_text) == (None, None)
        assert [(one.phone, one.phone_hash) for one in attempts(sent)] == [(None, None)]
        assert db.session.scalar(select(func.count()).select_from(InboundSms)) == 0


def make_inbound(**changes: object) -> NewInbound:
    return replace(
        NewInbound(provider_id="SM1", sender=NUMBER, text="OK 17", outcome="inspected"),
        **changes,  # type: ignore[arg-type]
    )


class TestInbound:
    def test_is_kept_once(self, office: Office) -> None:
        with transaction() as session:
            first = keep_inbound(session, make_inbound(), now=NOW)
            assert first is not None
            assert keep_inbound(session, make_inbound(), now=NOW) is None

    def test_is_unread_until_somebody_reads_it(self, office: Office) -> None:
        with transaction() as session:
            number = keep_inbound(session, make_inbound(), now=NOW)
            keep_inbound(session, make_inbound(provider_id="SM2", wants_reader=False), now=NOW)
        assert number is not None
        assert [row.id for row in list_unread(db.session(), within=None).rows] == [number]
        assert list_unread(db.session(), within={1}).rows == ()
        with transaction() as session:
            assert mark_read(session, number, by="coordinator 1", now=NOW)
            assert not mark_read(session, number, by="coordinator 2", now=NOW)
        assert list_unread(db.session(), within=None).rows == ()


class TestLists:
    def test_go_by_area_and_state_page_by_page(self, office: Office) -> None:
        make_areas(make_area_draft("krakeel"), make_area_draft("wolfsbos", west=6.5))
        krakeel, wolfsbos = db.session.scalars(select(Area.id).order_by(Area.slug))
        db.session.rollback()
        numbers = [make_reminder(one, area_id=krakeel if one % 2 else wolfsbos) for one in range(6)]
        make_reminder(9)
        session = db.session()
        assert [row.id for row in list_reminders(session, within={krakeel}).rows] == numbers[1::2]
        first = list_reminders(session, within={krakeel, wolfsbos}, state=State.PLANNED, limit=4)
        assert [row.id for row in first.rows] == numbers[:4]
        second = list_reminders(
            session, within={krakeel, wolfsbos}, state=State.PLANNED, limit=4, after=first.next_after or 0
        )
        assert ([row.id for row in second.rows], second.next_after) == (numbers[4:], None)
        assert len(list_reminders(session, within=None).rows) == 7
        assert list_reminders(session, within=(), state=State.PLANNED).rows == ()

    def test_the_text_of_the_carried_is_that_of_their_carrier(self, office: Office) -> None:
        make_reminder()
        carried = make_reminder(rule="pads_expiring")
        office.drainer().run()
        assert find_text(db.session(), carried) == office.provider.texts[0]


class TestLeases:
    def test_are_held_by_one_at_a_time(self, office: Office) -> None:
        with transaction() as session:
            assert take_lease(session, "planning", holder="a", now=NOW, term=HOUR)
            assert not take_lease(session, "planning", holder="b", now=NOW, term=HOUR)
            assert take_lease(session, "planning", holder="a", now=NOW, term=HOUR)
            assert take_lease(session, "planning", holder="b", now=NOW + HOUR, term=HOUR)

    def test_a_wrong_clock_holds_nobody_up(self, office: Office) -> None:
        with transaction() as session:
            assert take_lease(session, "planning", holder="a", now=NOW + 30 * DAY, term=HOUR)
            assert take_lease(session, "planning", holder="b", now=NOW, term=HOUR)


def test_a_number_is_kept_while_the_message_is_under_way_and_only_encrypted(office: Office) -> None:
    number = make_reminder()
    seen: list[str | None] = []

    def look(point: Point) -> None:
        if point is Point.CLAIMED:
            seen.append(attempts(number)[0].phone)
            stored = db.session.execute(text("SELECT phone, phone_hash FROM sms_attempt")).one()
            assert not any(b"612340001" in bytes(value) for value in stored)
            db.session.rollback()

    office.drainer(at=look).run()
    assert seen == [make_addressee(1).number.e164]
    assert attempts(number)[0].phone is None
