from collections.abc import Callable, Iterator

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from aednet.accounts.rules import Role
from aednet.alerts.ticks import plan_reminders
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.messaging.models import Reminder
from aednet.messaging.rules import State
from tests.alerts.test_time import DAY
from tests.factories import TODAY, make_area_draft, make_areas, make_token, make_volunteer
from tests.fakes import MovableClock

LIST = "/api/v1/reminders"


@pytest.fixture
def app(open_app: Callable[..., APIFlask]) -> Iterator[APIFlask]:
    app = open_app(clock=MovableClock())
    with app.app_context():
        make_areas(make_area_draft("krakeel"), make_area_draft("fluitenberg", west=6.6))
        with transaction() as session:
            make_volunteer(session, 1, course_on=TODAY - 358 * DAY)
            make_volunteer(session, 2, lon=6.65, course_on=TODAY - 358 * DAY)
        plan_reminders()
        yield app


def ask(client: FlaskClient, token: dict[str, str], **query: object) -> list[dict[str, object]]:
    answer = client.get(LIST, headers=token, query_string=query)
    assert answer.status_code == 200
    found: list[dict[str, object]] = answer.get_json()["reminders"]
    return found


def test_a_coordinator_sees_the_messages_of_their_areas_and_nobody_elses(client: FlaskClient) -> None:
    token = make_token("krakeel", role=Role.COORDINATOR)
    (found,) = ask(client, token)
    assert found["rule"] == "certificate"
    assert found["why"] == "certificate lapses or lapsed, told on 2026-11-24"
    assert found["subject"] == {"kind": "volunteer", "id": 1}
    assert (found["recipient_kind"], found["recipient_id"], found["area"]) == ("volunteer", 1, "krakeel")
    assert (found["state"], found["due_at"]) == ("planned", "2026-11-24T08:00:00Z")


def test_messages_are_listed_by_state_and_page(client: FlaskClient) -> None:
    token = make_token()
    assert len(ask(client, token, state="planned")) == 2
    assert ask(client, token, state="sent") == []
    answer = client.get(LIST, headers=token, query_string={"limit": 1})
    assert len(answer.get_json()["reminders"]) == 1
    following = client.get(answer.headers["Link"].split(">")[0].strip("<"), headers=token)
    assert len(following.get_json()["reminders"]) == 1
    assert "Link" not in following.headers
    assert client.get(LIST, headers=token, query_string={"state": "lost"}).status_code == 422


def test_a_message_is_taken_back_once_however_often_that_is_asked(client: FlaskClient) -> None:
    token = make_token("krakeel", role=Role.COORDINATOR)
    number = ask(client, token)[0]["id"]
    for _ in range(2):
        answer = client.post(f"{LIST}/{number}/cancel", headers=token)
        assert (answer.status_code, answer.get_json()["state"]) == (200, "cancelled")
    db.session.rollback()
    plan_reminders()
    assert len(ask(client, token)) == 1


def test_what_is_on_its_way_is_not_taken_back(client: FlaskClient) -> None:
    token = make_token()
    number = ask(client, token)[0]["id"]
    with transaction() as session:
        session.get_one(Reminder, number).state = State.CLAIMED
    assert client.post(f"{LIST}/{number}/cancel", headers=token).status_code == 409


def test_the_messages_of_other_areas_do_not_exist(client: FlaskClient) -> None:
    own = make_token("krakeel", role=Role.COORDINATOR)
    other = db.session.scalars(select(Reminder.id).where(Reminder.recipient_id == 2)).one()
    assert client.post(f"{LIST}/{other}/cancel", headers=own).status_code == 404
    assert client.post(f"{LIST}/999999/cancel", headers=own).status_code == 404


def test_viewers_and_the_public_see_no_messages(client: FlaskClient) -> None:
    viewer = make_token("krakeel", role=Role.VIEWER)
    assert client.get(LIST).status_code == 401
    assert client.get(LIST, headers=viewer).status_code == 403
    assert client.post(f"{LIST}/1/cancel", headers=viewer).status_code == 403
