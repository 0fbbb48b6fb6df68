"""The words of planned messages: what is still so of all that one person is to be told, in one text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from aednet.alerts.planning.rules import (
    Hours,
    Intervals,
    Occasion,
    Rule,
    SubjectKind,
    device_ends_on,
    first_check_on,
)
from aednet.alerts.wording import subjects
from aednet.alerts.wording.subjects import CabinetSubject, TrainingSubject
from aednet.alerts.wording.texts import Content, Ending, Place, Setting, TrainingNews, text_of
from aednet.cabinets.rules import Status
from aednet.messaging.outbox import ReminderFacts
from aednet.messaging.rules import RecipientKind
from aednet.volunteers.training.rules import BookingState, TrainingState

OCCASIONS: Final = frozenset(map(str, Occasion))
# Whom each sort of news of a training day still concerns when it is told.
TOLD_OF: Final[Mapping[Rule | Occasion, frozenset[BookingState]]] = {
    Rule.TRAINING: frozenset({BookingState.BOOKED}),
    Occasion.INVITATION: frozenset({BookingState.INVITED}),
    Occasion.SEAT: frozenset({BookingState.BOOKED}),
    Occasion.TRAINING_CHANGED: frozenset({BookingState.BOOKED, BookingState.WAITING}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWords:
    """A composer for what planning puts into the outbox. `desk` is the address of the to-do page."""

    hours: Hours
    desk: str
    intervals: Intervals = field(default_factory=Intervals)

    def compose(
        self, session: Session, reminders: Sequence[ReminderFacts], *, language: str, now: datetime
    ) -> str | None:
        """Return one text that says all of this to one person, or None if none of it is still so.

        Raises:
            ValueError: one of them was planned by no rule.
        """
        today = self.hours.day_of(now)
        content = self._content(session, reminders, today=today, now=now)
        setting = Setting(language=language, today=today, zone=self.hours.zone, desk=self.desk)
        return text_of(content, setting)

    def _content(
        self, session: Session, reminders: Sequence[ReminderFacts], *, today: date, now: datetime
    ) -> Content:
        by_rule: dict[Rule | Occasion, list[ReminderFacts]] = {}
        for one in sorted(reminders, key=lambda one: (one.occurrence_on, one.subject_id)):
            by_rule.setdefault(why_of(one), []).append(one)
        kind, recipient_id = reminders[0].recipient_kind, reminders[0].recipient_id
        cabinets, places = self._cabinets(session, reminders, today=today)
        used = subjects.cabinets_in_use(session, [one.subject_id for one in by_rule.get(Rule.AFTER_USE, ())])
        used_places = subjects.places_of(session, subjects.read_cabinets(session, used).values())
        late, checks = self._checks(by_rule.get(Rule.CHECK, ()), cabinets, places, today=today)
        lapses_on = self._certificate(session, by_rule.get(Rule.CERTIFICATE, ()))
        return Content(
            used=tuple(used_places.values()),
            checks=checks,
            late=late,
            endings=self._endings(reminders, cabinets, places),
            certificate_lapses_on=lapses_on,
            next_training=(
                subjects.next_training_in_reach(session, recipient_id, now=now) if lapses_on else None
            ),
            trainings=self._trainings(session, reminders, now=now),
            waiting=subjects.waiting_for(session, recipient_id) if Rule.DIGEST in by_rule else None,
            to_coordinator=kind is RecipientKind.ACCOUNT,
        )

    def _cabinets(
        self, session: Session, reminders: Sequence[ReminderFacts], *, today: date
    ) -> tuple[Mapping[int, CabinetSubject], Mapping[int, Place]]:
        """Return the cabinets in service that are the recipient's business still, and how they are named."""
        ids = {one.subject_id for one in reminders if one.subject_kind == SubjectKind.CABINET}
        if reminders[0].recipient_kind is RecipientKind.VOLUNTEER:
            ids &= subjects.looked_after_by(session, reminders[0].recipient_id, today=today)
        found = subjects.read_cabinets(session, ids)
        cabinets = {key: one for key, one in found.items() if one.status is Status.IN_SERVICE}
        return cabinets, subjects.places_of(session, cabinets.values())

    def _checks(
        self,
        reminders: Sequence[ReminderFacts],
        cabinets: Mapping[int, CabinetSubject],
        places: Mapping[int, Place],
        *,
        today: date,
    ) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
        """Return the cabinets whose check is long due, and those whose check is due."""
        late: dict[int, Place] = {}
        due: dict[int, Place] = {}
        for one in reminders:
            cabinet = cabinets.get(one.subject_id)
            if cabinet is not None and self._is_unchecked(cabinet, one.occurrence_on):
                is_late = today >= one.occurrence_on + self.intervals.deputies_after
                (late if is_late else due)[cabinet.id] = places[cabinet.id]
        return tuple(late.values()), tuple(place for key, place in due.items() if key not in late)

    def _is_unchecked(self, cabinet: CabinetSubject, due_on: date) -> bool:
        """Tell whether a cabinet was not checked since before its check fell due."""
        if cabinet.inspected_on is None:
            return True
        indoors = bool(cabinet.indoor)
        return first_check_on(cabinet.inspected_on, indoors=indoors, intervals=self.intervals) <= due_on

    def _endings(
        self,
        reminders: Sequence[ReminderFacts],
        cabinets: Mapping[int, CabinetSubject],
        places: Mapping[int, Place],
    ) -> tuple[Ending, ...]:
        """Return what ends at cabinets, the soonest first; nothing of what was replaced meanwhile."""
        found = set()
        for one in reminders:
            cabinet = cabinets.get(one.subject_id) if one.subject_kind == SubjectKind.CABINET else None
            if cabinet is not None and (ends_on := self._ends_on(Rule(one.rule), cabinet, one.occurrence_on)):
                found.add(Ending(rule=Rule(one.rule), place=places[cabinet.id], ends_on=ends_on))
        return tuple(sorted(found, key=lambda ending: (ending.ends_on, ending.place.number)))

    def _ends_on(self, rule: Rule, cabinet: CabinetSubject, told_on: date) -> date | None:
        """Return the day on which something ends, if what was to be told on that day is about it still."""
        before = self.intervals.expiry_before
        if rule is Rule.PADS:
            return _still(cabinet.pads_expire_on, told_on, before)
        if rule is Rule.CHILD_PADS:
            return _still(cabinet.child_pads_expire_on, told_on, before)
        if rule is Rule.BATTERY:
            return _still(cabinet.battery_expires_on, told_on, before)
        if rule is Rule.DEVICE and cabinet.device_since_on is not None:
            ends_on = device_ends_on(cabinet.device_since_on, self.intervals)
            return _still(ends_on, told_on, (self.intervals.device_before,))
        return None

    def _certificate(self, session: Session, reminders: Sequence[ReminderFacts]) -> date | None:
        if not reminders:
            return None
        lapses_on = subjects.certificate_of(session, reminders[0].subject_id)
        before = self.intervals.certificate_before
        return next((lapses_on for one in reminders if _still(lapses_on, one.occurrence_on, before)), None)

    def _trainings(
        self, session: Session, reminders: Sequence[ReminderFacts], *, now: datetime
    ) -> tuple[TrainingNews, ...]:
        """Return what is still so of training days, the soonest day first."""
        told = [one for one in reminders if one.subject_kind == SubjectKind.TRAINING]
        if not told:
            return ()
        ids = {one.subject_id for one in told}
        known = subjects.trainings_of(session, told[0].recipient_id, ids, now=now)
        return tuple(
            TrainingNews(why=why_of(one), session=training.session)
            for key, training in known.items()
            for one in told
            if one.subject_id == key and self._is_so(one, training)
        )

    def _is_so(self, reminder: ReminderFacts, training: TrainingSubject) -> bool:
        why = why_of(reminder)
        if why is Occasion.CALLED_OFF:
            return training.state is TrainingState.CANCELLED
        if training.state is not TrainingState.PLANNED or training.booking not in TOLD_OF[why]:
            return False
        tomorrow = self.hours.day_of(training.session.begins_at) - self.intervals.training_before
        return why is not Rule.TRAINING or tomorrow == reminder.occurrence_on


def why_of(reminder: ReminderFacts) -> Rule | Occasion:
    """Return why somebody is told something.

    Raises:
        ValueError: for none of our reasons.
    """
    return Occasion(reminder.rule) if reminder.rule in OCCASIONS else Rule(reminder.rule)


def _still(ends_on: date | None, told_on: date, before: tuple[timedelta, ...]) -> date | None:
    return ends_on if ends_on is not None and ends_on - told_on in before else None
