"""PostgreSQL goes down in the middle of a message: it is rolled back or reconciled, and sent once."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from aednet.messaging.drain import Point
from aednet.messaging.rules import AttemptState, State
from tests.cluster import OUTLIVES_ITS_SERVER, Cluster, find_programs, start_cluster
from tests.conftest import migrate, missing
from tests.messaging.parts import Office, attempts, make_reminder, reminder

POINTS = {
    Point.BEFORE_CLAIM: 0,
    Point.CLAIMING: 0,
    Point.CLAIMED: 0,
    Point.SENT: 1,
    Point.RECORDING: 1,
    Point.RECORDED: 1,
}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster of these tests' own, because they restart it."""
    if not find_programs():
        missing("postgres", "no PostgreSQL server to restart")
    cluster = start_cluster(OUTLIVES_ITS_SERVER)
    try:
        migrate(tmp_path_factory.mktemp("instance"), cluster.url)
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def database_url(cluster: Cluster) -> str:
    return cluster.url


@pytest.mark.parametrize("point", POINTS)
def test_a_message_is_sent_once_wherever_the_database_goes_down(
    office: Office, cluster: Cluster, point: Point
) -> None:
    number = make_reminder(list(POINTS).index(point) + 1)
    restarts = 0

    def go_down(passed: Point) -> None:
        nonlocal restarts
        if passed is point and not restarts:
            restarts += 1
            cluster.restart_at_once()

    drainer = office.drainer(at=go_down)
    with suppress(DBAPIError):  # as in the worker: the next tick comes
        drainer.run()
    assert restarts == 1
    assert len(office.provider.taken) >= POINTS[point]
    for _ in range(30):
        drainer.run()
        office.pass_time(timedelta(minutes=1))
    assert reminder(number).state is State.ACCEPTED
    assert len(office.provider.taken) == 1
    assert [attempt.state for attempt in attempts(number)][-1] is AttemptState.ACCEPTED
