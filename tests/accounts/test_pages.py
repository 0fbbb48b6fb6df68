import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from apiflask import APIFlask
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from aednet.accounts import services
from aednet.accounts.models import Account, AccountSession
from aednet.accounts.rules import MOST_FAILURES_AN_EMAIL, SESSION_IDLE, SESSION_LASTS, SESSION_NOTED_EVERY
from aednet.base.audit import AuditEvent
from aednet.base.database import db
from aednet.base.transactions import transaction
from tests.factories import EMAIL, NOW, PASSWORD, make_account, make_token
from tests.fakes import MovableClock
from tests.statements import noted_statements

SIGN_IN, SIGN_OUT = "/aanmelden", "/afmelden"
BROWSER = {"Accept": "text/html,*/*;q=0.8"}
COOKIE = "aednet"
WRONG = "een verkeerd wachtwoord"


def sign_in(client: FlaskClient, **changes: str) -> TestResponse:
    return client.post(SIGN_IN, data={"email": EMAIL, "password": PASSWORD} | changes, headers=BROWSER)


def is_signed_in(client: FlaskClient) -> bool:
    return "Uitloggen" in client.get("/", headers=BROWSER).text


def cookie_of(client: FlaskClient) -> str:
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value


def actions() -> list[tuple[str, str, str]]:
    events = db.session().scalars(select(AuditEvent).order_by(AuditEvent.id))
    return [(event.actor, event.action, event.subject) for event in events]


def test_every_page_leads_to_the_form_and_after_it_to_the_way_out(client: FlaskClient) -> None:
    make_account()
    assert 'href="/aanmelden"' in client.get("/", headers=BROWSER).text
    form = client.get(SIGN_IN, headers=BROWSER)
    assert (form.status_code, form.headers["Cache-Control"]) == (200, "no-store")
    answer = sign_in(client)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert is_signed_in(client)
    assert client.get(f"{SIGN_IN}?next=/c/x", headers=BROWSER).headers["Location"] == "/c/x"
    assert actions()[1:] == [("administrator 1", "signed_in", "account 1")]


def test_the_cookie_is_kept_from_scripts_and_other_sites(client: FlaskClient) -> None:
    make_account()
    header = sign_in(client).headers["Set-Cookie"]
    assert header.startswith("aednet=")
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Path=/" in header
    assert "Secure" not in header


def test_over_https_the_cookie_is_for_this_host_alone(open_app: Callable[..., APIFlask]) -> None:
    app = open_app(public_base_url="https://aed.example")
    with app.app_context():
        make_account()
        client = app.test_client()
        answer = client.post(
            SIGN_IN, data={"email": EMAIL, "password": PASSWORD}, base_url="https://aed.example"
        )
        header = answer.headers["Set-Cookie"]
    assert header.startswith("__Host-aednet=")
    assert "Secure" in header
    assert "Domain" not in header


def test_a_replayed_cookie_is_signed_out_after_sign_out(app: APIFlask, client: FlaskClient) -> None:
    make_account()
    sign_in(client)
    stolen = cookie_of(client)
    answer = client.post(SIGN_OUT, headers=BROWSER)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert not is_signed_in(client)
    thief = app.test_client()
    thief.set_cookie(COOKIE, stolen)
    assert not is_signed_in(thief)
    assert actions()[-1] == ("administrator 1", "signed_out", "account 1")


def test_signing_out_twice_or_without_a_session_does_no_harm(client: FlaskClient) -> None:
    assert client.post(SIGN_OUT, headers=BROWSER).status_code == 303
    assert actions() == []
    assert client.get(SIGN_OUT, headers=BROWSER).status_code == 405


def test_signing_in_never_goes_on_with_a_session_from_before(app: APIFlask, client: FlaskClient) -> None:
    make_account()
    planted = app.test_client()
    sign_in(planted)
    client.set_cookie(COOKIE, cookie_of(planted))
    before = cookie_of(client)
    sign_in(client)
    assert cookie_of(client) != before
    assert is_signed_in(client)
    assert not is_signed_in(planted)
    with client.session_transaction() as kept:
        kept["planted"] = "before sign-in"
    sign_in(client)
    with client.session_transaction() as kept:
        assert "planted" not in kept


def test_a_cookie_signed_by_nobody_we_know_is_nothing(client: FlaskClient) -> None:
    make_account()
    sign_in(client)
    payload, signature = cookie_of(client).rsplit(".", 1)
    client.set_cookie(COOKIE, f"{payload}.{signature[::-1]}")
    assert not is_signed_in(client)


@pytest.mark.parametrize("wanted", ["/c/HGV-017", "/?plaats=Krakeel"])
def test_after_signing_in_people_come_where_they_wanted_to_be(client: FlaskClient, wanted: str) -> None:
    make_account()
    page = client.get(SIGN_IN, query_string={"next": wanted}, headers=BROWSER).text
    assert f'name="next" value="{wanted}"' in html.unescape(page)
    assert sign_in(client, next=wanted).headers["Location"] == wanted


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example"]
)
def test_nobody_is_sent_to_another_site(client: FlaskClient, wanted: str) -> None:
    make_account()
    assert "evil" not in client.get(SIGN_IN, query_string={"next": wanted}, headers=BROWSER).text
    assert sign_in(client, next=wanted).headers["Location"] == "/"
    assert client.get(SIGN_IN, query_string={"next": wanted}).headers["Location"] == "/"


def test_another_site_cannot_sign_anybody_in_or_out(client: FlaskClient) -> None:
    make_account()
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        refused = client.post(SIGN_IN, data={"email": EMAIL, "password": PASSWORD}, headers=headers)
        assert refused.status_code == 403
        assert "Set-Cookie" not in refused.headers
    sign_in(client)
    assert client.post(SIGN_OUT, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert is_signed_in(client)


def test_whatever_is_wrong_words_status_and_work_are_the_same(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_account()
    gone, invited = "weg@aednet.example", "nieuw@aednet.example"
    gone_id, invited_id = make_account(email=gone), make_account(email=invited)
    with transaction() as session:
        services.deactivate_account(session, gone_id, now=NOW)
        session.get_one(Account, invited_id).password_hash = None
    before = len(actions())
    costs: list[str] = []
    verify = PasswordHasher.verify

    def noted(self: PasswordHasher, kept: str, password: str) -> bool:
        costs.append(kept.rsplit("$", 2)[0])
        return verify(self, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", noted)
    pages, work = [], []
    for email, password in (
        (EMAIL, WRONG),
        ("niemand@aednet.example", WRONG),
        (invited, WRONG),
        ("geen adres", WRONG),
        (gone, PASSWORD),
    ):
        with noted_statements() as seen:
            answer = sign_in(client, email=email, password=password)
        assert answer.status_code == 422
        assert "Set-Cookie" not in answer.headers
        assert f'value="{email}"' in answer.text
        assert password not in answer.text
        pages.append(answer.text.replace(f'value="{email}"', ""))
        work.append([words for words in seen if re.search("account|attempt|audit", words)])
    assert len(set(pages)) == 1
    assert "Het e-mailadres of het wachtwoord klopt niet." in pages[0]
    assert (len(costs), len(set(costs))) == (5, 1)
    assert work[0] == work[1] == work[2] == work[3]
    assert {(who, what) for who, what, _ in actions()[before:]} == {("public", "sign_in_failed")}


def test_an_empty_field_is_named_and_costs_no_attempt(client: FlaskClient) -> None:
    make_account()
    for _ in range(MOST_FAILURES_AN_EMAIL + 1):
        page = sign_in(client, password="")
        assert page.status_code == 422
    assert 'href="#password"' in page.text
    assert 'aria-describedby="password-error"' in page.text
    assert f'value="{EMAIL}"' in page.text
    assert "Vul uw e-mailadres in." in sign_in(client, email=" ").text
    assert sign_in(client).status_code == 303


def test_guessing_is_stopped_even_where_the_guess_is_right(client: FlaskClient, clock: MovableClock) -> None:
    make_account()
    for _ in range(MOST_FAILURES_AN_EMAIL):
        assert sign_in(client, password=WRONG).status_code == 422
    clock.move(timedelta(seconds=30))
    stopped = sign_in(client)
    assert (stopped.status_code, stopped.headers["Retry-After"]) == (429, "870")
    assert "Wacht 15 minuten en probeer het dan nog een keer." in stopped.text
    assert f'value="{EMAIL}"' in stopped.text
    clock.move(timedelta(seconds=869))
    assert "Wacht 1 minuut en" in sign_in(client).text
    clock.move(timedelta(seconds=1))
    assert sign_in(client).status_code == 303


def test_signing_in_forgives_the_failures_before_it(client: FlaskClient) -> None:
    make_account()
    for _ in range(3):
        for _ in range(MOST_FAILURES_AN_EMAIL - 1):
            assert sign_in(client, password=WRONG).status_code == 422
        assert sign_in(client).status_code == 303


def test_a_session_is_kept_by_using_it_but_not_for_ever(client: FlaskClient, clock: MovableClock) -> None:
    make_account()
    sign_in(client)
    while clock.now() < NOW + SESSION_LASTS - SESSION_IDLE:
        clock.move(SESSION_IDLE - SESSION_NOTED_EVERY)
        assert is_signed_in(client)
    clock.move(SESSION_IDLE - SESSION_NOTED_EVERY)
    assert not is_signed_in(client) or clock.now() < NOW + SESSION_LASTS
    clock.move(SESSION_IDLE)
    assert not is_signed_in(client)


def test_a_session_that_nobody_uses_ends(client: FlaskClient, clock: MovableClock) -> None:
    make_account()
    sign_in(client)
    clock.move(SESSION_IDLE)
    assert not is_signed_in(client)


def test_use_is_noted_every_ten_minutes_and_not_oftener(client: FlaskClient, clock: MovableClock) -> None:
    make_account()
    sign_in(client)
    for minutes, noted in ((9, 0), (1, 10), (9, 10), (1, 20)):
        clock.move(timedelta(minutes=minutes))
        assert is_signed_in(client)
        assert db.session().scalar(select(AccountSession.seen_at)) == NOW + timedelta(minutes=noted)


def test_a_request_reads_its_session_once_and_without_one_not_at_all(client: FlaskClient) -> None:
    make_account()
    with noted_statements() as seen:
        assert not is_signed_in(client)
    assert not [statement for statement in seen if "account" in statement]
    sign_in(client)
    with noted_statements() as seen:
        assert is_signed_in(client)
    assert len([statement for statement in seen if "account_session" in statement]) == 1


def test_what_is_public_to_programs_and_the_static_files_do_not_vary_by_cookie(client: FlaskClient) -> None:
    make_account()
    sign_in(client)
    for path in ("/api/v1/areas", "/healthz", re.findall(r'href="(/static/[^"]+)"', client.get("/").text)[0]):
        with client.get(path) as answer:
            assert answer.status_code == 200
            assert "Cookie" not in answer.headers.get("Vary", "")
            assert "Set-Cookie" not in answer.headers
    assert "Cookie" in client.get("/").headers["Vary"]


def test_an_error_page_comes_even_where_the_session_cannot_be_read(client: FlaskClient) -> None:
    make_account()
    sign_in(client)
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE account_session RENAME TO gone"))
    try:
        page = client.get("/nowhere", headers=BROWSER)
        assert (page.status_code, page.mimetype) == (404, "text/html")
        assert "Inloggen" in page.text
    finally:
        with db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE gone RENAME TO account_session"))


def test_a_use_that_cannot_be_noted_spoils_no_answer(
    client: FlaskClient, clock: MovableClock, capsys: pytest.CaptureFixture[str]
) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("about SQLite")
    make_account()
    sign_in(client)
    clock.move(SESSION_NOTED_EVERY)
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "CREATE TRIGGER full BEFORE UPDATE ON account_session BEGIN SELECT RAISE(ABORT, 'full'); END"
            )
        )
    assert is_signed_in(client)
    assert "use of a session not noted" in capsys.readouterr().err


def test_nothing_personal_reaches_logs_or_trail(
    client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    headers = make_token()
    sign_in(client, email="niemand.bekend@aednet.example")
    sign_in(client, password=WRONG)
    sign_in(client)
    client.get("/api/v1/areas", headers=headers)
    client.post(SIGN_OUT)
    rows = db.session().execute(text("SELECT actor, action, subject, detail FROM audit_event")).all()
    written = capsys.readouterr().err + repr(rows)
    assert "sign_in_failed" in written
    for secret in ("voorbeeld", "niemand.bekend", WRONG, PASSWORD, headers["Authorization"].split()[1]):
        assert secret not in written
