from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from aednet.accounts.rules import Role
from aednet.base.database import db
from aednet.volunteers.facts import VolunteerFacts
from aednet.volunteers.models import ConsentEvent, Volunteer
from aednet.volunteers.queries import find_volunteer
from aednet.volunteers.rules import ConsentKind, ConsentWay, Status, TravelMode
from aednet.volunteers.rules import Role as VolunteerRole
from tests.desk.reading import Page, shown
from tests.factories import PASSWORD, TODAY, make_account
from tests.fakes import MovableClock

Ask = Callable[..., TestResponse]
Add = Callable[..., int]

FORM: dict[str, Any] = {
    "name": "Ida Voorbeeld",
    "phone": "06-12345678",
    "email": "",
    "place": "West",
    "roles": ["guardian"],
    "course_on": "",
    "when": ["weekday_evening"],
    "travel_mode": "cycle",
    "language": "nl",
    "note": "",
    "consent": "ja",
}

pytestmark = pytest.mark.usefixtures("coordinator")


def get(volunteer_id: int) -> VolunteerFacts:
    db.session.rollback()
    facts = find_volunteer(db.session(), volunteer_id, within=None)
    assert facts is not None
    return facts


def everybody() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(select(Volunteer.id).order_by(Volunteer.id)))


def test_a_coordinator_brings_in_who_said_yes_to_them(ask: Ask) -> None:
    answer = ask("/nieuw", data=FORM)
    (own,) = everybody()
    assert (answer.status_code, answer.location) == (303, f"/desk/mensen/{own}?gedaan=nieuw")
    facts = get(own)
    assert (facts.name, facts.status, facts.area, facts.available) == (
        "Ida Voorbeeld",
        Status.ACTIVE,
        "west",
        "Mo-Fr 18:00-23:00",
    )
    said = db.session.scalars(select(ConsentEvent)).one()
    assert (said.kind, said.way) == (ConsentKind.GIVEN, ConsentWay.COORDINATOR)
    assert ask("/nieuw", data=FORM).status_code == 303
    assert everybody() == [own]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"consent": ""}, "Anders mag u niets bewaren"),
        ({"name": ""}, "Vul de naam in"),
        ({"phone": "0528 123456"}, "vast nummer"),
        ({"email": "ida"}, "Dit e-mailadres klopt niet"),
        ({"place": ""}, "Vul in waar dit is"),
        ({"place": "Oost"}, "buiten uw smederijen"),
        ({"place": "", "lat": "48.85", "lon": "2.35"}, "buiten het gebied"),
        ({"roles": []}, "Kies minstens één ding"),
        ({"course_on": "2027-01-01"}, "moet geweest zijn"),
        ({"course_on": "gisteren"}, "Vul een dag in"),
        ({"travel_mode": "boot"}, "Kies hoe"),
        ({"note": "x" * 1001}, "hoogstens 1.000 tekens"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_nothing_typed_is_lost(
    ask: Ask, changes: dict[str, Any], words: str
) -> None:
    answer = ask("/nieuw", data={**FORM, **changes})
    page = Page(answer.text)
    assert answer.status_code == 422
    assert page.words.count(words) == 2
    (field,) = (one for one in page.all("input") if one.get("name") == "name")
    assert field["value"] == (FORM | changes)["name"]
    assert everybody() == []


def test_the_form_shows_what_is_stored_and_sent_back_unchanged_changes_nothing(ask: Ask, add: Add) -> None:
    own = add(1, available="als ik thuis ben", email="ida@aednet.example", course_on=TODAY)
    before = get(own)
    page = ask(f"/{own}/wijzigen")
    assert "als ik thuis ben" in Page(page.text).words
    assert ask(f"/{own}/wijzigen", data=shown(page)).status_code == 303
    assert get(own) == before


def test_what_is_typed_is_stored(ask: Ask, add: Add) -> None:
    own = add(1, note="oud")
    data = shown(ask(f"/{own}/wijzigen")) | {
        "phone": "06 87654321",
        "roles": ["responder", "fetcher"],
        "when": ["always"],
        "course_on": "01-11-2026",
        "travel_mode": "car",
        "note": "",
    }
    assert ask(f"/{own}/wijzigen", data=data).status_code == 303
    facts = get(own)
    assert facts.promise.roles == {VolunteerRole.RESPONDER, VolunteerRole.FETCHER}
    assert (facts.phone.e164, facts.available, facts.travel_mode, facts.note) == (
        "+31687654321",
        "24/7",
        TravelMode.CAR,
        None,
    )
    assert facts.course_on is not None
    assert facts.course_on.isoformat() == "2026-11-01"
    words = Page(ask(f"/{own}").text).words
    assert "zo 1 november" in words
    assert "coordinator" not in words


def test_who_saves_what_somebody_else_changed_is_told_and_stores_nothing(
    ask: Ask, add: Add, clock: MovableClock
) -> None:
    own = add(1)
    first = shown(ask(f"/{own}/wijzigen"))
    second = dict(first)
    clock.move(timedelta(minutes=1))
    assert ask(f"/{own}/wijzigen", data=first | {"name": "Ida Eerst"}).status_code == 303
    answer = ask(f"/{own}/wijzigen", data=second | {"name": "Ida Tweede", "note": "getypt"})
    assert answer.status_code == 409
    words = Page(answer.text).words
    assert "Nu staat er: Ida Eerst" in words
    assert words.count("Nu staat er:") == 2  # the note, too, is not what was typed
    again = shown(answer)
    assert again["name"] == "Ida Tweede"
    assert get(own).name == "Ida Eerst"
    assert ask(f"/{own}/wijzigen", data=again).status_code == 303
    assert get(own).name == "Ida Tweede"


def test_a_form_of_somebody_elsewhere_or_forged_changes_nobody(ask: Ask, add: Add) -> None:
    other = add(1, lon=6.49)
    before = get(other)
    assert ask(f"/{other}/wijzigen", data=FORM).status_code == 404
    assert ask(f"/{other}/stand", data={"stap": "gestopt"}).status_code == 404
    assert ask(f"/{other}/wissen", data={}).status_code == 404
    own = add(2)
    assert ask(f"/{own}/stand", data={"stap": "weg"}).status_code == 404
    assert get(other) == before


def test_somebody_pauses_comes_back_and_leaves_for_good(ask: Ask, add: Add) -> None:
    own = add(1)
    for step, status in (("pauze", Status.PAUSED), ("meedoen", Status.ACTIVE), ("gestopt", Status.LEFT)):
        for _ in range(2):
            assert ask(f"/{own}/stand", data={"stap": step}).status_code == 303
        assert get(own).status is status
    assert ask(f"/{own}/stand", data={"stap": "meedoen"}).status_code == 409
    kinds = db.session.scalars(select(ConsentEvent.kind).order_by(ConsentEvent.id)).all()
    assert kinds == [ConsentKind.GIVEN, ConsentKind.WITHDRAWN]


def test_nobody_is_erased_before_a_page_has_asked(ask: Ask, add: Add) -> None:
    own = add(1)
    assert "Dat kunt u niet terugdraaien" in Page(ask(f"/{own}/wissen").text).words
    assert everybody() == [own]
    assert ask(f"/{own}/wissen", data={}).location == "/desk/mensen?gewist=1"
    assert everybody() == []
    assert ask(f"/{own}/wissen", data={}).status_code == 404


def test_each_course_that_is_noted_stays_in_the_history(ask: Ask, add: Add) -> None:
    own = add(1, course_on=TODAY - timedelta(days=400))
    data = shown(ask(f"/{own}/wijzigen")) | {"course_on": "2026-11-20"}
    ask(f"/{own}/wijzigen", data=data)
    (table,) = Page(ask(f"/{own}").text).tables
    assert [line[0] for line in table[1:]] == ["vr 20 november", "ma 20 oktober 2025"]
    assert [line[2].rpartition(", ")[2] for line in table[1:]] == ["coördinator 1", "zelf aangemeld"]


def test_who_may_only_look_changes_nothing(ask: Ask, add: Add, client: FlaskClient) -> None:
    own = add(1)
    client.delete_cookie("aednet")
    make_account("west", email="kijker@aednet.example", role=Role.VIEWER)
    client.post("/aanmelden", data={"email": "kijker@aednet.example", "password": PASSWORD})
    for path in ("/nieuw", f"/{own}/wijzigen", f"/{own}/stand", f"/{own}/wissen"):
        assert ask(path, data=FORM).status_code == 403
    assert everybody() == [own]
