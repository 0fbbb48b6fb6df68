from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from aednet.base.context import current
from aednet.base.database import db
from aednet.base.phone import PhoneFault
from aednet.volunteers.arrivals import CONSENT_VERSION
from aednet.volunteers.facts import VolunteerFacts
from aednet.volunteers.join import FIELDS
from aednet.volunteers.models import ConsentEvent, Volunteer
from aednet.volunteers.queries import find_volunteer
from aednet.volunteers.rules import ConsentWay, Role, Status, TravelMode
from tests.factories import CENTRE_LAT, CENTRE_LON, make_area_draft, make_areas

BROWSER = {"Accept": "text/html,*/*;q=0.8", "Sec-Fetch-Site": "same-origin"}
FORM: dict[str, Any] = {
    "name": "Ida <b>Voorbeeld</b>",
    "phone": "06 - 12 34 56 78",
    "email": "ida@aednet.example",
    "place": "Krakeel",
    "roles": ["responder", "guardian"],
    "certificate": "no",
    "when": ["weekday_evening", "weekend_day"],
    "travel_mode": "cycle",
    "consent": CONSENT_VERSION,
}


@pytest.fixture(autouse=True)
def areas(app: APIFlask) -> None:
    make_areas(make_area_draft(width=0.08), make_area_draft("wolfsbos", west=6.48))


def send(client: FlaskClient, step: str = "controle", **changes: Any) -> TestResponse:
    form = {name: value for name, value in (FORM | changes).items() if value is not None}
    return client.post("/join", data=form | {"stap": step}, headers=BROWSER)


def everybody() -> list[VolunteerFacts]:
    ids = db.session().scalars(select(Volunteer.id).order_by(Volunteer.id))
    found = [find_volunteer(db.session(), own, within=None) for own in ids]
    return [facts for facts in found if facts is not None]


def days_ago(days: int) -> str:
    return (current().clock.today() - timedelta(days=days)).isoformat()


def test_what_was_understood_is_shown_before_anything_is_kept(client: FlaskClient) -> None:
    answer = send(client)
    assert answer.status_code == 200
    page = unescape(answer.text)
    assert "+31 6 12345678" in page
    assert "<strong>Krakeel</strong>" in page
    assert "AED-haler" in page  # who wants to respond and is not trained
    assert "&lt;b&gt;" in answer.text
    assert "<b>" not in answer.text
    assert "Doordeweeks ’s avonds" in page
    assert "Op de fiets" in page
    assert everybody() == []


def test_who_sends_it_is_registered_thanked_and_found_at_no_address(client: FlaskClient) -> None:
    answer = send(client, "aanmelden")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/join/dank")
    thanks = client.get("/join/dank")
    assert thanks.status_code == 200
    (facts,) = everybody()
    assert (facts.name, facts.phone.e164, facts.email) == (
        "Ida <b>Voorbeeld</b>",
        "+31612345678",
        "ida@aednet.example",
    )
    assert (facts.area, facts.status) == ("krakeel", Status.NEW)
    assert facts.promise.roles == {Role.RESPONDER, Role.GUARDIAN}
    assert facts.counts_as(current().clock.today()) == {Role.FETCHER, Role.GUARDIAN}
    assert facts.available == "Mo-Fr 18:00-23:00; Sa-Su 07:00-18:00"
    assert facts.travel_mode is TravelMode.CYCLE
    event = db.session.scalars(select(ConsentEvent)).one()
    assert (event.version, event.way) == (CONSENT_VERSION, ConsentWay.JOIN_PAGE)


def test_the_page_that_checks_carries_all_that_was_typed(client: FlaskClient) -> None:
    page = send(client, place="", lat="52.71", lon="6.49", certificate="yes", course_on=days_ago(30)).text
    carried = _hidden(page)
    assert client.post("/join", data=carried | {"stap": "aanmelden"}, headers=BROWSER).status_code == 303
    (facts,) = everybody()
    assert (facts.home.lat, facts.home.lon, facts.area) == (52.71, 6.49, "wolfsbos")
    assert facts.counts_as(current().clock.today()) == {Role.RESPONDER, Role.GUARDIAN}


@pytest.mark.parametrize(
    ("step", "changes", "status"),
    [
        ("wijzigen", {}, 200),
        ("wijzigen", {"phone": "geen", "consent": None}, 200),
        ("controle", {"phone": "0900-1234"}, 422),
        ("aanmelden", {"place": "Nergenshuizen"}, 422),
        ("", {"when": None}, 422),
    ],
)
def test_nothing_typed_is_ever_lost(
    client: FlaskClient, step: str, changes: dict[str, Any], status: int
) -> None:
    form = FORM | {"name": "Ida \"'> Voorbeeld", "course_on": "24-11-2025", "lat": "", "lon": ""} | changes
    answer = send(client, step, **form)
    assert answer.status_code == status
    page = unescape(answer.text)
    for name in ("name", "phone", "email", "place", "course_on"):
        assert f'name="{name}"' in page
        assert f'value="{form[name]}"' in page
    for name in ("roles", "when", "certificate", "travel_mode"):
        values = form[name] if isinstance(form[name], list) else [form[name]] * (form[name] is not None)
        for value in values:
            assert f'id="{name}-{value}" value="{value}" checked' in page, (name, value)
    assert (f'value="{CONSENT_VERSION}" checked' in page) == (form["consent"] is not None)
    assert everybody() == []


def test_an_empty_form_names_each_field_and_links_to_it(client: FlaskClient) -> None:
    answer = client.post("/join", data={"stap": "aanmelden"}, headers=BROWSER)
    assert answer.status_code == 422
    assert "<title>Fout:" in answer.text
    ids = {"roles": "roles-responder", "certificate": "certificate-yes", "when": "when-always"}
    ids |= {"travel_mode": "travel_mode-walk"}
    for name in FIELDS:
        if name in {"email", "course_on"}:
            continue
        assert f'href="#{ids.get(name, name)}"' in answer.text, name
        assert f'id="{ids.get(name, name)}"' in answer.text, name
        assert f'id="{name}-error"' in answer.text, name
    assert everybody() == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "!"}, "gewone letters"),
        ({"name": "x" * 250}, "korter"),
        ({"phone": ""}, "Vul uw mobiele nummer in."),
        ({"phone": "0470 12 34 56"}, "+32"),
        ({"phone": "0528-123456"}, "vast nummer"),
        ({"phone": "097012345678"}, "097"),
        ({"email": "ida"}, "e-mailadres klopt niet"),
        ({"email": "ida@aednet"}, "e-mailadres klopt niet"),
        ({"place": "%"}, "kennen deze plaats niet"),
        ({"place": "", "lat": "51", "lon": "5"}, "buiten ons gebied"),
        ({"place": "", "lat": str(CENTRE_LON), "lon": str(CENTRE_LAT)}, "buiten ons gebied"),
        ({"lat": "nan", "lon": "6.5"}, "kennen deze plaats niet"),
        ({"lat": "1e400", "lon": "6.5"}, "kennen deze plaats niet"),
        ({"lat": "x", "lon": "y"}, "kennen deze plaats niet"),
        ({"roles": ["doctor"]}, "Kies wat u wilt doen"),
        ({"certificate": "yes"}, "dag van uw laatste cursus"),
        ({"certificate": "yes", "course_on": "ooit"}, "Vul een dag in"),
        ({"certificate": "yes", "course_on": "31-02-2026"}, "Vul een dag in"),
        ({"certificate": "yes", "course_on": "2099-01-01"}, "geweest zijn"),
        ({"when": ["sometimes"]}, "Kies wanneer"),
        ({"travel_mode": "plane"}, "Kies hoe"),
        ({"consent": "2001-01"}, "Zet een vinkje"),
    ],
)
def test_a_fault_is_said_in_plain_words_beside_its_field_and_on_top(
    client: FlaskClient, changes: dict[str, Any], words: str
) -> None:
    answer = send(client, "aanmelden", **changes)
    assert answer.status_code == 422
    assert unescape(answer.text).count(words) >= 2
    assert everybody() == []


def test_each_fault_of_a_number_has_words_of_its_own(client: FlaskClient) -> None:
    numbers = ["geen", "06", "0691234567", "0171 3920001", "0528 123456", "0800-0123", "097012345678"]
    said = {_first_fault(send(client, phone=number).text) for number in [*numbers, "085 1234567"]}
    assert len(said) == len(PhoneFault)


def test_a_certificate_that_lapsed_makes_a_fetcher_and_a_current_one_does_not(client: FlaskClient) -> None:
    lapsed = unescape(send(client, certificate="yes", course_on=days_ago(400)).text)
    assert "geen geldig certificaat" in lapsed
    assert "verlopen" in lapsed
    current_one = unescape(send(client, certificate="yes", course_on=days_ago(40)).text)
    assert "geen geldig certificaat" not in current_one
    fetcher = unescape(send(client, roles=["fetcher"]).text)
    assert "geen geldig certificaat" not in fetcher


def test_a_place_may_be_a_postcode_and_always_means_every_hour(client: FlaskClient) -> None:
    page = unescape(send(client, place="7901 ab", when=["always", "weekday_day"]).text)
    assert "postcode 7901" in page
    assert "Altijd, dag en nacht" in page
    send(client, "aanmelden", place="7901 ab", when=["always", "weekday_day"])
    assert [facts.available for facts in everybody()] == ["24/7"]


def test_who_lives_just_outside_the_areas_may_join(client: FlaskClient) -> None:
    assert "buiten de smederijen" in unescape(send(client, lat="52.72", lon="6.7").text)
    send(client, "aanmelden", lat="52.72", lon="6.7")
    assert [facts.area for facts in everybody()] == [None]


def test_whether_a_number_is_known_shows_nowhere(client: FlaskClient) -> None:
    answers = [(send(client), send(client, "aanmelden")) for _ in range(2)]
    (first_check, first_sent), (again_check, again_sent) = answers
    assert first_check.text == again_check.text
    assert (first_sent.status_code, first_sent.data) == (again_sent.status_code, again_sent.data)
    headers = [
        {name: value for name, value in sent.headers if not name.startswith("X-RateLimit")}
        for sent in (first_sent, again_sent)
    ]
    assert headers[0] == headers[1]
    assert len(everybody()) == 1


def test_registrations_from_one_address_are_throttled_and_what_was_typed_stays(client: FlaskClient) -> None:
    statuses = [send(client, "aanmelden", phone=f"06 1234 {n:04d}").status_code for n in range(10)]
    assert statuses == [303] * 10
    answer = send(client, "aanmelden", phone="06 1234 9999")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 3_600
    assert 'value="06 1234 9999"' in answer.text
    assert "Even wachten" in answer.text
    assert db.session.scalar(select(func.count()).select_from(Volunteer)) == 10
    elsewhere = {"X-Forwarded-For": "203.0.113.9"}
    form = FORM | {"stap": "aanmelden"}
    assert client.post("/join", data=form, headers=BROWSER | elsewhere).status_code == 303


def test_registrations_of_one_number_are_throttled_from_wherever_they_come(client: FlaskClient) -> None:
    def register(number: int) -> int:
        headers = BROWSER | {"X-Forwarded-For": f"203.0.113.{number}"}
        form = FORM | {"name": f"Naam {number}", "stap": "aanmelden"}
        return client.post("/join", data=form, headers=headers).status_code

    assert [register(number) for number in range(6)] == [303] * 5 + [429]


@pytest.mark.parametrize("step", ["controle", "aanmelden", "wijzigen"])
def test_no_browser_keeps_these_pages_and_no_log_tells_who(
    client: FlaskClient, capsys: pytest.CaptureFixture[str], step: str
) -> None:
    for answer in (client.get("/join"), send(client, step), client.get("/join/dank")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert "?" not in answer.headers.get("Location", "")
    logged = "".join(capsys.readouterr())
    for canary in ("Ida", "Voorbeeld", "12345678", "ida@", "52.7", "Krakeel"):
        assert canary not in logged


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    changes=st.dictionaries(
        st.sampled_from([*FORM, "lat", "lon", "course_on", "stap"]),
        st.text(max_size=40)
        | st.lists(st.text(max_size=5), max_size=3)
        | st.sampled_from(["yes", "NaN", "0"]),
    )
)
def test_whatever_is_sent_gets_a_page(client: FlaskClient, changes: dict[str, Any]) -> None:
    answer = client.post("/join", data=FORM | {"stap": "controle"} | changes, headers=BROWSER)
    assert answer.status_code in {200, 303, 422, 429}


def test_another_site_cannot_register_anybody(client: FlaskClient) -> None:
    headers = BROWSER | {"Sec-Fetch-Site": "cross-site"}
    answer = client.post("/join", data=FORM | {"stap": "aanmelden"}, headers=headers)
    assert answer.status_code == 403
    assert everybody() == []


def test_a_network_without_areas_still_registers(client: FlaskClient) -> None:
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM area")
    assert client.get("/join").status_code == 200
    assert send(client, "aanmelden", place="Pesse").status_code == 303
    assert [facts.area for facts in everybody()] == [None]


def _hidden(page: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in page.split('<input type="hidden" name="')[1:]:
        name, _, rest = part.partition('" value="')
        found.setdefault(name, []).append(unescape(rest.partition('"')[0]))
    return found


def _first_fault(page: str) -> str:
    return page.partition('id="phone-error">')[2].partition("</p>")[0]
