from datetime import datetime

from apiflask import APIFlask
from hypothesis import HealthCheck, Phase, event, given, settings

from aednet.alerts.notices import Network, notices
from aednet.alerts.planning import plan
from aednet.alerts.rules import Hours, Intervals
from aednet.base.context import current
from aednet.base.transactions import transaction
from tests.alerts.networks import networks, planned, store


def hours() -> Hours:
    return Hours(zone=current().settings.zone)


@given(drawn=networks())
@settings(
    max_examples=25,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_database_plans_what_the_rules_say_and_nothing_twice(
    app: APIFlask, drawn: tuple[Network, datetime]
) -> None:
    network, now = drawn
    with transaction() as session:
        store(session, network, now=now)
        new = len(plan(session, now=now, hours=hours(), intervals=Intervals()))
        wanted = notices(network, now=now, hours=hours(), intervals=Intervals())
        found = planned(session)
        for rule in sorted({notice.rule for notice in wanted}):
            event(rule)
        assert len(found) == new
        assert set(found) == wanted
        assert len(found) == len(wanted)
        assert plan(session, now=now, hours=hours(), intervals=Intervals()) == []
