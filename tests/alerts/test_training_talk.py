"""Training days by SMS, from the desk to the telephone and back, the outbox drained through the console."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from aednet.alerts.answering import Received, receive
from aednet.alerts.network import setting_of
from aednet.alerts.senders import Outcome
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.phone import PhoneNumber
from aednet.base.transactions import transaction
from aednet.messaging.drain import Drainer
from aednet.messaging.models import InboundSms
from aednet.messaging.queries import list_on_console
from aednet.messaging.wiring import current_outbox
from aednet.volunteers.services import THEMSELVES, erase_volunteer
from aednet.volunteers.training.queries import find_training, list_bookings
from tests.factories import EMAIL, NOW, PASSWORD, make_account, make_areas, make_training, make_volunteer
from tests.fakes import MovableClock

MESSAGES = count(1)
HEADERS = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
Post = Callable[..., TestResponse]
ASKED = "Cursus reanimatie op 1 dec om 14.00 uur, Dorpshuis. Doet u mee? Antwoord JA of NEE."
SEATED = "Er is een plek vrij: u doet mee aan de cursus reanimatie op 1 dec om 14.00 uur, Dorpshuis."


@pytest.fixture
def app(open_app: Callable[..., APIFlask]) -> Iterator[APIFlask]:
    app = open_app(clock=MovableClock())
    with app.app_context():
        yield app


@pytest.fixture
def post(client: FlaskClient) -> Post:
    """Say something at the desk, as an administrator, of a network of five volunteers."""
    make_areas()
    make_account()
    with transaction() as session:
        for number in range(1, 6):
            make_volunteer(session, number)

    def post(path: str, **form: Any) -> TestResponse:
        client.post("/aanmelden", data={"email": EMAIL, "password": PASSWORD})
        answer = client.post(f"/desk/cursussen/{path}", data=form, headers=HEADERS)
        assert answer.status_code == 303, answer.text
        return answer

    return post


def planned(**changes: Any) -> int:
    with transaction() as session:
        return make_training(session, **changes)


def number_of(person: int) -> PhoneNumber:
    return PhoneNumber(e164=f"+3161234{person:04d}")


def drain() -> None:
    Drainer(outbox=current_outbox(), clock=current().clock, owner="test").run()


def a_day_later() -> datetime:
    """Let a day pass, so that another reminder may go to everybody, and send what waits."""
    clock = current().clock
    assert isinstance(clock, MovableClock)
    clock.move(timedelta(days=1))
    drain()
    return clock.now()


def heard_by(person: int) -> list[str]:
    """Return the messages on somebody's telephone without their short codes, the oldest first."""
    db.session.rollback()
    return [row.text[:-7] for row in list_on_console(db.session(), number_of(person))][::-1]


def write(person: int, text: str) -> Outcome | None:
    received = Received(provider_id=f"SM{next(MESSAGES)}", sender=number_of(person), text=text)
    clock = current().clock
    with transaction() as session:
        outcome = receive(
            session,
            received,
            ref_prefix="HGV",
            setting=setting_of(current().settings, today=clock.today()),
            now=clock.now(),
            today=clock.today(),
        )
    drain()
    return outcome


def states(training_id: int) -> dict[int, str]:
    db.session.rollback()
    return {one.volunteer_id: str(one.state) for one in list_bookings(db.session(), training_id)}


def invite(post: Post, training_id: int, *people: int) -> None:
    post(f"{training_id}/plaatsen", stap="uitnodigen", wie=[str(person) for person in people])
    drain()


def change(post: Post, client: FlaskClient, training_id: int, **changes: str) -> None:
    db.session.rollback()
    facts = find_training(db.session(), training_id)
    assert facts is not None
    form = {
        "venue": facts.place,
        "day": f"{facts.begins_at:%Y-%m-%d}",
        "begins": "14:00",
        "ends": "16:00",
        "seats": str(facts.seats),
        "version": facts.version,
    }
    post(f"{training_id}/wijzigen", **form | changes)


def test_who_is_invited_and_says_yes_has_a_seat_and_the_next_waits_and_moves_up(post: Post) -> None:
    own = planned(seats=1)
    invite(post, own, 1, 2)
    assert heard_by(1) == heard_by(2) == [ASKED]
    assert write(1, "Ja graag!") is Outcome.ANSWERED_YES
    assert heard_by(1)[1:] == [
        "U bent aangemeld: cursus reanimatie op 1 dec om 14.00 uur, Dorpshuis. Tot dan!"
    ]
    assert write(2, "JA") is Outcome.ANSWERED_YES
    assert heard_by(2)[1].startswith("De cursus op 1 dec is vol. U staat op de wachtlijst")
    assert states(own) == {1: "booked", 2: "waiting"}
    post(f"{own}/plaatsen", stap="komt-niet", wie="1")
    assert states(own) == {1: "declined", 2: "booked"}
    drain()
    assert len(heard_by(2)) == 2  # its turn comes tomorrow
    a_day_later()
    assert heard_by(2)[2].startswith(SEATED)
    assert len(heard_by(1)) == 2


def test_who_says_no_is_thanked_and_nobody_moves_up_to_a_seat_that_was_not_theirs(post: Post) -> None:
    own = planned(seats=1)
    post(f"{own}/plaatsen", stap="komt", wie="1")
    post(f"{own}/plaatsen", stap="komt", wie="2")
    invite(post, own, 3)
    assert write(3, "nee") is Outcome.ANSWERED_NO
    assert heard_by(3) == [ASKED, "Genoteerd: u doet niet mee aan de cursus op 1 dec."]
    assert states(own) == {1: "booked", 2: "waiting", 3: "declined"}


def test_a_no_of_who_has_a_seat_lets_the_next_move_up_who_is_told(post: Post) -> None:
    own = planned(seats=1)
    invite(post, own, 1, 2)
    write(1, "JA")
    write(2, "JA")
    assert write(1, "Nee") is Outcome.ANSWERED_NO
    assert heard_by(1)[-1] == "Genoteerd: u doet niet mee aan de cursus op 1 dec."
    assert states(own) == {1: "declined", 2: "booked"}
    a_day_later()
    assert heard_by(2)[-1].startswith(SEATED)
    assert write(2, "JA") is Outcome.ANSWERED_YES  # said again it changes nothing
    assert states(own) == {1: "declined", 2: "booked"}


def test_a_no_of_who_has_two_seats_is_asked_about_and_gives_up_neither(post: Post) -> None:
    one, other = planned(), planned(begins_at=NOW + timedelta(days=8))
    for own in (one, other):
        post(f"{own}/plaatsen", stap="komt", wie="1")
    assert write(1, "NEE") is Outcome.ASKED
    assert states(one) == states(other) == {1: "booked"}


def test_of_two_open_invitations_it_is_asked_once_and_then_a_person_sees_to_it(post: Post) -> None:
    one, other = planned(), planned(begins_at=NOW + timedelta(days=8))
    invite(post, one, 1)
    invite(post, other, 1)
    a_day_later()
    assert len(heard_by(1)) == 2
    assert write(1, "ja") is Outcome.ASKED
    assert "Wij weten niet waarop u antwoordt" in heard_by(1)[2]
    assert write(1, "ja") is Outcome.HANDED_OVER
    assert len(heard_by(1)) == 3
    assert states(one) == states(other) == {1: "invited"}
    db.session.rollback()
    assert [row.read_at for row in db.session.scalars(select(InboundSms))] == [None, None]


def test_an_invitation_sent_twice_is_told_once_and_one_after_a_no_again(post: Post) -> None:
    own = planned()
    for _ in range(2):
        invite(post, own, 1)
    a_day_later()
    assert heard_by(1) == [ASKED]
    write(1, "nee")
    invite(post, own, 1)
    a_day_later()
    assert heard_by(1)[2:] == [ASKED]


def test_who_counted_on_a_training_that_is_called_off_is_told_and_who_was_only_asked_is_not(
    post: Post,
) -> None:
    own = planned(seats=1)
    post(f"{own}/plaatsen", stap="komt", wie="1")
    post(f"{own}/plaatsen", stap="komt", wie="2")
    post(f"{own}/plaatsen", stap="uitnodigen", wie="3")
    for _ in range(2):
        post(f"{own}/afgelasten")
    drain()
    off = "De cursus reanimatie op 1 dec om 14.00 uur, Dorpshuis gaat niet door."
    assert [heard_by(person) for person in (1, 2, 3)] == [[off], [off], []]


def test_another_day_or_place_is_told_to_who_comes_and_who_was_asked_is_asked_anew(
    post: Post, client: FlaskClient
) -> None:
    own = planned(seats=3)
    post(f"{own}/plaatsen", stap="komt", wie="1")
    invite(post, own, 2)
    change(post, client, own, seats="4")
    drain()
    assert heard_by(1) == []
    change(post, client, own, venue="De Magneet", day="2026-12-02")
    drain()
    changed = "Let op, uw cursus reanimatie is veranderd: 2 dec om 14.00 uur, De Magneet."
    assert [text.startswith(changed) for text in heard_by(1)] == [True]
    current().clock.move(timedelta(minutes=5))  # type: ignore[attr-defined]
    change(post, client, own, venue="Het Dorpshuis")
    a_day_later()
    assert "2 dec om 14.00 uur, Het Dorpshuis" in heard_by(1)[1]
    assert heard_by(2)[0] == ASKED
    assert heard_by(2)[1:] == [
        "Cursus reanimatie op 2 dec om 14.00 uur, Het Dorpshuis. Doet u mee? Antwoord JA of NEE."
    ]


def test_what_is_no_longer_so_when_its_turn_comes_is_not_told(post: Post) -> None:
    own = planned()
    post(f"{own}/plaatsen", stap="uitnodigen", wie=["1", "2"])
    post(f"{own}/plaatsen", stap="komt", wie="1")
    post(f"{own}/plaatsen", stap="komt-niet", wie="2")
    drain()
    assert heard_by(1) == heard_by(2) == []


def test_news_of_a_training_that_is_near_does_not_wait_for_its_turn(post: Post) -> None:
    own = planned(begins_at=NOW + timedelta(hours=20), seats=1)
    invite(post, own, 1, 2)
    write(1, "ja")
    post(f"{own}/afgelasten")
    drain()
    assert heard_by(1)[-1] == "De cursus reanimatie op 25 nov om 10.00 uur, Dorpshuis gaat niet door."


def test_who_is_erased_leaves_their_seat_to_somebody_who_is_told(post: Post) -> None:
    own = planned(seats=1)
    post(f"{own}/plaatsen", stap="komt", wie="1")
    post(f"{own}/plaatsen", stap="komt", wie="2")
    with transaction() as session:
        erase_volunteer(session, 1, by=THEMSELVES, now=NOW)
    drain()
    assert heard_by(2)[0].startswith(SEATED)
    assert states(own) == {2: "booked"}
