from datetime import datetime, timedelta

from apiflask import APIFlask
from hypothesis import HealthCheck, Phase, event, given, settings

from aednet.alerts.planning.notices import Coordinator, Helper, KeptCabinet, Network, notices
from aednet.alerts.planning.rules import Hours, Intervals, Rule
from aednet.alerts.planning.services import plan
from aednet.base.context import current
from aednet.base.transactions import transaction
from aednet.cabinets.guarding.rules import Away, Watch
from aednet.cabinets.rules import GuardianRole, Status
from aednet.messaging.rules import RecipientKind
from tests.alerts.networks import networks, planned, store
from tests.factories import NOW, TODAY


def hours() -> Hours:
    return Hours(zone=current().settings.zone)


@given(drawn=networks())
@settings(
    max_examples=15,
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


def test_on_holiday_it_is_whoever_stands_in_then_the_longest_serving_deputy_then_the_coordinator(
    app: APIFlask,
) -> None:
    def told(*, cover_id: int | None, present: frozenset[int]) -> set[tuple[RecipientKind, int]]:
        kept = KeptCabinet(
            id=1,
            area_id=1,
            status=Status.IN_SERVICE,
            indoor=True,
            inspected_on=TODAY - Intervals().check_every,
            pads_expire_on=None,
            child_pads_expire_on=None,
            battery_expires_on=None,
            device_since_on=None,
            watches=tuple(
                Watch(volunteer_id=one, role=role, since_on=TODAY - timedelta(days=100 - one))
                for one, role in (
                    (1, GuardianRole.GUARDIAN),
                    (2, GuardianRole.DEPUTY),
                    (3, GuardianRole.DEPUTY),
                )
            ),
        )
        network = Network(
            cabinets=(kept,),
            helpers={
                one: Helper(id=one, takes_part=one in present, certificate_lapses_on=None)
                for one in (1, 2, 3)
            },
            absences=(Away(volunteer_id=1, from_on=TODAY, until_on=TODAY, cover_id=cover_id),),
            coordinators=(Coordinator(account_id=1, area_ids=frozenset({1})),),
        )
        with transaction() as session:
            store(session, network, now=NOW)
            plan(session, now=NOW, hours=hours(), intervals=Intervals())
            return {
                (one.recipient_kind, one.recipient_id) for one in planned(session) if one.rule is Rule.CHECK
            }

    volunteer, account = RecipientKind.VOLUNTEER, RecipientKind.ACCOUNT
    assert told(cover_id=3, present=frozenset({1, 2, 3})) == {(volunteer, 3)}
    assert told(cover_id=None, present=frozenset({1, 2, 3})) == {(volunteer, 2)}
    assert told(cover_id=2, present=frozenset({1, 3})) == {(volunteer, 3)}
    assert told(cover_id=3, present=frozenset({1})) == {(account, 1)}


def test_whoever_is_away_on_one_day_is_told_what_fell_due_on_another(app: APIFlask) -> None:
    yesterday = TODAY - timedelta(days=1)
    cabinets = tuple(
        KeptCabinet(
            id=number,
            area_id=1,
            status=Status.IN_SERVICE,
            indoor=True,
            inspected_on=due_on - Intervals().check_every,
            pads_expire_on=None,
            child_pads_expire_on=None,
            battery_expires_on=None,
            device_since_on=None,
            watches=(Watch(volunteer_id=1, role=GuardianRole.GUARDIAN, since_on=TODAY - timedelta(days=99)),),
        )
        for number, due_on in ((1, yesterday), (2, TODAY))
    )
    network = Network(
        cabinets=cabinets,
        helpers={1: Helper(id=1, takes_part=True, certificate_lapses_on=None)},
        absences=(Away(volunteer_id=1, from_on=yesterday, until_on=yesterday),),
    )
    with transaction() as session:
        store(session, network, now=NOW)
        plan(session, now=NOW, hours=hours(), intervals=Intervals())
        assert [(one.subject_id, one.recipient_id) for one in planned(session)] == [(2, 1)]
