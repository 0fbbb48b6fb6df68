"""What happened, rule by rule, in SQL: each gives its events for their recipients."""

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    and_,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from aednet.alerts.parameter_tables import table_of
from aednet.alerts.planning import slots
from aednet.alerts.planning.recipients import (
    NO_AREA,
    AllFound,
    Found,
    coordinators,
    takes_part,
    to_coordinators,
    to_deputies,
    to_keepers,
    to_volunteers,
)
from aednet.alerts.planning.rules import Hours, Intervals, Rule, Stage
from aednet.base.database import UtcDateTime
from aednet.cabinets.care.models import AfterUse
from aednet.cabinets.models import Cabinet, Guardianship
from aednet.cabinets.rules import GuardianRole, Status
from aednet.messaging.models import InboundSms, Reminder
from aednet.messaging.rules import RecipientKind, State
from aednet.volunteers.models import Volunteer
from aednet.volunteers.training.models import Training, TrainingBooking
from aednet.volunteers.training.rules import BookingState, TrainingState

WAITS_FOR_A_PERSON: Final = (State.NEEDS_REVIEW, State.HELD)


def checks(now: datetime, hours: Hours, intervals: Intervals) -> AllFound:
    """Return the checks that fell due, for whom they are told of by now.

    A cabinet that nobody ever checked counts from when its guardian took it on.
    """
    days = list(slots.of_checks(intervals, now=now, hours=hours))
    slot = table_of(slots.CheckSlot, days, name="slot")
    checks_before = slots.last_checks((day.occurrence_on for day in days), intervals)
    last = table_of(slots.LastCheck, checks_before, name="last")
    # Distinct, though its rows are so already: SQLite then makes it first, and finds cabinets by it.
    due = (
        select(*slot.c, last.c.checked_on, last.c.check_due_on, last.c.indoors, last.c.outdoors)
        .join(last, last.c.occurrence_on == slot.c.occurrence_on)
        .distinct()
        .cte("due")
    )
    indoor = func.coalesce(Cabinet.indoor, false())
    fits = or_(and_(due.c.indoors, indoor), and_(due.c.outdoors, ~indoor))
    told = _of_cabinets(Rule.CHECK, due, due.c.occurrence_on, due.c.stage)
    checked = told.join(
        Cabinet, and_(Cabinet.check_due_on == due.c.check_due_on, Cabinet.status == Status.IN_SERVICE, fits)
    )
    never_checked = told.join(
        Guardianship,
        and_(
            Guardianship.since_on == due.c.checked_on,
            Guardianship.role == GuardianRole.GUARDIAN,
            Guardianship.until_on.is_(None),
        ),
    ).join(
        Cabinet,
        and_(
            Cabinet.id == Guardianship.cabinet_id,
            Cabinet.check_due_on.is_(None),
            Cabinet.status == Status.IN_SERVICE,
            fits,
        ),
    )
    event = union_all(checked, never_checked).cte("event")
    of = {stage: select(event).where(event.c.stage == stage.value).subquery() for stage in Stage}
    reached = coordinators()
    return union_all(
        *to_keepers(of[Stage.KEEPER], reached),
        to_deputies(of[Stage.DEPUTIES]),
        to_coordinators(of[Stage.COORDINATORS], reached),
    )


def expiries(now: datetime, hours: Hours, intervals: Intervals) -> AllFound:
    """Return the pads and batteries about to lapse, for keepers and coordinators."""
    days = slots.before_expiry(intervals.expiry_before, intervals.expiry_window, now=now, hours=hours)
    slot, reached = table_of(slots.Slot, days, name="slot"), coordinators()
    watched = {
        Rule.PADS: Cabinet.pads_expire_on,
        Rule.CHILD_PADS: Cabinet.child_pads_expire_on,
        Rule.BATTERY: Cabinet.battery_expires_on,
    }
    event = union_all(*(_at_cabinets(rule, slot, expires_on) for rule, expires_on in watched.items()))
    every = event.cte("event")
    return union_all(*to_keepers(every, reached), to_coordinators(every, reached))


def devices(now: datetime, hours: Hours, intervals: Intervals) -> Found:
    """Return the devices that will have served their years, for coordinators."""
    days = slots.before_device_ends(intervals, now=now, hours=hours)
    slot = table_of(slots.Slot, days, name="slot")
    event = _at_cabinets(Rule.DEVICE, slot, Cabinet.device_since_on).cte("event")
    return to_coordinators(event, coordinators())


def certificates(now: datetime, hours: Hours, intervals: Intervals) -> Found:
    """Return the certificates about to lapse, for those whose they are."""
    days = slots.before_expiry(
        intervals.certificate_before, intervals.certificate_window, now=now, hours=hours
    )
    slot = table_of(slots.Slot, days, name="slot")
    return (
        select(
            _named(Rule.CERTIFICATE),
            Volunteer.id.label("subject_id"),
            _area_key(Volunteer.area_id),
            slot.c.told_on.label("occurrence_on"),
            slot.c.due_at,
            slot.c.expires_at,
            literal(RecipientKind.VOLUNTEER.value).label("recipient_kind"),
            Volunteer.id.label("recipient_id"),
            Volunteer.is_example,
        )
        .select_from(slot)
        .join(Volunteer, and_(Volunteer.certificate_lapses_on == slot.c.watched_on, takes_part(Volunteer)))
    )


def trainings(now: datetime, hours: Hours, intervals: Intervals) -> Found:
    """Return the trainings to be, for those who have a seat."""
    days = slots.before_day(intervals.training_before, now=now, hours=hours)
    slot = table_of(slots.DaySlot, days, name="slot")
    # Distinct, as with checks: SQLite then begins with the seats, and not with all who take part.
    seat = (
        select(
            _named(Rule.TRAINING),
            Training.id.label("subject_id"),
            _area_key(Training.area_id),
            slot.c.told_on.label("occurrence_on"),
            slot.c.due_at,
            Training.begins_at.label("expires_at"),
            false().label("is_example"),
            TrainingBooking.volunteer_id,
        )
        .select_from(slot)
        .join(
            Training,
            and_(
                Training.begins_at >= slot.c.begins_at,
                Training.begins_at < slot.c.ends_at,
                Training.begins_at > now,
                Training.state == TrainingState.PLANNED,
            ),
        )
        .join(
            TrainingBooking,
            and_(TrainingBooking.training_id == Training.id, TrainingBooking.state == BookingState.BOOKED),
        )
        .distinct()
        .cte("seat")
    )
    return to_volunteers(seat).join(
        Volunteer, and_(Volunteer.id == seat.c.volunteer_id, takes_part(Volunteer))
    )


def uses(now: datetime, hours: Hours, intervals: Intervals) -> AllFound:
    """Return the cabinets whose AED was used and is not back, for keepers, at once."""
    days = slots.since_day(intervals.after_use_window, now=now, hours=hours)
    slot = table_of(slots.DaySlot, days, name="slot")
    event = (
        select(
            _named(Rule.AFTER_USE),
            AfterUse.id.label("subject_id"),
            _area_key(Cabinet.area_id),
            slot.c.told_on.label("occurrence_on"),
            AfterUse.begun_at.label("due_at"),
            slot.c.expires_at,
            Cabinet.is_example,
            AfterUse.cabinet_id,
            slot.c.told_on,
        )
        .select_from(slot)
        .join(
            AfterUse,
            and_(
                AfterUse.closed_at.is_(None),
                AfterUse.begun_at >= slot.c.begins_at,
                AfterUse.begun_at < slot.c.ends_at,
                AfterUse.begun_at <= now,
            ),
        )
        .join(Cabinet, Cabinet.id == AfterUse.cabinet_id)
        .cte("event")
    )
    return union_all(*to_keepers(event, coordinators()))


def digests(now: datetime, hours: Hours, intervals: Intervals) -> Found:
    """Return the coordinators in whose areas something waits for a person, once each."""
    today = hours.day_of(now)
    reached = coordinators()
    waits = union_all(
        select(_area_key(Cabinet.area_id)).where(
            Cabinet.guardian_id.is_(None), Cabinet.status.not_in([Status.PLANNED, Status.RETIRED])
        ),
        select(_area_key(Reminder.area_id)).where(Reminder.state.in_(WAITS_FOR_A_PERSON)),
        select(_area_key(InboundSms.area_id)).where(InboundSms.read_at.is_(None)),
    ).subquery("waits")
    return (
        select(
            _named(Rule.DIGEST),
            reached.c.account_id.label("subject_id"),
            literal(NO_AREA).label("area_key"),
            literal(today, Date).label("occurrence_on"),
            literal(hours.opening(today), UtcDateTime).label("due_at"),
            literal(hours.opening(today + intervals.digest_window), UtcDateTime).label("expires_at"),
            literal(RecipientKind.ACCOUNT.value).label("recipient_kind"),
            reached.c.account_id.label("recipient_id"),
            false().label("is_example"),
        )
        .where(reached.c.area_key.in_(select(waits.c.area_key)))
        .distinct()
    )


def _at_cabinets(rule: Rule, slot: CTE, watched: InstrumentedAttribute[date | None]) -> Found:
    return _of_cabinets(rule, slot, slot.c.told_on).join(
        Cabinet, and_(watched == slot.c.watched_on, Cabinet.status == Status.IN_SERVICE)
    )


def _of_cabinets(
    rule: Rule, slot: CTE, occurrence_on: ColumnElement[date], *more: ColumnElement[Any]
) -> Found:
    return select(
        _named(rule),
        Cabinet.id.label("subject_id"),
        _area_key(Cabinet.area_id),
        occurrence_on.label("occurrence_on"),
        slot.c.due_at,
        slot.c.expires_at,
        Cabinet.is_example,
        Cabinet.id.label("cabinet_id"),
        slot.c.told_on,
        *more,
    ).select_from(slot)


def _named(rule: Rule) -> ColumnElement[str]:
    return literal(rule.value).label("rule")


def _area_key(area_id: Any) -> ColumnElement[int]:
    return func.coalesce(area_id, NO_AREA).label("area_key")
