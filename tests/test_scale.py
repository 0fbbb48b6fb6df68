"""However large the network, a page of the desk asks the same of the database, and gets it by an index."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from aednet.accounts.rules import PERMISSIONS, Role
from aednet.base.database import Base, db
from aednet.base.revisions import Counter as Revision
from aednet.base.revisions import read_revision
from aednet.coverage.live import current_crowd, current_network
from aednet.web.limits import limiter
from tests.bulk import Size, fill
from tests.factories import PASSWORD
from tests.fakes import MovableClock
from tests.plans import Asked, asked_here, prefer_indexes, rows_read, scans_of
from tests.walk_routes import WAYS
from tests.walk_world import EMAILS, KRAKEEL, World, make_world

# Large enough that lists fill their pages and counts reach where they stop.
ONCE = Size(areas=60, cabinets=1_200, volunteers=1_200)
THREE_TIMES = Size(areas=180, cabinets=3_600, volunteers=3_600)
WHOLE = {"ledger.table"}  # this hands out all there is, as a file that it writes batch by batch
ROLES = {"coordinator": Role.COORDINATOR, "administrator": Role.ADMINISTRATOR}
MOST_STATEMENTS = 60  # of one page
# Read whole where a page needs them: they hold tens of rows, or grow with the people who have access and
# with the areas, of which there is one for hundreds of cabinets' and thousands of volunteers' worth of work.
SMALL = {
    "account",
    "account_area",
    "account_session",
    "api_token",
    "area",
    "border_proposal",
    "calendar_address",
    "circuit",
    "heartbeat",
    "kept_border",
    "one_time_link",
    "price",
    "revision",
}


@pytest.fixture
def app(open_app: Callable[..., APIFlask]) -> Iterator[APIFlask]:
    """An application at the hour of the factories, which counts nobody's requests."""
    app = open_app(clock=MovableClock())
    limiter.enabled = False
    with app.app_context():
        yield app
    limiter.enabled = True


def pages(app: APIFlask, world: World) -> dict[str, str]:
    """The address of every page of the desk, about something that is there, by its endpoint."""
    found = {}
    for rule in app.url_map.iter_rules():
        way = WAYS.get(rule.endpoint)
        if rule.endpoint in WHOLE:
            continue
        if way is not None and "GET" in (rule.methods or ()) and rule.rule.startswith("/desk"):
            with app.test_request_context():
                objects = world.areas[KRAKEEL]
                asks = {name: value.format(**objects) for name, value in way.asks.items()}
                address = rule.build(objects | asks, append_unknown=False)
            assert address is not None
            query = urlencode({name: value for name, value in asks.items() if name not in rule.arguments})
            found[rule.endpoint] = f"{address[1]}?{query}" if query else address[1]
    return found


def sign_in(app: APIFlask, name: str) -> FlaskClient:
    client = app.test_client()
    assert client.post("/aanmelden", data={"email": EMAILS[name], "password": PASSWORD}).status_code == 303
    return client


def settle_down() -> None:
    """Wait until the snapshots in memory are those of what is stored."""
    deadline = time.monotonic() + 60
    for revision, snapshot in ((Revision.NETWORK, current_network), (Revision.VOLUNTEERS, current_crowd)):
        while snapshot().version != read_revision(db.session(), revision):
            assert time.monotonic() < deadline
            db.session.rollback()
            time.sleep(0.1)
    db.session.rollback()


def look(app: APIFlask, world: World, name: str) -> dict[str, list[Asked]]:
    """Look at every page that somebody may see, and return what each asked of the database."""
    client, seen = sign_in(app, name), {}
    for endpoint, address in pages(app, world).items():
        needs = WAYS[endpoint].needs
        if needs is not None and needs in PERMISSIONS[ROLES[name]]:
            with asked_here() as asked:
                answer = client.get(address, headers={"Accept": "text/html"})
                answer.get_data()
            assert answer.status_code in WAYS[endpoint].answers | {200}, address
            seen[endpoint] = [one for one in asked if one.is_read]
    return seen


def tables_in(scan: str) -> set[str]:
    return {table.name for table in Base.metadata.sorted_tables} & set(scan.split())


@pytest.mark.parametrize("name", ROLES)
def test_a_page_asks_the_same_of_a_network_four_times_as_large_and_by_an_index(
    app: APIFlask, name: str
) -> None:
    world = make_world()
    fill(ONCE)
    settle_down()
    look(app, world, name)
    small = look(app, world, name)
    read_of_small = rows(small)
    fill(THREE_TIMES, seed=2)
    settle_down()
    look(app, world, name)
    large = look(app, world, name)
    wrong = []
    for endpoint, asked in large.items():
        if len(asked) > MOST_STATEMENTS or abs(len(asked) - len(small[endpoint])) > 1:
            wrong.append(f"{endpoint}: {len(small[endpoint])} statements, and {len(asked)}")
    wrong += sorted(scans(large))
    for endpoint, counts in rows(large).items():
        for table, count in counts.items():
            if count > 1.5 * read_of_small[endpoint][table] + 200:
                wrong.append(f"{endpoint}: {read_of_small[endpoint][table]} rows of {table}, and {count}")
    assert not wrong, "\n".join(wrong)


def scans(seen: dict[str, list[Asked]]) -> set[str]:
    """Every read of a large table from end to end, and the page that asks for it."""
    with db.engine.connect() as connection:
        prefer_indexes(connection)
        return {
            f"{endpoint}: {scan}"
            for endpoint, asked in seen.items()
            for one in asked
            for scan in scans_of(connection, one)
            if tables_in(scan) - SMALL
        }


def rows(seen: dict[str, list[Asked]]) -> dict[str, Counter[str]]:
    """How many rows of each large table each page makes PostgreSQL look at; SQLite does not say."""
    counts = {endpoint: Counter[str]() for endpoint in seen}
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            prefer_indexes(connection)
            for endpoint, asked in seen.items():
                for one in asked:
                    counts[endpoint] += Counter(
                        {
                            table: count
                            for table, count in rows_read(connection, one).items()
                            if table not in SMALL
                        }
                    )
    return counts
