import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from aednet.accounts.rules import Role
from aednet.alerts.planning.rules import Occasion
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.messaging.models import Reminder
from aednet.volunteers.queries import find_volunteer
from aednet.volunteers.rules import Role as VolunteerRole
from aednet.volunteers.training.queries import TrainingFacts, find_training, list_bookings
from aednet.volunteers.training.rules import TrainingState
from tests.desk.reading import Page, shown
from tests.factories import CENTRE_LAT, EMAIL, NOW, PASSWORD, TODAY, make_training, make_volunteer
from tests.fakes import MovableClock

Ask = Callable[..., TestResponse]
SignIn = Callable[..., None]

FORM: dict[str, Any] = {
    "venue": "Dorpshuis, Kerkstraat 1",
    "place": "West",
    "lat": "",
    "lon": "",
    "day": "2026-12-08",
    "begins": "19:30",
    "ends": "21:30",
    "seats": "2",
    "trainer": "Rode Kruis",
}


@pytest.fixture
def coordinator(sign_in: SignIn) -> None:
    """Be signed in as the coordinator of `west`."""
    sign_in("west", role=Role.COORDINATOR)


def add(number: int, **changes: Any) -> int:
    with transaction() as session:
        return make_volunteer(session, number, **changes)


def planned(**changes: Any) -> int:
    with transaction() as session:
        return make_training(session, **changes)


def get(training_id: int) -> TrainingFacts:
    db.session.rollback()
    facts = find_training(db.session(), training_id)
    assert facts is not None
    return facts


def states(training_id: int) -> dict[int, str]:
    db.session.rollback()
    return {one.volunteer_id: str(one.state) for one in list_bookings(db.session(), training_id)}


def move(days: float) -> None:
    cast("MovableClock", current().clock).move(timedelta(days=days))


@pytest.fixture
def later(client: FlaskClient) -> Callable[[float], None]:
    """Move the clock on by days, and sign in again, since no session lasts that long."""

    def later(days: float) -> None:
        move(days)
        client.post("/aanmelden", data={"email": EMAIL, "password": PASSWORD})

    return later


def to_ask(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200
    return [name for table in Page(answer.text).tables for name in (line[1] for line in table[1:])]


@pytest.mark.usefixtures("coordinator")
def test_a_training_day_is_planned_changed_and_listed(ask: Ask, later: Callable[[float], None]) -> None:
    answer = ask("/nieuw", data=FORM)
    assert answer.status_code == 303
    own = int(re.findall(r"\d+", answer.location)[0])
    facts = get(own)
    assert (facts.place, facts.begins_at.isoformat(), facts.seats) == (
        "Dorpshuis, Kerkstraat 1",
        "2026-12-08T18:30:00+00:00",
        2,
    )
    assert "Dorpshuis, Kerkstraat 1" in Page(ask().text).words
    form = shown(ask(f"/{own}/wijzigen"))
    assert (form["begins"], form["ends"], form["seats"]) == ("19:30", "21:30", "2")
    assert ask(f"/{own}/wijzigen", data=form | {"seats": "9"}).status_code == 303
    assert (get(own).seats, get(own).position) == (9, facts.position)
    later(30)
    assert "Dorpshuis" not in Page(ask().text).words
    assert "Dorpshuis" in Page(ask(geweest=1).text).words


@pytest.mark.usefixtures("coordinator")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"venue": ""}, "Vul in waar de cursus is"),
        ({"place": ""}, "Vul in waar dit is"),
        ({"place": "Oost"}, "buiten uw smederijen"),
        ({"day": "morgen"}, "Vul een dag in"),
        ({"begins": "25:00"}, "zoals 19:30"),
        ({"ends": "19:00"}, "na het begin"),
        ({"seats": "veel"}, "van 1 tot en met 500"),
        ({"seats": ""}, "van 1 tot en met 500"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(ask: Ask, changes: dict[str, Any], words: str) -> None:
    answer = ask("/nieuw", data=FORM | changes)
    page = Page(answer.text)
    assert answer.status_code == 422
    assert page.words.count(words) == 2
    assert shown(answer)["trainer"] == "Rode Kruis"


@pytest.mark.usefixtures("coordinator")
def test_who_saves_what_somebody_else_changed_is_told(ask: Ask) -> None:
    own = planned()
    form = shown(ask(f"/{own}/wijzigen"))
    move(0.01)
    ask(f"/{own}/wijzigen", data=form | {"trainer": "Ida"})
    answer = ask(f"/{own}/wijzigen", data=form | {"trainer": "Jan"})
    assert answer.status_code == 409
    assert "Nu staat er: Ida" in Page(answer.text).words
    assert get(own).trainer == "Ida"


@pytest.mark.usefixtures("coordinator")
def test_whose_certificate_lapses_and_who_lives_near_is_shown_the_nearest_to_lapsing_first(ask: Ask) -> None:
    add(1, course_on=TODAY - timedelta(days=330))
    add(2, course_on=TODAY - timedelta(days=385))
    add(3, course_on=TODAY - timedelta(days=100))
    add(4, course_on=TODAY - timedelta(days=731))
    add(5, course_on=TODAY - timedelta(days=330), lat=CENTRE_LAT + 0.05)
    add(6, course_on=TODAY - timedelta(days=330), lon=6.49)
    add(7, course_on=None)
    add(8, course_on=None, roles={VolunteerRole.GUARDIAN})
    own = planned()

    def named(**query: object) -> list[int]:
        return [int(re.findall(r"Voorbeeld (\d)", name)[0]) for name in to_ask(ask(f"/{own}", **query))]

    add(9, course_on=TODAY - timedelta(days=700))
    assert named() == [2, 1, 5, 9]
    assert named(km=5) == [2, 1, 9]
    assert named(dagen=30) == [2, 9]
    assert named(wie="without") == [7]
    for query in ({"km": 7}, {"dagen": "x"}, {"wie": "allen"}, {"na": "x"}):
        assert ask(f"/{own}", **query).status_code == 404


def invited() -> list[int]:
    """Return who has an invitation in the outbox, once for each."""
    db.session.rollback()
    of_invitations = select(Reminder.recipient_id).where(Reminder.rule == Occasion.INVITATION)
    return sorted(db.session.scalars(of_invitations))


@pytest.mark.usefixtures("coordinator")
def test_with_the_planning_those_are_asked_who_would_stand_first_on_the_page(ask: Ask) -> None:
    lapsing, lapsed = (add(number, course_on=TODAY - timedelta(days=330 + 55 * number)) for number in (0, 1))
    add(3, course_on=TODAY - timedelta(days=100))
    add(4, course_on=TODAY - timedelta(days=330), lat=CENTRE_LAT + 0.2)
    answers = [ask("/nieuw", data=FORM | {"asks": "ja"}) for _ in range(2)]
    assert len({answer.location for answer in answers}) == 1, "sent twice it is one training day"
    own = int(re.findall(r"\d+", answers[0].location)[0])
    assert states(own) == {lapsing: "invited", lapsed: "invited"}
    assert invited() == [lapsing, lapsed]
    assert (
        "Wie bij Uitgenodigd staat, krijgt een sms"
        in Page(ask(f"/{own}", gedaan="gepland-gevraagd").text).words
    )
    assert answers[0].location.endswith("gepland-gevraagd")


@pytest.mark.usefixtures("coordinator")
@pytest.mark.parametrize(
    ("course_age", "asks", "done"), [(330, "", "gepland"), (100, "ja", "gepland-niemand")]
)
def test_nobody_is_asked_unawares_or_out_of_turn(ask: Ask, course_age: int, asks: str, done: str) -> None:
    add(1, course_on=TODAY - timedelta(days=course_age))
    answer = ask("/nieuw", data=FORM | {"asks": asks})
    assert answer.location.endswith(f"gedaan={done}")
    assert invited() == []


@pytest.mark.usefixtures("coordinator")
def test_nobody_is_asked_to_a_day_that_has_begun_and_nothing_typed_is_lost(ask: Ask) -> None:
    add(1, course_on=TODAY - timedelta(days=330))
    past = FORM | {"day": "2026-11-20", "asks": "ja"}
    answer = ask("/nieuw", data=past)
    assert answer.status_code == 422
    assert "Op deze dag is de cursus al begonnen" in Page(answer.text).words
    assert shown(answer)["venue"] == FORM["venue"]
    assert "Dorpshuis" not in Page(ask(geweest=1).text).words
    assert ask("/nieuw", data=past | {"asks": ""}).location.endswith("gedaan=gepland")


@pytest.mark.usefixtures("coordinator")
def test_no_more_are_asked_at_once_than_a_page_holds(ask: Ask) -> None:
    for number in range(1, 31):
        add(number, course_on=TODAY - timedelta(days=330))
    ask("/nieuw", data=FORM | {"asks": "ja"})
    assert len(invited()) == 25


@pytest.mark.usefixtures("coordinator")
def test_a_link_fills_in_the_place_and_that_people_are_asked(ask: Ask) -> None:
    assert shown(ask("/nieuw")).get("asks") is None
    form = shown(ask("/nieuw", plaats="West", vraag="ja"))
    assert (form["place"], form["asks"]) == ("West", ["ja"])


@pytest.mark.usefixtures("coordinator")
def test_a_long_list_of_people_to_ask_goes_on_page_by_page(ask: Ask) -> None:
    for number in range(1, 51):
        add(number, course_on=TODAY - timedelta(days=330 + number % 5))
    own = planned()
    first = ask(f"/{own}")
    behind = re.search(r"na=([^\"&#]+)", first.text)
    assert behind is not None
    rest = ask(f"/{own}", na=behind[1].replace("%7E", "~"))
    both = to_ask(first) + to_ask(rest)
    assert (len(to_ask(first)), len(set(both))) == (25, 50)


@pytest.mark.usefixtures("coordinator")
def test_an_evening_from_the_invitation_to_the_certificate(ask: Ask, later: Callable[[float], None]) -> None:
    one, two, three, four = (add(number) for number in range(1, 5))
    own = planned(seats=2)
    book = f"/{own}/plaatsen"
    assert ask(book, data={"stap": "uitnodigen", "wie": [one, two]}).status_code == 303
    assert ask(book, data={"stap": "komt", "wie": [one, two, three]}).status_code == 303
    assert ask(f"/{own}/toevoegen", data={"wie": "06-12340004"}).status_code == 303
    assert states(own) == {one: "booked", two: "booked", three: "waiting", four: "waiting"}
    assert ask(book, data={"stap": "komt-niet", "wie": one}).status_code == 303
    assert states(own) == {one: "declined", two: "booked", three: "booked", four: "waiting"}
    assert "Wie was er?" not in Page(ask(f"/{own}").text).words
    later(8)
    assert "Wie was er?" in Page(ask(f"/{own}").text).words
    said = {f"was-{two}": "wel", f"was-{three}": "niet"}
    for _ in range(2):
        assert ask(f"/{own}/aanwezig", data=said).status_code == 303
    assert get(own).state is TrainingState.HELD
    facts = find_volunteer(db.session(), two, within=None)
    assert facts is not None
    assert facts.course_on == (NOW + timedelta(days=7)).date()
    assert ask(book, data={"stap": "terug", "wie": two}).status_code == 303
    assert states(own)[two] == "booked"


@pytest.mark.usefixtures("coordinator")
def test_somebody_is_put_on_the_list_by_number_or_name_if_that_is_one_person(ask: Ask) -> None:
    one, two, _ = add(1, name="Ida Eerst"), add(2, name="Ida Tweede"), add(3, name="Jan", lon=6.49)
    own = planned()
    assert ask(f"/{own}/toevoegen", data={"wie": str(one)}).status_code == 303
    assert ask(f"/{own}/toevoegen", data={"wie": "ida tweede"}).status_code == 303
    assert states(own) == {one: "booked", two: "booked"}
    for text, words in (
        ("ida", "meer mensen die zo heten"),
        ("Jan", "Niemand gevonden"),
        ("", "Niemand gevonden"),
    ):
        answer = ask(f"/{own}/toevoegen", data={"wie": text})
        assert (answer.status_code, Page(answer.text).words.count(words)) == (422, 2)
    assert len(states(own)) == 2


@pytest.mark.usefixtures("coordinator")
def test_a_training_day_that_is_cancelled_takes_nobody_any_more(ask: Ask) -> None:
    one = add(1)
    own = planned()
    ask(f"/{own}/plaatsen", data={"stap": "komt", "wie": one})
    for _ in range(2):
        assert ask(f"/{own}/afgelasten", data={}).status_code == 303
    assert "ging niet door" in Page(ask(f"/{own}").text).words
    answer = ask(f"/{own}/plaatsen", data={"stap": "komt", "wie": one})
    assert answer.status_code == 409
    assert "Er is niets veranderd" in Page(answer.text).words


@pytest.mark.parametrize("path", ["", "/wijzigen", "/afgelasten", "/plaatsen", "/toevoegen", "/aanwezig"])
def test_one_of_another_area_is_not_there(ask: Ask, sign_in: SignIn, path: str) -> None:
    own = planned(lon=6.49)
    sign_in("west", role=Role.COORDINATOR)
    data = None if path == "" else {**FORM, "stap": "komt", "wie": "1"}
    assert ask(f"/{own}{path}", data=data).status_code == 404
    assert "Dorpshuis" not in Page(ask().text).words
    assert ask("/2147483647").status_code == 404


def test_one_outside_all_areas_is_everybodys_to_book_and_the_administrators_to_change(
    ask: Ask, sign_in: SignIn
) -> None:
    one, foreign = add(1), add(2, lon=6.49)
    own = planned(lon=6.7)
    sign_in("west", role=Role.COORDINATOR)
    assert ask(f"/{own}").status_code == 200
    assert ask(f"/{own}/plaatsen", data={"stap": "komt", "wie": one}).status_code == 303
    assert ask(f"/{own}/plaatsen", data={"stap": "komt", "wie": foreign}).status_code == 404
    assert ask(f"/{own}/afgelasten", data={}).status_code == 404
    assert ask(f"/{own}/wijzigen").status_code == 404
    assert states(own) == {one: "booked"}


def test_who_only_looks_sees_the_training_days_and_nobody_in_them(
    app: APIFlask, ask: Ask, sign_in: SignIn
) -> None:
    one = add(1, course_on=TODAY - timedelta(days=330))
    own = planned()
    sign_in("west", role=Role.VIEWER)
    words = Page(ask(f"/{own}").text).words
    assert "Dorpshuis" in words
    assert "Anna" not in words
    assert ask().status_code == 200
    for path in ("/nieuw", f"/{own}/wijzigen", f"/{own}/afgelasten", f"/{own}/plaatsen", f"/{own}/aanwezig"):
        assert ask(path, data={**FORM, "stap": "komt", "wie": one}).status_code == 403
