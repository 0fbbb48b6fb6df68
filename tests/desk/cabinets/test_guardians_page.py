import logging
import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from aednet.accounts.rules import Caller, Role
from aednet.base.audit import AuditEvent
from aednet.base.database import db
from aednet.base.transactions import transaction
from aednet.cabinets.guarding.models import Absence
from aednet.cabinets.guarding.queries import list_watches
from aednet.cabinets.models import Guardianship
from aednet.cabinets.queries import find_cabinet
from aednet.cabinets.rules import GuardianRole
from aednet.desk.cabinets.guardians import GuardiansView, view_guardians
from aednet.volunteers.models import Volunteer
from aednet.volunteers.rules import Role as VolunteerRole
from aednet.volunteers.rules import Status
from tests.desk.conftest import BROWSER
from tests.desk.reading import Page
from tests.factories import TODAY, make_token, make_volunteer
from tests.statements import noted_statements

See = Callable[..., Page]
PAGE = "/desk/kasten/HGV-001/beheerders"
GUARDIAN, DEPUTY = GuardianRole.GUARDIAN, GuardianRole.DEPUTY
SOON = TODAY + timedelta(days=30)
WILLING = {"roles": {VolunteerRole.GUARDIAN}, "course_on": None}


@pytest.fixture
def people(cabinet_id: int) -> tuple[int, int, int]:
    """Three people of Krakeel who are willing; and then one of Wolfsbos, and one of Krakeel who is not."""
    with transaction() as session:
        one, two, three = (
            make_volunteer(session, number, name=name, **WILLING)
            for number, name in enumerate(("Bo de Eerste", "Cor de Tweede", "Dré de Derde"), start=1)
        )
        make_volunteer(session, 4, name="Els van Elders", lon=6.55, **WILLING)
        make_volunteer(session, 5, name="Fie Onwillig")
    return one, two, three


def post(client: FlaskClient, address: str = "", **form: object) -> TestResponse:
    return client.post(f"{PAGE}{address}", data=form, headers=BROWSER)


def ask(client: FlaskClient, volunteer: int, role: GuardianRole = GUARDIAN) -> TestResponse:
    return post(client, volunteer_id=volunteer, role=role)


def watches(number: int, day: date = TODAY) -> list[tuple[int, GuardianRole]]:
    db.session.rollback()
    found = list_watches(db.session(), number, today=day)
    return [(watch.volunteer_id, watch.role) for watch in found if watch.holds_on(day)]


def offered(page: Page) -> set[str]:
    return {field["value"] for field in page.all("input") if field.get("name") == "volunteer_id"}


@pytest.mark.usefixtures("coordinator")
def test_people_of_the_area_who_are_willing_are_offered_and_asked(
    client: FlaskClient, see: See, people: tuple[int, int, int], cabinet_id: int
) -> None:
    one, two, three = people
    page = see(PAGE)
    assert offered(page) == {str(number) for number in people}
    assert "Bo de Eerste" in page.words
    assert "Elders" not in page.words
    assert "Onwillig" not in page.words
    for _ in range(2):  # sent twice
        assert ask(client, one).headers["Location"] == f"{PAGE}?gedaan=gevraagd"
    ask(client, two, DEPUTY)
    assert watches(cabinet_id) == [(one, GUARDIAN), (two, DEPUTY)]
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "guardian_appointed")).all()
    assert [event.detail for event in events] == [
        {"volunteer": str(one), "role": "guardian"},
        {"volunteer": str(two), "role": "deputy"},
    ]
    assert offered(see(PAGE)) == {str(two), str(three)}  # the deputy could take over
    assert "vandaag aan de beurt: Bo de Eerste" in see(PAGE).words
    refused = ask(client, three)
    assert refused.status_code == 409
    assert "Deze kast heeft al een beheerder." in Page(refused.text).words


@pytest.mark.usefixtures("coordinator", "people")
def test_somebody_is_found_by_name_telephone_or_number_and_never_from_elsewhere(client: FlaskClient) -> None:
    for sought, found in (
        ("tweede", ["2"]),
        ("DE dre", ["3"]),
        ("06-12340001", ["1"]),
        ("3", ["3"]),
        ("4", []),
        ("5", []),
        ("Elders", []),
        ("%", []),
        ("9" * 20, []),
        ("\u0000", []),
    ):
        answer = post(client, "/zoeken", sought=sought)
        assert (answer.status_code, sorted(offered(Page(answer.text)))) == (200, found)


@pytest.mark.usefixtures("coordinator")
def test_who_does_not_take_part_or_lives_elsewhere_is_not_asked(
    client: FlaskClient, people: tuple[int, int, int], cabinet_id: int
) -> None:
    one, *_ = people
    with transaction() as session:
        session.get_one(Volunteer, one).status = Status.PAUSED
    statuses = [ask(client, number).status_code for number in (one, 4, 5, 99)]
    assert statuses == [409, 404, 409, 404]
    assert [post(client, volunteer_id=text, role=GUARDIAN).status_code for text in ("", "x", "9" * 30)] == [
        404
    ] * 3
    assert post(client, volunteer_id=one, role="baas").status_code == 404
    assert post(client, "/overdracht", volunteer_id=4, on=SOON).status_code == 404
    assert watches(cabinet_id) == []


@pytest.mark.usefixtures("coordinator")
def test_a_hand_over_is_agreed_shown_and_taken_back(
    client: FlaskClient, see: See, people: tuple[int, int, int], cabinet_id: int
) -> None:
    one, two, three = people
    assert post(client, "/overdracht", volunteer_id=two, on=SOON).status_code == 409
    ask(client, one)
    for _ in range(2):
        assert post(client, "/overdracht", volunteer_id=two, on=SOON.isoformat()).status_code == 303
    assert "Cor de Tweede neemt het beheer over op do 24 december" in see(PAGE).words
    assert (watches(cabinet_id), watches(cabinet_id, SOON)) == ([(one, GUARDIAN)], [(two, GUARDIAN)])
    stale = post(client, "/overdracht", volunteer_id=three, on=SOON.isoformat())
    assert stale.status_code == 409
    assert "Er is al een overdracht afgesproken." in Page(stale.text).words
    for _ in range(2):
        assert post(client, "/overdracht/terug").status_code == 303
    assert watches(cabinet_id, SOON) == [(one, GUARDIAN)]


@pytest.mark.usefixtures("coordinator")
def test_a_day_that_cannot_be_is_said_beside_its_field(
    client: FlaskClient, people: tuple[int, int, int]
) -> None:
    one, two, _ = people
    ask(client, one)
    for typed in ("", "gisteren", "2026-11-23", "2028-01-01"):
        answer = post(client, "/overdracht", volunteer_id=two, on=typed)
        page = Page(answer.text)
        assert answer.status_code == 422
        (field,) = [field for field in page.all("input") if field.get("aria-invalid") == "true"]
        assert (field["id"], field["value"]) == (f"on-{two}", typed)
        assert f"#on-{two}" in [link["href"] for link in page.all("a")]


@pytest.mark.usefixtures("coordinator")
def test_on_holiday_the_deputy_is_turned_to_until_it_is_forgotten(
    client: FlaskClient, see: See, people: tuple[int, int, int]
) -> None:
    one, two, three = people
    ask(client, one)
    for deputy in (two, three):
        ask(client, deputy, DEPUTY)
    away = {"from_on": TODAY.isoformat(), "until_on": "8-12-2026", "cover_id": str(three)}
    for _ in range(2):
        assert post(client, f"/{one}/afwezig", **away).status_code == 303
    words = see(PAGE).words
    assert "vandaag aan de beurt: Dré de Derde" in words
    assert "Afwezig van di 24 november tot en met di 8 december, invaller: Dré de Derde" in words
    (absence,) = db.session.scalars(select(Absence))
    for _ in range(2):
        assert post(client, f"/{one}/afwezig/{absence.id}/einde").status_code == 303
    assert "vandaag aan de beurt: Bo de Eerste" in see(PAGE).words


@pytest.mark.usefixtures("coordinator")
def test_an_absence_that_cannot_be_is_said_beside_its_field(
    client: FlaskClient, people: tuple[int, int, int]
) -> None:
    one, two, three = people
    ask(client, one)
    ask(client, two, DEPUTY)
    away = {"from_on": "2026-12-01", "until_on": "2026-12-09", "cover_id": str(two)}
    for field, typed in (
        ("from_on", ""),
        ("until_on", "2026-11-01"),
        ("until_on", "morgen"),
        ("cover_id", str(three)),
        ("cover_id", "x"),
        ("cover_id", str(one)),
    ):
        answer = post(client, f"/{one}/afwezig", **away | {field: typed})
        assert answer.status_code == 422
        assert f'id="{field}-{one}-error"' in answer.text
        assert f"#{field}-{one}" in [link["href"] for link in Page(answer.text).all("a")]
    assert post(client, f"/{three}/afwezig", **away).status_code == 404
    assert db.session.scalars(select(Absence)).all() == []


@pytest.mark.usefixtures("coordinator")
def test_who_stops_does_so_today_and_it_does_no_harm_to_say_it_again(
    client: FlaskClient, people: tuple[int, int, int], cabinet_id: int
) -> None:
    one, *_ = people
    ask(client, one)
    for _ in range(2):
        assert post(client, f"/{one}/einde").status_code == 303
    assert watches(cabinet_id) == []
    (row,) = db.session.scalars(select(Guardianship))
    assert (row.since_on, row.until_on) == (TODAY, TODAY)


def test_of_several_who_appoint_a_guardian_at_once_one_is_first(
    app: APIFlask, people: tuple[int, int, int], cabinet_id: int
) -> None:
    headers = make_token("krakeel", role=Role.COORDINATOR)
    start, statuses = threading.Barrier(3), []

    def appoint(volunteer: int) -> None:
        start.wait()
        answer = app.test_client().post(
            PAGE, data={"volunteer_id": volunteer, "role": "guardian"}, headers=headers
        )
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=appoint, args=(volunteer,)) for volunteer in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303, 409, 409]
    assert len(watches(cabinet_id)) == 1


def test_a_viewer_and_a_coordinator_of_another_area_see_and_change_nothing(
    client: FlaskClient, people: tuple[int, int, int], cabinet_id: int
) -> None:
    one, two, _ = people
    own = make_token("krakeel", role=Role.COORDINATOR)
    client.post(PAGE, data={"volunteer_id": one, "role": "guardian"}, headers=own)
    viewer = make_token("krakeel", email="kijker@aednet.example", role=Role.VIEWER)
    foreign = make_token("wolfsbos", email="ander@aednet.example", role=Role.COORDINATOR)
    days = {"from_on": TODAY.isoformat(), "until_on": TODAY.isoformat()}
    for headers, status in ((viewer, 403), (foreign, 404), ({}, 401)):
        answers = [
            client.get(PAGE, headers=headers),
            client.post(f"{PAGE}/zoeken", data={"sought": "Bo"}, headers=headers),
            client.post(PAGE, data={"volunteer_id": two, "role": "deputy"}, headers=headers),
            client.post(f"{PAGE}/overdracht", data={"volunteer_id": two, "on": SOON}, headers=headers),
            client.post(f"{PAGE}/overdracht/terug", headers=headers),
            client.post(f"{PAGE}/{one}/einde", headers=headers),
            client.post(f"{PAGE}/{one}/afwezig", data=days, headers=headers),
            client.post(f"{PAGE}/{one}/afwezig/1/einde", headers=headers),
        ]
        assert [answer.status_code for answer in answers] == [status] * len(answers)
        assert all("Bo de Eerste" not in answer.text for answer in answers)
    assert watches(cabinet_id) == [(one, GUARDIAN)]
    assert db.session.scalars(select(Absence)).all() == []


def seen_by(role: Role, *areas: int) -> GuardiansView:
    db.session.rollback()
    cabinet = find_cabinet(db.session(), "HGV-001")
    assert cabinet is not None
    caller = Caller(account_id=9, role=role, area_ids=frozenset(areas) or None)
    return view_guardians(db.session(), cabinet, caller, TODAY)


@pytest.mark.usefixtures("coordinator")
def test_a_viewer_learns_that_there_is_a_guardian_and_not_who(
    client: FlaskClient, people: tuple[int, int, int]
) -> None:
    ask(client, people[0])
    view = seen_by(Role.VIEWER, 1)
    assert view.guardian is not None
    assert (view.guardian.name, view.names, view.may_change) == (None, {}, False)
    known = seen_by(Role.COORDINATOR, 1)
    assert known.guardian is not None
    assert (known.guardian.name, known.may_change) == ("Bo de Eerste", True)


@pytest.mark.usefixtures("coordinator")
def test_neither_log_nor_address_nor_trail_says_who_somebody_is(
    client: FlaskClient,
    people: tuple[int, int, int],
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        answers = [post(client, "/zoeken", sought="Eerste"), ask(client, people[0])]
    trail = [str(event.detail) + event.subject for event in db.session.scalars(select(AuditEvent))]
    for told in (capsys.readouterr().err, caplog.text, *trail, answers[1].headers["Location"]):
        assert "Eerste" not in told
    assert "zoeken" in str(answers[0].request.path)


@pytest.mark.usefixtures("coordinator", "people")
def test_the_page_asks_as_many_questions_of_twenty_people_as_of_three(client: FlaskClient) -> None:
    def questions() -> int:
        db.session.rollback()
        with noted_statements() as asked:
            assert client.get(PAGE, headers=BROWSER).status_code == 200
        return len([statement for statement in asked if "revision" not in statement])

    client.get(PAGE, headers=BROWSER)
    few = questions()
    with transaction() as session:
        for number in range(10, 40):
            make_volunteer(session, number, **WILLING)
    assert questions() == few
