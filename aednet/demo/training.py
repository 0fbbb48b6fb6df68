"""Some invented training days with people in them: one that was, two to come, one of them full."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.accounts.rules import Caller, Role
from aednet.areas.ground import Ground
from aednet.areas.queries import list_areas
from aednet.config import Settings
from aednet.geography.shapes import inner_point
from aednet.volunteers.models import Volunteer
from aednet.volunteers.rules import Status
from aednet.volunteers.training.attendance import record_attendance
from aednet.volunteers.training.bookings import Booker, accept, invite
from aednet.volunteers.training.drafts import TrainingDraft
from aednet.volunteers.training.services import plan_training

SYSTEM = Caller(account_id=0, role=Role.ADMINISTRATOR, area_ids=None)
ANYBODY = Booker(actor="system", within=None)
BEGINS, LASTS = time(19, 30), timedelta(hours=2)
SEATS = 8
TRAININGS = (  # days from today, name of the area, how many said yes, how many were asked besides
    (-20, "Krakeel", 7, 0),
    (9, "Wolfsbos", 10, 3),
    (23, "Hollandscheveld", 4, 6),
)


def seed_example_trainings(
    session: Session, *, settings: Settings, ground: Ground, now: datetime, today: date
) -> int:
    """Plan the training days, and let those whose certificate lapses soonest be asked. Returns how many."""
    areas = {area.name: area for area in list_areas(session)}
    people = iter(_whose_turn_it_is(session))
    planned = 0
    for days, name, coming, asked in TRAININGS:
        if name not in areas:
            continue
        spot = inner_point(areas[name].shape)
        begins_at = datetime.combine(today + timedelta(days=days), BEGINS, settings.zone)
        draft = TrainingDraft(
            place=f"Voorbeeldzaal {name}",
            lat=spot.lat,
            lon=spot.lon,
            begins_at=begins_at,
            ends_at=begins_at + LASTS,
            seats=SEATS,
            trainer="Voorbeeld EHBO-vereniging",
        )
        then = min(now, begins_at - timedelta(days=14))
        training_id = plan_training(session, draft, by=SYSTEM, ground=ground, now=then)
        planned += 1
        came = [next(people) for _ in range(coming)]
        for volunteer_id in came:
            accept(session, training_id, volunteer_id, by=ANYBODY, now=then)
        if asked:
            invite(session, training_id, [next(people) for _ in range(asked)], by=ANYBODY, now=then)
        if begins_at < now:
            there = {volunteer_id: number > 0 for number, volunteer_id in enumerate(came)}
            record_attendance(session, training_id, there, by=ANYBODY, now=begins_at + LASTS)
    return planned


def _whose_turn_it_is(session: Session) -> list[int]:
    return list(
        session.scalars(
            select(Volunteer.id)
            .where(Volunteer.status == Status.ACTIVE, Volunteer.certificate_lapses_on.is_not(None))
            .order_by(Volunteer.certificate_lapses_on.desc(), Volunteer.id)
            .offset(60)
            .limit(sum(coming + asked for _, _, coming, asked in TRAININGS))
        )
    )
