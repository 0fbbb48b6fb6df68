import re
import threading
from collections.abc import Callable

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from aednet.accounts import administration, services
from aednet.accounts.guards import permission_of
from aednet.accounts.models import Account
from aednet.accounts.queries import AccountFacts, list_accounts
from aednet.accounts.rules import Caller, Permission, Role
from aednet.base.database import db
from aednet.base.errors import AednetError
from aednet.base.transactions import transaction
from tests.factories import EMAIL, NOW, PASSWORD, make_account, make_area_draft, make_areas
from tests.statements import noted_statements

PAGE, BOB, NEW = "/desk/accounts", "bob@aednet.example", "nieuw@aednet.example"

Visitor = Callable[..., FlaskClient]
Trail = Callable[[], list[tuple[str, str, str]]]


@pytest.fixture
def admin(visitor: Visitor) -> FlaskClient:
    """The browser of an administrator, account 1, in a network of two areas."""
    make_areas(make_area_draft("krakeel", width=0.05), make_area_draft("wolfsbos", west=6.45, width=0.05))
    make_account()
    return visitor(EMAIL)


def facts(account_id: int) -> AccountFacts:
    db.session().rollback()
    return next(one for one in list_accounts(db.session(), now=NOW) if one.id == account_id)


def invite(client: FlaskClient, *areas: str, email: str = NEW, role: str = "coordinator") -> TestResponse:
    return client.post(PAGE, data={"email": email, "role": role, "area": list(areas)})


def give(
    client: FlaskClient, account_id: int, *areas: str, role: str = "coordinator", seen: str | None = None
) -> TestResponse:
    seen = facts(account_id).rights if seen is None else seen
    return client.post(f"{PAGE}/{account_id}", data={"role": role, "area": list(areas), "seen": seen})


def link_on(page: TestResponse) -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/wachtwoord/[\w-]{43})", page.text)
    assert found is not None
    return found[1]


def choose(client: FlaskClient, link: str, password: str = PASSWORD) -> int:
    return client.post(link, data={"password": password, "again": password}).status_code


def is_signed_in(client: FlaskClient) -> bool:
    return "Uitloggen" in client.get("/").text


def test_an_invitation_is_shown_once_and_leads_to_an_account_with_those_rights(
    admin: FlaskClient, visitor: Visitor, trail: Trail
) -> None:
    shown = invite(admin, "wolfsbos", "krakeel")
    assert (shown.status_code, shown.headers["Cache-Control"]) == (200, "no-store")
    link = link_on(shown)
    assert link not in admin.get(f"{PAGE}/2").text + admin.get(PAGE).text
    assert "Uitgenodigd" in admin.get(PAGE).text
    assert not is_signed_in(visitor(NEW))
    assert choose(visitor(), link) == 303
    assert is_signed_in(visitor(NEW))
    kept = facts(2)
    assert (kept.role, kept.slugs, kept.is_active) == (
        Role.COORDINATOR,
        frozenset({"krakeel", "wolfsbos"}),
        True,
    )
    assert kept.seen_at is not None
    assert trail()[2:4] == [
        ("administrator 1", "account_added", "account 2"),
        ("administrator 1", "link_made", "account 2"),
    ]


def test_an_administrator_is_invited_whatever_areas_were_ticked(admin: FlaskClient) -> None:
    assert invite(admin, "krakeel", role="administrator").status_code == 200
    assert (facts(2).role, facts(2).slugs) == (Role.ADMINISTRATOR, frozenset())


@pytest.mark.parametrize(
    ("email", "role", "areas", "fields"),
    [
        ("", "coordinator", ["krakeel"], {"email"}),
        ("geen adres", "coordinator", ["krakeel"], {"email"}),
        ("a@b\x00.example", "coordinator", ["krakeel"], {"email"}),
        (NEW, "", ["krakeel"], {"role"}),
        (NEW, "emperor", ["krakeel"], {"role"}),
        ("geen adres", "", ["krakeel"], {"email", "role"}),
        (NEW, "viewer", [], {"area"}),
        (NEW, "viewer", ["nergens"], {"area"}),
        (NEW, "viewer", ["krakeel", "nergens\x00"], {"area"}),
        (NEW, "viewer", [f"nergens-{number}" for number in range(70_000 // 2)], {"area"}),
        ("x", "coordinator", [], {"email", "area"}),
    ],
)
def test_an_invitation_that_cannot_be_comes_back_as_it_was_typed(
    admin: FlaskClient, email: str, role: str, areas: list[str], fields: set[str]
) -> None:
    page = invite(admin, *areas, email=email, role=role)
    assert page.status_code == 422
    assert {name for name in ("email", "role", "area") if f'id="{name}-error"' in page.text} == fields
    if email.isprintable():
        assert f'name="email" type="email" value="{email}"' in page.text
    if areas == ["krakeel"]:
        assert re.search(r'value="krakeel" checked', page.text)
    for target in re.findall(r'<li><a href="#([\w-]+)"', page.text):
        assert f'id="{target}"' in page.text
    assert db.session().scalars(select(Account.id)).all() == [1]


def test_inviting_twice_makes_one_account_and_the_first_link_still_holds(
    admin: FlaskClient, visitor: Visitor
) -> None:
    link = link_on(invite(admin, "krakeel"))
    again = invite(admin, "wolfsbos", email=NEW.upper())
    assert again.status_code == 409
    assert "heeft al een account" in again.text
    assert facts(2).slugs == {"krakeel"}
    assert choose(visitor(), link) == 303


def test_a_new_link_ends_the_one_before_and_says_who_made_it(
    admin: FlaskClient, visitor: Visitor, trail: Trail
) -> None:
    first = link_on(invite(admin, "krakeel"))
    second = link_on(admin.post(f"{PAGE}/2/link"))
    assert [choose(visitor(), first), choose(visitor(), second)] == [404, 303]
    assert [entry for entry in trail() if entry[1] == "link_made"] == [
        ("administrator 1", "link_made", "account 2")
    ] * 2


def test_a_reset_lets_the_old_password_work_until_there_is_a_new_one(
    admin: FlaskClient, visitor: Visitor
) -> None:
    make_account(email=BOB)
    bob = visitor(BOB)
    link = link_on(admin.post(f"{PAGE}/2/link"))
    assert is_signed_in(bob)
    assert choose(visitor(), link, "een heel ander wachtwoord") == 303
    assert not is_signed_in(bob)
    assert not is_signed_in(visitor(BOB))
    assert is_signed_in(visitor(BOB, "een heel ander wachtwoord"))


def test_rights_are_changed_at_once_and_audited(admin: FlaskClient, visitor: Visitor, trail: Trail) -> None:
    make_account("krakeel", email=BOB, role=Role.VIEWER)
    bob = visitor(BOB)
    assert bob.get(PAGE).status_code == 403
    assert give(admin, 2, role="administrator").status_code == 303
    assert bob.get(PAGE).status_code == 200
    assert give(admin, 2, "wolfsbos").status_code == 303
    assert bob.get(PAGE).status_code == 403
    assert (facts(2).role, facts(2).slugs) == (Role.COORDINATOR, frozenset({"wolfsbos"}))
    details = db.session().execute(text("SELECT detail FROM audit_event WHERE action = 'rights_changed'"))
    assert "viewer:krakeel" in repr(details.first())
    assert trail()[-1] == ("administrator 1", "rights_changed", "account 2")


def test_rights_that_cannot_be_are_said_beside_their_field_and_change_nothing(admin: FlaskClient) -> None:
    make_account("krakeel", email=BOB, role=Role.VIEWER)
    for areas, role, field in (
        ([], "coordinator", "area"),
        (["nergens"], "viewer", "area"),
        ([], "", "role"),
    ):
        page = give(admin, 2, *areas, role=role)
        assert page.status_code == 422
        assert f'id="{field}-error"' in page.text
    assert facts(2).rights == "viewer:krakeel"


def test_a_stale_page_overwrites_nothing_and_sending_twice_changes_once(
    admin: FlaskClient, trail: Trail
) -> None:
    make_account("krakeel", email=BOB, role=Role.VIEWER)
    seen = facts(2).rights
    for _ in range(2):
        assert give(admin, 2, "wolfsbos", seen=seen).status_code == 303
    stale = give(admin, 2, "krakeel", "wolfsbos", seen=seen)
    assert stale.status_code == 409
    assert "intussen veranderd" in stale.text
    assert 'name="seen" value="coordinator:wolfsbos"' in stale.text
    assert facts(2).slugs == {"wolfsbos"}
    assert [action for _, action, _ in trail()].count("rights_changed") == 1


def test_access_is_taken_away_and_given_back_and_twice_does_no_harm(
    admin: FlaskClient, visitor: Visitor, trail: Trail
) -> None:
    make_account("krakeel", email=BOB, role=Role.VIEWER)
    bob, link = visitor(BOB), link_on(admin.post(f"{PAGE}/2/link"))
    for _ in range(2):
        assert admin.post(f"{PAGE}/2/stoppen").status_code == 303
    assert not is_signed_in(bob)
    assert not is_signed_in(visitor(BOB))
    assert choose(visitor(), link) == 404
    refused = admin.post(f"{PAGE}/2/link")
    assert refused.status_code == 409
    assert "Geef eerst de toegang terug" in refused.text
    for _ in range(2):
        assert admin.post(f"{PAGE}/2/hervatten").status_code == 303
    assert not is_signed_in(bob)
    assert is_signed_in(visitor(BOB))
    assert choose(visitor(), link) == 404
    actions = [action for actor, action, _ in trail() if actor == "administrator 1"]
    assert (actions.count("account_deactivated"), actions.count("account_activated")) == (1, 1)


def test_nobody_changes_their_own_rights_or_access(admin: FlaskClient) -> None:
    before = facts(1)
    answers = [give(admin, 1, "krakeel"), give(admin, 1, role="administrator")]
    answers += [admin.post(f"{PAGE}/1/{verb}") for verb in ("link", "stoppen", "hervatten")]
    for page in answers:
        assert page.status_code == 409
        assert "verandert een andere beheerder" in page.text
    assert (facts(1).rights, facts(1).is_active) == (before.rights, before.is_active)
    own = admin.get(f"{PAGE}/1").text
    assert f'action="{PAGE}' not in own
    assert 'href="/mijn-account"' in own


def test_of_two_administrators_who_shut_each_other_out_one_stays(open_app: Callable[..., APIFlask]) -> None:
    apps = [open_app(), open_app()]
    with apps[0].app_context():
        ids = [make_account(), make_account(email=BOB)]
    start, refused = threading.Barrier(2), list[AednetError]()

    def work(app: APIFlask, mine: int, other: int) -> None:
        by = Caller(account_id=mine, role=Role.ADMINISTRATOR, area_ids=None)
        with app.app_context():
            start.wait()
            try:
                with transaction() as session:
                    administration.deactivate(session, other, by=by, now=NOW)
            except administration.NoLongerAdministrator as error:
                refused.append(error)

    threads = [
        threading.Thread(target=work, args=(app, mine, other))
        for app, mine, other in zip(apps, ids, reversed(ids), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    with apps[0].app_context():
        assert sorted(facts(account_id).is_active for account_id in ids) == [False, True]


def test_whoever_is_no_administrator_by_now_changes_nothing(app: APIFlask) -> None:
    make_account()
    bob_id = make_account(email=BOB)
    by = Caller(account_id=bob_id, role=Role.ADMINISTRATOR, area_ids=None)
    with transaction() as session:
        services.deactivate_account(session, bob_id, now=NOW)
    for change in (administration.deactivate, administration.activate, administration.renew_link):
        with pytest.raises(administration.NoLongerAdministrator), transaction() as session:
            change(session, 1, by=by, now=NOW)
    with pytest.raises(administration.NoLongerAdministrator), transaction() as session:
        administration.invite(session, email=NEW, role=Role.ADMINISTRATOR, areas=(), by=by, now=NOW)


def test_two_invitations_of_one_address_at_once_make_one_account(open_app: Callable[..., APIFlask]) -> None:
    app = open_app()
    with app.app_context():
        ids = [make_account(email=f"beheer{number}@aednet.example") for number in range(4)]
    refused: list[int] = []

    def work(mine: int) -> None:
        with app.app_context():
            try:
                with transaction() as session:
                    services.add_account(
                        session, email=NEW, role=Role.ADMINISTRATOR, areas=(), password=None, now=NOW
                    )
            except services.EmailTaken:
                refused.append(mine)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3


ROUTES = [
    ("GET", "", 200),
    ("POST", "", 422),
    ("GET", "/2", 200),
    ("POST", "/2", 422),
    ("POST", "/2/link", 200),
    ("POST", "/2/stoppen", 303),
    ("POST", "/2/hervatten", 303),
    ("POST", "/2/code-weg", 303),
    ("POST", "/2/telefoon", 303),
]


def test_every_page_of_administration_asks_for_it_and_is_tried_here(app: APIFlask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("administration.")]
    assert {permission_of(app, rule.endpoint) for rule in rules} == {Permission.ADMINISTER}
    tried = {(method, PAGE + path.replace("2", "{id}")) for method, path, _ in ROUTES}
    there = {
        (method, re.sub("<.*>", "{id}", rule.rule))
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert tried == there


@pytest.mark.parametrize("route", ROUTES)
def test_only_administrators_come_in(
    admin: FlaskClient, visitor: Visitor, trail: Trail, route: tuple[str, str, int]
) -> None:
    method, path, status = route
    make_account("krakeel", email=BOB, role=Role.COORDINATOR)
    make_account("krakeel", email=NEW, role=Role.VIEWER)
    nobody, others = visitor(), [visitor(BOB), visitor(NEW)]
    before = trail()
    sent = nobody.open(PAGE + path, method=method)
    assert (sent.status_code, sent.headers["Location"][:10]) == (303, "/aanmelden")
    assert [client.open(PAGE + path, method=method).status_code for client in others] == [403, 403]
    assert trail() == before
    answer = admin.open(PAGE + path, method=method)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (status, "no-store")
    assert nobody.open(PAGE + path, method=method, headers={"Authorization": "Bearer x"}).status_code == 303


@pytest.mark.parametrize("path", ["/99", "/2147483648", f"/{10**30}", "/x", "/-1"])
def test_an_account_that_is_not_there_is_not_found(admin: FlaskClient, path: str) -> None:
    assert admin.get(PAGE + path).status_code == 404
    for verb in ("", "/link", "/stoppen", "/hervatten", "/code-weg", "/telefoon"):
        data = {"role": "administrator", "seen": ""}
        assert admin.post(PAGE + path + verb, data=data).status_code in {404, 405}


def test_another_site_changes_nothing(admin: FlaskClient) -> None:
    make_account(email=BOB)
    for method, path, _ in ROUTES:
        if method == "POST":
            headers = {"Sec-Fetch-Site": "cross-site"}
            assert admin.post(PAGE + path, headers=headers).status_code == 403
    assert facts(2).is_active


def test_the_menu_names_the_page_to_administrators_alone(admin: FlaskClient, visitor: Visitor) -> None:
    make_account("krakeel", email=BOB, role=Role.COORDINATOR)
    assert f'href="{PAGE}"' in admin.get("/").text
    coordinators = visitor(BOB).get("/").text
    assert f'href="{PAGE}"' not in coordinators
    assert 'href="/mijn-account"' in coordinators
    assert 'href="/mijn-account"' not in visitor().get("/").text


def test_a_network_without_areas_says_whom_one_can_invite(visitor: Visitor) -> None:
    make_account()
    page = visitor(EMAIL).get(PAGE).text
    assert "alleen een beheerder uitnodigen" in page


def test_the_list_is_in_order_and_reads_as_often_for_many_as_for_one(app: APIFlask) -> None:
    make_areas()
    make_account()
    for number in range(5):
        make_account("krakeel", email=f"nr{number}@aednet.example", role=Role.VIEWER)
    with transaction() as session:
        services.deactivate_account(session, 2, now=NOW)
    with noted_statements() as seen:
        listed = list_accounts(db.session(), now=NOW)
    assert len([statement for statement in seen if statement.startswith("SELECT")]) == 4
    assert [account.id for account in listed] == [1, 3, 4, 5, 6, 2]


def test_nothing_personal_reaches_logs_or_trail(
    admin: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    link = link_on(invite(admin, "krakeel"))
    invite(admin, "krakeel")
    renewed = link_on(admin.post(f"{PAGE}/2/link"))
    give(admin, 2, "wolfsbos")
    admin.post(f"{PAGE}/2/stoppen")
    rows = db.session().execute(text("SELECT actor, action, subject, detail FROM audit_event")).all()
    written = capsys.readouterr().err + repr(rows)
    assert "account_deactivated" in written
    for secret in (NEW, EMAIL, link.rpartition("/")[2], renewed.rpartition("/")[2]):
        assert secret not in written
