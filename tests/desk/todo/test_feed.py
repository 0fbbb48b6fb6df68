import logging
from datetime import date, datetime, timedelta
from typing import cast

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import delete

from aednet.accounts.administration import change_rights
from aednet.accounts.calendars import make_calendar_address
from aednet.accounts.models import Account
from aednet.accounts.queries import caller_of
from aednet.accounts.rules import Role
from aednet.accounts.services import deactivate_account
from aednet.base.context import current
from aednet.base.transactions import transaction
from aednet.cabinets.drafts import ReportDraft
from aednet.cabinets.rules import ReportKind
from aednet.cabinets.services import record_inspection, report_problem
from tests.factories import (
    NOW,
    TODAY,
    make_account,
    make_area_draft,
    make_areas,
    make_cabinets,
    make_volunteer,
)
from tests.fakes import MovableClock

Events = dict[str, tuple[str, date]]
ADMINISTRATOR = "baas@aednet.example"


@pytest.fixture
def network(app: APIFlask) -> None:
    """Two areas with a cabinet each; at the first much is amiss."""
    make_areas(make_area_draft(width=0.08), make_area_draft("wolfsbos", west=6.48))
    make_cabinets(
        {
            "lon": 6.45,
            "name": "Café d'Or & Zn; <b>",
            "inspected_on": TODAY - timedelta(days=50),
            "pads_expire_on": TODAY + timedelta(days=10),
        },
        {"lon": 6.52, "opening_hours": None},
    )
    with transaction() as session:
        report = ReportDraft(kind=ReportKind.DAMAGED, text="Piet Jansen sloeg de deur stuk.")
        report_problem(session, "HGV-001", report, now=NOW - timedelta(days=2))
        make_volunteer(session, name="Anna Jansen", course_on=TODAY - timedelta(days=340), lon=6.45)


def make_address(*areas: str, role: Role = Role.COORDINATOR) -> str:
    """Store an account for these areas, and return where its calendar is."""
    account_id = make_account(*areas, role=role)
    with transaction() as session:
        token = make_calendar_address(session, caller_of(session, account_id, role), now=NOW)
    return f"/agenda/{token}.ics"


def events_at(client: FlaskClient, address: str) -> Events:
    """What the calendar holds, by the key of each event: its words and its day."""
    answer = client.get(address)
    assert answer.status_code == 200
    calendar = Calendar.from_ical(answer.data)
    events: Events = {}
    for event in calendar.walk("VEVENT"):
        begins, ends = event["DTSTART"].dt, event["DTEND"].dt
        assert (type(begins), ends) == (date, begins + timedelta(days=1))  # a whole day
        events[str(event["UID"])] = (str(event["SUMMARY"]), begins)
    return events


@pytest.mark.usefixtures("network")
def test_what_is_to_be_done_stands_on_its_day_and_what_is_past_or_has_none_on_today(
    client: FlaskClient,
) -> None:
    assert events_at(client, make_address("krakeel")) == {
        "report-1@127.0.0.1": ("Café d'Or & Zn; <b> (HGV-001): De AED of de kast is kapot", TODAY),
        "check-1@127.0.0.1": (
            "Café d'Or & Zn; <b> (HGV-001): controle te laat, was nodig op wo 4 november",
            TODAY,
        ),
        "supplies-1@127.0.0.1": (
            "Café d'Or & Zn; <b> (HGV-001): elektroden houdbaar tot en met vr 4 december",
            TODAY + timedelta(days=11),
        ),
        "certificate-3-1@127.0.0.1": ("Krakeel: 1 certificaat loopt af, op za 19 december", TODAY),
        "guardian-1@127.0.0.1": ("Café d'Or & Zn; <b> (HGV-001): heeft geen beheerder", TODAY),
    }


@pytest.mark.usefixtures("network")
def test_neither_a_name_nor_a_word_of_anybody_is_in_it(client: FlaskClient) -> None:
    text = client.get(make_address(role=Role.ADMINISTRATOR)).text
    assert "HGV-002" in text
    for told in ("Jansen", "Anna", "Piet", "sloeg", "+316", "1234"):
        assert told not in text


@pytest.mark.usefixtures("network")
def test_it_holds_what_the_account_may_see_when_it_is_asked_for(client: FlaskClient) -> None:
    address = make_address("krakeel")
    make_account(email=ADMINISTRATOR)
    assert not any("HGV-002" in words for words, _ in events_at(client, address).values())
    with transaction() as session:
        boss = caller_of(session, 2, Role.ADMINISTRATOR)
        seen = "coordinator:krakeel"
        change_rights(session, 1, role=Role.VIEWER, areas=["wolfsbos"], seen=seen, by=boss, now=NOW)
    assert events_at(client, address) == {
        "guardian-2@127.0.0.1": ("Buurthuis HGV-002 (HGV-002): heeft geen beheerder", TODAY),
        "hours-2@127.0.0.1": ("Buurthuis HGV-002 (HGV-002): openingstijden niet bekend", TODAY),
    }


@pytest.mark.usefixtures("network")
def test_an_unknown_or_ended_address_is_not_found(client: FlaskClient) -> None:
    address = make_address("krakeel")
    unknown = client.get(f"/agenda/{'x' * 43}.ics")
    assert unknown.status_code == 404
    with transaction() as session:
        deactivate_account(session, 1, now=NOW)
    ended = client.get(address)
    assert (ended.status_code, ended.data) == (404, unknown.data)
    assert client.get("/agenda/.ics").status_code == 404
    with transaction() as session:
        session.execute(delete(Account))
    assert client.get(address).status_code == 404


@pytest.mark.usefixtures("network")
def test_who_is_signed_in_does_not_matter_and_nothing_keeps_it(client: FlaskClient) -> None:
    address = make_address("krakeel")
    answer = client.get(address)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers
    assert client.post(address).status_code == 405


@pytest.mark.usefixtures("network")
def test_it_is_sent_again_only_once_something_has_changed(client: FlaskClient) -> None:
    address = make_address("krakeel")
    first = client.get(address)
    known = {"If-None-Match": first.headers["ETag"]}
    cast("MovableClock", current().clock).move(timedelta(hours=3))
    again = client.get(address, headers=known)
    assert (again.status_code, again.data) == (304, b"")
    with transaction() as session:
        record_inspection(session, 1, inspected_on=TODAY, passed=True, now=NOW)
    assert client.get(address, headers=known).status_code == 200


@pytest.mark.usefixtures("network")
def test_a_thing_keeps_its_key_from_day_to_day(client: FlaskClient) -> None:
    address = make_address("krakeel")
    today = events_at(client, address)
    cast("MovableClock", current().clock).move(timedelta(days=20))
    later = events_at(client, address)
    assert set(later) == set(today) - {"supplies-1@127.0.0.1"} | {"out_of_service-1@127.0.0.1"}
    assert later["guardian-1@127.0.0.1"][1] == TODAY + timedelta(days=20)


@pytest.mark.usefixtures("network")
def test_whoever_asks_all_the_time_has_to_wait(client: FlaskClient) -> None:
    address = make_address("krakeel")
    found = [client.get(address).status_code for _ in range(121)]
    assert (found[119], found[120]) == (200, 429)


@pytest.mark.usefixtures("network")
def test_the_address_is_in_no_log(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    address = make_address("krakeel")
    token = address.removeprefix("/agenda/").removesuffix(".ics")
    for _ in range(121):
        client.get(address)
    client.get(address.replace(token, token[::-1]))
    said = capfd.readouterr().err + caplog.text
    assert "/agenda/<token>.ics" in said
    assert token not in said
    assert token[::-1] not in said


def test_instants_of_events_are_those_of_the_day(client: FlaskClient, network: None) -> None:
    calendar = Calendar.from_ical(client.get(make_address("krakeel")).data)
    stamps = {event["DTSTAMP"].dt for event in calendar.walk("VEVENT")}
    assert stamps == {datetime.combine(TODAY, datetime.min.time(), tzinfo=NOW.tzinfo)}
