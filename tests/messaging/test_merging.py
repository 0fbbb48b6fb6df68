from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from aednet.base.database import db
from aednet.base.phone import PhoneNumber
from aednet.base.transactions import transaction
from aednet.messaging.inbound import NewInbound, keep_inbound
from aednet.messaging.merging import hand_over
from aednet.messaging.models import InboundSms, Reminder
from aednet.messaging.rules import RecipientKind, State
from tests.factories import NOW, TODAY
from tests.messaging.parts import VOLUNTEER, make_reminder

KEEP, OTHER = (VOLUNTEER, 1), (VOLUNTEER, 2)


def put(recipient_id: int, rule: str, state: State = State.PLANNED, **changes: Any) -> int:
    number = make_reminder(recipient_id, rule, **changes)
    with transaction() as session:
        session.get_one(Reminder, number).state = state
    return number


def merge() -> None:
    with transaction() as session:
        hand_over(session, OTHER, KEEP, now=NOW)


def reminder(number: int) -> Reminder:
    db.session.rollback()
    return db.session.get_one(Reminder, number, populate_existing=True)


def test_what_was_said_to_one_and_by_them_is_said_to_and_by_the_other(app: APIFlask) -> None:
    sent, waits = put(2, "check", State.DELIVERED), put(2, "pads")
    foreign = put(3, "check")
    with transaction() as session:
        keep_inbound(
            session,
            NewInbound(
                provider_id="SM1",
                sender=PhoneNumber(e164="+31612340002"),
                text="blub",
                outcome="asked",
                sender_kind=VOLUNTEER,
                sender_id=2,
            ),
            now=NOW,
        )
    for _ in range(2):
        merge()
    assert [reminder(number).recipient_id for number in (sent, waits, foreign)] == [1, 1, 3]
    assert [reminder(number).state for number in (sent, waits)] == [State.DELIVERED, State.PLANNED]
    assert db.session.scalars(select(InboundSms.sender_id)).all() == [1]


@pytest.mark.parametrize(
    ("theirs", "own", "left"),
    [
        (State.PLANNED, State.DUE, (State.CANCELLED, State.DUE)),
        (State.HELD, State.DELIVERED, (State.CANCELLED, State.DELIVERED)),
        (State.DELIVERED, State.PLANNED, (State.DELIVERED, State.CANCELLED)),
        (State.SENT, State.DELIVERED, (State.SENT, State.DELIVERED)),
    ],
)
def test_what_both_were_to_be_told_is_told_once(
    app: APIFlask, theirs: State, own: State, left: tuple[State, State]
) -> None:
    numbers = put(2, "check", theirs), put(1, "check", own)
    another_day = put(2, "check", occurrence_on=TODAY + timedelta(days=30))
    merge()
    assert tuple(reminder(number).state for number in numbers) == left
    assert reminder(another_day).recipient_id == 1
    assert reminder(another_day).state is State.PLANNED


def test_what_a_message_carried_that_is_taken_back_goes_on_by_itself(app: APIFlask) -> None:
    carrier = put(2, "check")
    put(1, "check", State.SENT)
    carried = put(2, "pads", State.DUE)
    with transaction() as session:
        session.get_one(Reminder, carried).carrier_id = carrier
    merge()
    found = reminder(carried)
    assert (found.recipient_id, found.carrier_id, found.state) == (1, None, State.DUE)


def test_an_account_and_a_volunteer_of_one_number_are_not_mistaken_for_each_other(app: APIFlask) -> None:
    number = put(2, "check", recipient_kind=RecipientKind.ACCOUNT)
    merge()
    assert reminder(number).recipient_id == 2
