"""Who is told of what at an instant: pure, on a whole network in memory.

`planning.py` gives the same answer in SQL, of a network of any size; the tests hold them against each other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from aednet.alerts.planning.rules import (
    Hours,
    Intervals,
    Rule,
    Stage,
    SubjectKind,
    check_days,
    device_ends_on,
)
from aednet.cabinets.guarding.rules import Away, Watch, who_looks_after
from aednet.cabinets.rules import GuardianRole, Status
from aednet.messaging.rules import RecipientKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One reminder to be: once an occurrence, whoever plans it and however often."""

    rule: Rule
    subject_kind: SubjectKind
    subject_id: int
    occurrence_on: date
    recipient_kind: RecipientKind
    recipient_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCabinet:
    """A cabinet with those who look after it. `area_id` is None outside all areas."""

    id: int
    area_id: int | None
    status: Status
    indoor: bool | None
    inspected_on: date | None
    pads_expire_on: date | None
    child_pads_expire_on: date | None
    battery_expires_on: date | None
    device_since_on: date | None
    watches: tuple[Watch, ...]

    @property
    def guarded_since_on(self) -> date | None:
        """Since when its guardian looks after it, if it has one."""
        return next((one.since_on for one in self.watches if is_guardian(one)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """A volunteer; whoever is paused or left takes no part, and is told nothing."""

    id: int
    takes_part: bool
    certificate_lapses_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coordinator:
    """An account that can be told something; `area_ids` is None for an administrator."""

    account_id: int
    area_ids: frozenset[int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingDay:
    """A training to be, and the volunteers who have a seat."""

    id: int
    begins_at: datetime
    booked: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A cabinet whose AED was used and is not back yet."""

    id: int
    cabinet_id: int
    begun_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """All that the rules look at. `troubled_areas` holds where a message is in doubt, held or unread."""

    cabinets: tuple[KeptCabinet, ...] = ()
    helpers: Mapping[int, Helper]
    absences: tuple[Away, ...] = ()
    coordinators: tuple[Coordinator, ...] = ()
    trainings: tuple[TrainingDay, ...] = ()
    uses: tuple[Use, ...] = ()
    troubled_areas: frozenset[int | None] = frozenset()

    def keeper(self, cabinet: KeptCabinet, *, on: date) -> int | None:
        """Return the volunteer to turn to: the first who looks after it that day and takes part."""
        present = who_looks_after(cabinet.watches, self.absences, today=on)
        return next((one for one in present if self.takes_part(one)), None)

    def deputies(self, cabinet: KeptCabinet, *, on: date) -> tuple[int, ...]:
        """Return the deputies who are there that day and take part."""
        deputies = {one.volunteer_id for one in cabinet.watches if one.role is GuardianRole.DEPUTY}
        present = who_looks_after(cabinet.watches, self.absences, today=on)
        return tuple(one for one in present if one in deputies and self.takes_part(one))

    def takes_part(self, volunteer_id: int) -> bool:
        """Tell whether a volunteer takes part."""
        return self.helpers[volunteer_id].takes_part

    def coordinators_of(self, area_id: int | None) -> tuple[int, ...]:
        """Return the accounts to turn to in an area: its coordinators, or else the administrators."""
        own = tuple(one.account_id for one in self.coordinators if one.area_ids and area_id in one.area_ids)
        return own or tuple(one.account_id for one in self.coordinators if one.area_ids is None)


def is_guardian(watch: Watch) -> bool:
    """Tell whether somebody is a cabinet's guardian now."""
    return watch.role is GuardianRole.GUARDIAN and watch.until_on is None


def notices(network: Network, *, now: datetime, hours: Hours, intervals: Intervals) -> set[Notice]:
    """Return everything that somebody is to be told and may still be told at the aware instant `now`."""
    found: set[Notice] = set()
    for cabinet in network.cabinets:
        if cabinet.status is Status.IN_SERVICE:
            found.update(_of_check(cabinet, network, now, hours, intervals))
            found.update(_of_expiry(cabinet, network, now, hours, intervals))
            found.update(_of_device(cabinet, network, now, hours, intervals))
    found.update(_of_certificates(network, now, hours, intervals))
    found.update(_of_trainings(network, now, hours, intervals))
    found.update(_of_uses(network, now, hours, intervals))
    found.update(_digests(network, now, hours))
    return found


def _of_check(
    cabinet: KeptCabinet, network: Network, now: datetime, hours: Hours, intervals: Intervals
) -> Iterator[Notice]:
    """Tell of a check. A cabinet that nobody ever checked counts from when its guardian took it on."""
    checked_on = cabinet.inspected_on or cabinet.guarded_since_on
    if checked_on is None:
        return
    for due_on in check_days(checked_on, indoors=bool(cabinet.indoor), intervals=intervals):
        for stage, after, window in intervals.check_stages:
            told_on = due_on + after
            if not hours.is_open(told_on, window, now=now):
                continue
            if stage is Stage.KEEPER:
                yield from _to_keeper(Rule.CHECK, cabinet, network, due_on, told_on)
            elif stage is Stage.DEPUTIES:
                for volunteer_id in network.deputies(cabinet, on=told_on):
                    yield _about(Rule.CHECK, cabinet, due_on, RecipientKind.VOLUNTEER, volunteer_id)
            else:
                yield from _to_coordinators(Rule.CHECK, cabinet, network, due_on)


def _of_expiry(
    cabinet: KeptCabinet, network: Network, now: datetime, hours: Hours, intervals: Intervals
) -> Iterator[Notice]:
    dates = {
        Rule.PADS: cabinet.pads_expire_on,
        Rule.CHILD_PADS: cabinet.child_pads_expire_on,
        Rule.BATTERY: cabinet.battery_expires_on,
    }
    for rule, expires_on in dates.items():
        for told_on in _told_before(
            expires_on, intervals.expiry_before, intervals.expiry_window, now=now, hours=hours
        ):
            yield from _to_keeper(rule, cabinet, network, told_on, told_on)
            yield from _to_coordinators(rule, cabinet, network, told_on)


def _of_device(
    cabinet: KeptCabinet, network: Network, now: datetime, hours: Hours, intervals: Intervals
) -> Iterator[Notice]:
    if cabinet.device_since_on is None:
        return
    ends_on = device_ends_on(cabinet.device_since_on, intervals)
    for told_on in _told_before(
        ends_on, (intervals.device_before,), intervals.device_window, now=now, hours=hours
    ):
        yield from _to_coordinators(Rule.DEVICE, cabinet, network, told_on)


def _of_certificates(network: Network, now: datetime, hours: Hours, intervals: Intervals) -> Iterator[Notice]:
    for helper in network.helpers.values():
        for told_on in _told_before(
            helper.certificate_lapses_on if helper.takes_part else None,
            intervals.certificate_before,
            intervals.certificate_window,
            now=now,
            hours=hours,
        ):
            yield _notice(
                Rule.CERTIFICATE,
                (SubjectKind.VOLUNTEER, helper.id),
                told_on,
                (RecipientKind.VOLUNTEER, helper.id),
            )


def _of_trainings(network: Network, now: datetime, hours: Hours, intervals: Intervals) -> Iterator[Notice]:
    for training in network.trainings:
        told_on = hours.day_of(training.begins_at) - intervals.training_before
        if told_on <= hours.day_of(now) and now < training.begins_at:
            for volunteer_id in filter(network.takes_part, training.booked):
                yield _notice(
                    Rule.TRAINING,
                    (SubjectKind.TRAINING, training.id),
                    told_on,
                    (RecipientKind.VOLUNTEER, volunteer_id),
                )


def _of_uses(network: Network, now: datetime, hours: Hours, intervals: Intervals) -> Iterator[Notice]:
    cabinets = {cabinet.id: cabinet for cabinet in network.cabinets}
    for use in network.uses:
        cabinet, told_on = cabinets[use.cabinet_id], hours.day_of(use.begun_at)
        if use.begun_at <= now and hours.is_open(told_on, intervals.after_use_window, now=now):
            keeper = network.keeper(cabinet, on=told_on)
            recipients = (
                [(RecipientKind.VOLUNTEER, keeper)]
                if keeper is not None
                else [(RecipientKind.ACCOUNT, one) for one in network.coordinators_of(cabinet.area_id)]
            )
            for recipient in recipients:
                yield _notice(Rule.AFTER_USE, (SubjectKind.AFTER_USE, use.id), told_on, recipient)


def _digests(network: Network, now: datetime, hours: Hours) -> Iterator[Notice]:
    """Tell coordinators, once a day, that something of their areas waits for a person."""
    unguarded = {
        cabinet.area_id
        for cabinet in network.cabinets
        if cabinet.status not in {Status.PLANNED, Status.RETIRED} and cabinet.guarded_since_on is None
    }
    for area_id in unguarded | network.troubled_areas:
        for account_id in network.coordinators_of(area_id):
            yield _notice(
                Rule.DIGEST,
                (SubjectKind.ACCOUNT, account_id),
                hours.day_of(now),
                (RecipientKind.ACCOUNT, account_id),
            )


def _told_before(
    ends_on: date | None,
    before: tuple[timedelta, ...],
    window: timedelta,
    *,
    now: datetime,
    hours: Hours,
) -> Iterator[date]:
    if ends_on is not None:
        told = (ends_on - span for span in before)
        yield from (told_on for told_on in told if hours.is_open(told_on, window, now=now))


def _to_keeper(
    rule: Rule, cabinet: KeptCabinet, network: Network, occurrence_on: date, told_on: date
) -> Iterator[Notice]:
    """Tell whoever looks after a cabinet that day; where nobody does, the coordinators at once."""
    keeper = network.keeper(cabinet, on=told_on)
    if keeper is None:
        yield from _to_coordinators(rule, cabinet, network, occurrence_on)
    else:
        yield _about(rule, cabinet, occurrence_on, RecipientKind.VOLUNTEER, keeper)


def _to_coordinators(
    rule: Rule, cabinet: KeptCabinet, network: Network, occurrence_on: date
) -> Iterator[Notice]:
    for account_id in network.coordinators_of(cabinet.area_id):
        yield _about(rule, cabinet, occurrence_on, RecipientKind.ACCOUNT, account_id)


def _about(
    rule: Rule, cabinet: KeptCabinet, occurrence_on: date, kind: RecipientKind, recipient_id: int
) -> Notice:
    return _notice(rule, (SubjectKind.CABINET, cabinet.id), occurrence_on, (kind, recipient_id))


def _notice(
    rule: Rule,
    subject: tuple[SubjectKind, int],
    occurrence_on: date,
    recipient: tuple[RecipientKind, int],
) -> Notice:
    return Notice(
        rule=rule,
        subject_kind=subject[0],
        subject_id=subject[1],
        occurrence_on=occurrence_on,
        recipient_kind=recipient[0],
        recipient_id=recipient[1],
    )
