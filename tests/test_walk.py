"""Every way in, walked as everybody who may come: the public, each role, and a program.

To objects of their own area, of another, and of none. `walk_routes` describes the ways; one that is not
described there fails the first test.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from aednet.accounts.guards import permission_of
from aednet.accounts.rules import PERMISSIONS, Permission, Role
from aednet.base.database import Base, db
from aednet.web.limits import limiter
from aednet.web.security import SAFE_METHODS
from tests.factories import PASSWORD
from tests.fakes import MovableClock
from tests.walk_routes import WAYS, Way
from tests.walk_world import EMAILS, KRAKEEL, WOLFSBOS, Objects, World, make_world

PERSON = {"Accept": "text/html"}
UNHEEDED = {"account_session", "api_token", "sign_in_attempt", "audit_event", "one_time_link"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Walker:
    """Somebody who asks: with which rights, and whose area is their own, None for all of them."""

    name: str
    role: Role | None
    own: str | None = None
    is_program: bool = False

    def may(self, permission: Permission | None) -> bool:
        return permission is None or (self.role is not None and permission in PERMISSIONS[self.role])


WALKERS = [
    Walker(name="public", role=None),
    Walker(name="viewer", role=Role.VIEWER, own=KRAKEEL),
    Walker(name="coordinator", role=Role.COORDINATOR, own=KRAKEEL),
    Walker(name="stranger", role=Role.COORDINATOR, own=WOLFSBOS),
    Walker(name="administrator", role=Role.ADMINISTRATOR),
    Walker(name="program", role=Role.COORDINATOR, own=KRAKEEL, is_program=True),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A method of a way in."""

    endpoint: str
    rule: Rule
    method: str
    way: Way

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule}"

    @property
    def has_object(self) -> bool:
        """Tell whether the address names something that lies in an area, or belongs to somebody."""
        named = {name for name, value in self.way.asks.items() if "{" not in value}
        return bool(self.rule.arguments - named)

    @property
    def names_objects(self) -> bool:
        """Tell whether a form of an honest sender speaks of objects too."""
        return any("{" in f"{name}{value}" for name, value in self.way.form.items())

    @property
    def answers(self) -> frozenset[int]:
        return self.way.answers or frozenset({200} if self.method == "GET" else {303})


@pytest.fixture
def app(open_app: Callable[..., APIFlask]) -> Iterator[APIFlask]:
    """An application at the hour of the factories, which counts nobody's requests."""
    app = open_app(clock=MovableClock())
    limiter.enabled = False
    with app.app_context():
        yield app
    limiter.enabled = True


def steps(app: APIFlask) -> list[Step]:
    """Every method of every way in, those last that take away what others need."""
    found = [
        Step(endpoint=rule.endpoint, rule=rule, method=method, way=WAYS[rule.endpoint])
        for rule in app.url_map.iter_rules()
        if rule.endpoint in WAYS
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]
    return sorted(found, key=lambda step: step.way.last)


class Walk:
    """The ways as one walker goes them."""

    def __init__(self, app: APIFlask, world: World, walker: Walker) -> None:
        self.app, self.world, self.walker = app, world, walker
        self.client: FlaskClient = app.test_client()
        self.headers = {"Authorization": f"Bearer {world.token}"} if walker.is_program else dict(PERSON)
        if walker.name in EMAILS:
            self.sign_in()

    def sign_in(self) -> None:
        form = {"email": EMAILS[self.walker.name], "password": PASSWORD}
        assert self.client.post("/aanmelden", data=form).status_code == 303

    def take(
        self, step: Step, objects: Objects, *, said: Objects | None = None, **headers: str
    ) -> TestResponse:
        """Send what an honest sender would, about these objects; a form may speak of others."""
        asks = {name: value.format(**objects) for name, value in step.way.asks.items()}
        values = objects | asks
        with self.app.test_request_context():
            address = step.rule.build(values, append_unknown=False)
        assert address is not None, f"{step}: a parameter that the world does not have"
        spoken_of = objects | (said or {})
        form = {name.format(**spoken_of): value.format(**spoken_of) for name, value in step.way.form.items()}
        answer = self.client.open(
            address[1],
            method=step.method,
            query_string={name: value for name, value in asks.items() if name not in step.rule.arguments},
            headers=self.headers | headers,
            **({"data": form} if step.way.json is None and step.method != "GET" else {"json": step.way.json})
            if step.method != "GET"
            else {},
        )
        answer.close()  # of a file that nobody reads
        return answer


def digest() -> dict[str, str]:
    """What is stored, table by table, but for who was here when."""
    db.session.rollback()
    return {
        table.name: hashlib.sha256(
            repr(sorted(map(repr, db.session.execute(select(table))))).encode()
        ).hexdigest()
        for table in Base.metadata.sorted_tables
        if table.name not in UNHEEDED
    }


def test_every_way_in_is_described_and_asks_for_what_is_said(app: APIFlask) -> None:
    asked = {endpoint: permission_of(app, endpoint) for endpoint in app.view_functions}
    assert asked == {endpoint: way.needs for endpoint, way in WAYS.items()}


@pytest.mark.parametrize("walker", WALKERS, ids=lambda walker: walker.name)
def test_nobody_comes_in_where_they_may_not_and_what_is_refused_stores_nothing(
    app: APIFlask, walker: Walker
) -> None:
    walk = Walk(app, make_world(), walker)
    world, wrong = walk.world, []
    foreign = next(objects for slug, objects in world.areas.items() if slug != walker.own)
    before = digest()
    for step in steps(app):
        may = walker.may(step.way.needs) and not (walker.is_program and step.way.browsers)
        if not may:
            answer, wanted = walk.take(step, foreign), refusal(walker, step)
        elif step.has_object and not step.way.shared:
            answer, wanted = walk.take(step, foreign if walker.own else world.unknown), {404}
        else:
            continue
        if answer.status_code not in wanted:
            wrong.append(f"{step}: {answer.status_code} instead of {sorted(wanted)}")
    assert not wrong, "\n".join(wrong)
    after = digest()
    assert [name for name in before if before[name] != after[name]] == []


def refusal(walker: Walker, step: Step) -> set[int]:
    if walker.role is None or (walker.is_program and step.way.browsers and walker.may(step.way.needs)):
        return {401} if step.rule.rule.startswith("/api/") or walker.is_program else {303}
    return {403}


@pytest.mark.parametrize("walker", WALKERS, ids=lambda walker: walker.name)
def test_whoever_may_come_in_finds_what_is_theirs_and_nothing_breaks(app: APIFlask, walker: Walker) -> None:
    walk = Walk(app, make_world(), walker)
    objects, wrong = walk.world.areas[walker.own or KRAKEEL], []
    for step in steps(app):
        if not walker.may(step.way.needs) or (walker.is_program and step.way.browsers):
            continue
        gone = step.has_object and step.way.last  # another way may have taken it away
        answer = walk.take(step, objects)
        if answer.status_code not in (step.answers | {404} if gone else step.answers):
            wrong.append(f"{step}: {answer.status_code} instead of {sorted(step.answers)}")
        if step.endpoint == "accounts.sign_out" and walker.name in EMAILS:
            walk.sign_in()
    assert not wrong, "\n".join(wrong)


def test_a_form_about_ones_own_that_speaks_of_what_is_anothers_stores_nothing(app: APIFlask) -> None:
    walk = Walk(app, make_world(), WALKERS[2])
    own, foreign = walk.world.areas[KRAKEEL], walk.world.areas[WOLFSBOS]
    tried = [step for step in steps(app) if step.names_objects]
    assert tried
    before = digest()
    for said in (foreign, walk.world.unknown):
        answers = {str(step): walk.take(step, own, said=said).status_code for step in tried}
        assert {way: status for way, status in answers.items() if status >= 500} == {}
        assert digest() == before


def test_what_another_site_makes_a_browser_send_is_refused_and_stores_nothing(app: APIFlask) -> None:
    walk = Walk(app, make_world(), WALKERS[4])
    before = digest()
    forged = {"Sec-Fetch-Site": "cross-site"}
    older = {"Origin": "https://elders.example"}
    for step in steps(app):
        if step.method not in SAFE_METHODS:
            for headers in (forged, older):
                answer = walk.take(step, walk.world.areas[KRAKEEL], **headers)
                assert answer.status_code == 403, f"{step}"
    assert digest() == before
