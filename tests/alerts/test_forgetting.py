"""Who is erased leaves no trace in the outbox, also where something is on its way to them."""

from datetime import timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select, text

from aednet.base.database import Base, db
from aednet.base.phone import PhoneNumber
from aednet.base.transactions import transaction
from aednet.messaging.claims import claim
from aednet.messaging.drain import Drainer
from aednet.messaging.gateway import Accepted
from aednet.messaging.inbound import NewInbound, keep_inbound
from aednet.messaging.models import (
    ConsoleMessage,
    InboundSms,
    Reminder,
    SmsAttempt,
    SmsEvent,
    Suppression,
)
from aednet.messaging.numbers import hashes_of
from aednet.messaging.outcomes import record
from aednet.messaging.rules import FINAL, RecipientKind, State
from aednet.messaging.services import suppress
from aednet.messaging.wiring import current_outbox
from aednet.volunteers.services import THEMSELVES, erase_volunteer
from tests.factories import NOW, TODAY, make_areas, make_volunteer
from tests.fakes import MovableClock
from tests.messaging.parts import VOLUNTEER, make_reminder

CANARY = "Kanarie 4711 aan de Kerkstraat"
ANNA = PhoneNumber(e164="+31612340001")
TABLES: tuple[type[Base], ...] = (Reminder, SmsAttempt, SmsEvent, InboundSms, ConsoleMessage)


@pytest.fixture
def anna(app: APIFlask) -> int:
    """A volunteer to and from whom there is a message at every stage."""
    make_areas()
    with transaction() as session:
        own = make_volunteer(session, 1)
    told = {"recipient_kind": VOLUNTEER, "text": CANARY}
    make_reminder(own, "by_hand", message_class="transactional", **told)
    drainer = Drainer(outbox=current_outbox(), clock=MovableClock(), owner="test")
    drainer.run()
    for rule, state in (("held", State.HELD), ("doubt", State.NEEDS_REVIEW), ("waits", State.PLANNED)):
        number = make_reminder(own, rule, due_at=NOW + timedelta(hours=1), **told)
        with transaction() as session:
            session.get_one(Reminder, number).state = state
    write(own)
    write(None)
    return own


def write(sender_id: int | None) -> None:
    new = NewInbound(
        provider_id=f"SM{sender_id}",
        sender=ANNA,
        text=CANARY,
        outcome="asked",
        sender_kind=None if sender_id is None else VOLUNTEER,
        sender_id=sender_id,
    )
    with transaction() as session:
        keep_inbound(session, new, now=NOW)


def erase(volunteer_id: int) -> None:
    with transaction() as session:
        erase_volunteer(session, volunteer_id, by=THEMSELVES, now=NOW)


def traces() -> list[str]:
    """Return the columns in which a text, number or hash of Anna's is."""
    db.session.rollback()
    wanted = {CANARY, ANNA.e164, *hashes_of(ANNA)}
    found = []
    for table in TABLES:
        for row in db.session.execute(select(table.__table__)).mappings():
            for column, value in row.items():
                is_theirs = value in wanted or (isinstance(value, str) and CANARY in value)
                found += [f"{table.__tablename__}.{column}"] if is_theirs else []
    return sorted(set(found))


def test_no_text_number_or_hash_of_who_is_erased_remains_and_nothing_is_sent(anna: int) -> None:
    assert traces() == [
        "console_message.phone_hash",
        "console_message.text",
        "inbound_sms.sender",
        "inbound_sms.sender_hash",
        "inbound_sms.text",
        "reminder.given_text",
        "reminder.text",
        "sms_attempt.phone_hash",
    ]
    erase(anna)
    assert traces() == []
    clock = MovableClock()
    clock.move(timedelta(days=1))
    Drainer(outbox=current_outbox(), clock=clock, owner="test").run()
    assert traces() == []
    states = set(db.session.scalars(select(Reminder.state)))
    assert states == {State.DELIVERED, State.CANCELLED}
    assert states <= FINAL


def test_who_is_erased_while_a_message_is_on_its_way_leaves_none_when_it_arrives(anna: int) -> None:
    make_reminder(
        anna, "by_hand", text=CANARY, occurrence_on=TODAY + timedelta(days=1), message_class="transactional"
    )
    outbox = current_outbox()
    with transaction() as session:
        claimed = claim(session, outbox, owner="test", now=NOW)
    assert claimed is not None
    assert "sms_attempt.phone" in traces()
    erase(anna)
    assert traces() == []
    with transaction() as session:
        record(session, outbox.terms, claimed, Accepted(sid="CM1", status="delivered"), now=NOW, jitter=0.5)
    assert traces() == []


def test_a_number_that_wanted_no_messages_gets_none_after_they_are_erased(anna: int) -> None:
    with transaction() as session:
        suppress(session, ANNA, reason="reply", recipients=[(RecipientKind.VOLUNTEER, anna)], now=NOW)
    erase(anna)
    assert traces() == []
    assert db.session.scalars(select(Suppression.phone_hash)).one() == hashes_of(ANNA)[0]


def test_what_somebody_else_wrote_from_a_shared_telephone_stays_theirs(anna: int) -> None:
    with transaction() as session:
        other = make_volunteer(session, 1, name="Bert Voorbeeld")
    write(other)
    erase(anna)
    db.session.rollback()
    assert set(db.session.scalars(select(InboundSms.sender_id))) == {other, None}
    assert db.session.execute(text("SELECT count(*) FROM console_message")).scalar_one() == 1
    erase(other)
    assert traces() == []
