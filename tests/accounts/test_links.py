import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from aednet.accounts import services
from aednet.accounts.links import AccountInactive, LinkDoesNotHold, make_link, use_link
from aednet.accounts.models import OneTimeLink
from aednet.accounts.passwords import is_right
from aednet.accounts.queries import find_link, find_password, find_session, find_token
from aednet.accounts.rules import INVITATION_LASTS, RESET_LASTS, Role
from aednet.base.database import db
from aednet.base.errors import InvalidValue, NotFound
from aednet.base.transactions import transaction
from aednet.web.limits import limiter
from tests.factories import EMAIL, NOW, PASSWORD, make_account
from tests.fakes import MovableClock

INVITED, CHOSEN = "nieuw@aednet.example", "een nieuw lang wachtwoord"
SECOND = timedelta(seconds=1)

Visitor = Callable[..., FlaskClient]
Trail = Callable[[], list[tuple[str, str, str]]]


def make_invited() -> int:
    with transaction() as session:
        return services.add_account(
            session, email=INVITED, role=Role.ADMINISTRATOR, areas=(), password=None, now=NOW
        )


def new_link(account_id: int) -> str:
    with transaction() as session:
        return make_link(session, account_id, now=NOW).token


def use(token: str, password: str = CHOSEN) -> None:
    with transaction() as session:
        use_link(session, token, password, now=NOW)


def fill(client: FlaskClient, token: str, password: str = CHOSEN, again: str | None = None) -> int:
    data = {"password": password, "again": password if again is None else again}
    return client.post(f"/wachtwoord/{token}", data=data).status_code


def password_is(password: str, email: str = INVITED) -> bool:
    known = find_password(db.session(), email)
    return known is not None and is_right(password, known.password_hash)


def test_an_invitation_holds_for_a_week_and_a_reset_for_a_day(app: APIFlask) -> None:
    for account_id, lasts in ((make_invited(), INVITATION_LASTS), (make_account(), RESET_LASTS)):
        token = new_link(account_id)
        assert find_link(db.session(), token, now=NOW + lasts - SECOND) is not None
        assert find_link(db.session(), token, now=NOW + lasts) is None
    assert (timedelta(days=7), timedelta(hours=24)) == (INVITATION_LASTS, RESET_LASTS)


def test_a_link_is_kept_only_as_its_hash(app: APIFlask) -> None:
    token = new_link(make_invited())
    kept = bytes(db.session().execute(text("SELECT token_hash FROM one_time_link")).scalar_one())
    assert len(kept) == 32
    assert token.encode() not in kept


def test_another_link_ends_the_one_before(app: APIFlask) -> None:
    account_id, other_id = make_invited(), make_account()
    first, others, second = new_link(account_id), new_link(other_id), new_link(account_id)
    holds = [find_link(db.session(), token, now=NOW) is not None for token in (first, others, second)]
    assert holds == [False, True, True]


def test_nobody_gets_a_link_without_an_active_account(app: APIFlask) -> None:
    account_id = make_account()
    token = new_link(account_id)
    with transaction() as session:
        services.deactivate_account(session, account_id, now=NOW)
    assert find_link(db.session(), token, now=NOW) is None
    with pytest.raises(AccountInactive):
        new_link(account_id)
    with pytest.raises(NotFound):
        new_link(99)


def test_a_link_is_used_once_and_a_refused_password_does_not_use_it(app: APIFlask, trail: Trail) -> None:
    token = new_link(make_invited())
    with pytest.raises(InvalidValue):
        use(token, "kort")
    with pytest.raises(InvalidValue):
        use(token, INVITED.upper())
    use(token)
    assert password_is(CHOSEN)
    with pytest.raises(LinkDoesNotHold):
        use(token, "nog een ander wachtwoord")
    assert password_is(CHOSEN)
    assert trail() == [
        ("system", "account_added", "account 1"),
        ("system", "link_made", "account 1"),
        ("administrator 1", "link_used", "account 1"),
        ("administrator 1", "password_changed", "account 1"),
    ]


def test_a_reset_ends_sessions_and_tokens_when_it_is_used_and_not_before(app: APIFlask) -> None:
    account_id = make_account()
    known = find_password(db.session(), EMAIL)
    assert known is not None
    with transaction() as session:
        begun = services.begin_session(session, known, email=EMAIL, address="203.0.113.7", now=NOW)
        shown = services.create_token(session, EMAIL, name="", now=NOW)
    assert begun is not None
    link = new_link(account_id)
    assert find_session(db.session(), begun.token, now=NOW) is not None
    use(link)
    assert find_session(db.session(), begun.token, now=NOW) is None
    assert find_token(db.session(), shown, now=NOW) is None
    assert password_is(CHOSEN, EMAIL)


def test_a_password_that_was_changed_otherwise_ends_the_link(app: APIFlask) -> None:
    token = new_link(make_account())
    with transaction() as session:
        services.change_password(session, 1, CHOSEN, now=NOW)
    with pytest.raises(LinkDoesNotHold):
        use(token, PASSWORD)


def test_of_two_uses_at_once_one_wins(open_app: Callable[..., APIFlask]) -> None:
    apps = [open_app(), open_app()]
    with apps[0].app_context():
        tokens = [new_link(make_invited())] * 6
    start, won, lost = threading.Barrier(len(tokens)), list[str](), list[str]()

    def work(app: APIFlask, token: str, password: str) -> None:
        with app.app_context():
            start.wait()
            try:
                use(token, password)
            except LinkDoesNotHold:
                lost.append(password)
            else:
                won.append(password)

    threads = [
        threading.Thread(target=work, args=(apps[number % 2], token, f"wachtwoord nummer {number}"))
        for number, token in enumerate(tokens)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 5)
    with apps[0].app_context():
        assert password_is(won[0])


def test_of_links_made_at_once_the_last_alone_holds(open_app: Callable[..., APIFlask]) -> None:
    app = open_app()
    with app.app_context():
        account_id = make_invited()

    def work() -> None:
        with app.app_context():
            new_link(account_id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        ends = db.session().scalars(select(OneTimeLink.ended_at)).all()
    assert (len(ends), ends.count(None)) == (4, 1)


def test_whoever_follows_a_link_chooses_a_password_and_signs_in(visitor: Visitor) -> None:
    token, client = new_link(make_invited()), visitor()
    for _ in range(2):  # looking does not use it up
        page = client.get(f"/wachtwoord/{token}")
        assert page.status_code == 200
        assert f'value="{INVITED}"' in page.text
        assert token not in page.text
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
    sent = client.post(f"/wachtwoord/{token}", data={"password": CHOSEN, "again": CHOSEN})
    assert (sent.status_code, sent.headers["Location"]) == (303, "/wachtwoord/klaar")
    assert sent.headers["Referrer-Policy"] == "no-referrer"
    assert "U kunt nu inloggen" in client.get("/wachtwoord/klaar").text
    assert "Uitloggen" in visitor(INVITED, CHOSEN).get("/").text


@pytest.mark.parametrize(
    ("password", "again", "field"),
    [
        ("kort", "kort", "password"),
        ("", "", "password"),
        (INVITED, INVITED, "password"),
        ("x" * 201, "x" * 201, "password"),
        (CHOSEN, CHOSEN + "x", "again"),
        (CHOSEN, "", "again"),
    ],
)
def test_a_password_that_cannot_be_is_said_beside_its_field_and_never_repeated(
    visitor: Visitor, password: str, again: str, field: str
) -> None:
    token, client = new_link(make_invited()), visitor()
    page = client.post(f"/wachtwoord/{token}", data={"password": password, "again": again})
    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    assert f'id="{field}-error"' in page.text
    assert page.text.count("aria-invalid") == 1
    if len(password) > len("kort") and password != INVITED:
        assert password not in page.text
    assert fill(client, token) == 303


def test_unknown_used_and_lapsed_links_get_the_same_page(visitor: Visitor, clock: MovableClock) -> None:
    used, client = new_link(make_invited()), visitor()
    assert fill(client, used) == 303
    lapsed = new_link(make_account())
    clock.move(RESET_LASTS)
    pages = set()
    for token in ("geraden", used, lapsed, "x" * 5_000, "é%2e"):
        for page in (client.get(f"/wachtwoord/{token}"), client.post(f"/wachtwoord/{token}")):
            assert page.status_code == 404
            assert page.headers["Cache-Control"] == "no-store"
            assert page.headers["Referrer-Policy"] == "no-referrer"
            pages.add(page.text)
    assert len(pages) == 1
    assert "Deze link werkt niet" in pages.pop()


def test_one_address_tries_links_sixty_times_an_hour(visitor: Visitor) -> None:
    token, client = new_link(make_invited()), visitor()
    for _ in range(59):
        assert client.get("/wachtwoord/geraden").status_code == 404
    assert client.get(f"/wachtwoord/{token}").status_code == 200
    for stopped in (client.get(f"/wachtwoord/{token}"), client.post(f"/wachtwoord/{token}")):
        assert stopped.status_code == 429
        assert int(stopped.headers["Retry-After"]) > 0
    limiter.reset()
    assert fill(client, token) == 303


def test_another_site_cannot_use_a_link(visitor: Visitor) -> None:
    token, client = new_link(make_invited()), visitor()
    refused = client.post(
        f"/wachtwoord/{token}",
        data={"password": CHOSEN, "again": CHOSEN},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert refused.status_code == 403
    assert fill(client, token) == 303


def test_neither_link_nor_address_nor_password_reaches_logs_or_trail(
    visitor: Visitor, capsys: pytest.CaptureFixture[str]
) -> None:
    token, client = new_link(make_invited()), visitor()
    client.get(f"/wachtwoord/{token}")
    fill(client, token, "kort")
    fill(client, token)
    fill(client, token)
    rows = db.session().execute(text("SELECT actor, action, subject, detail FROM audit_event")).all()
    written = capsys.readouterr().err + repr(rows)
    assert "/wachtwoord/<token>" in written
    for secret in (token, INVITED, CHOSEN):
        assert secret not in written
