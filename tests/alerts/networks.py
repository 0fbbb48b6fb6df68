"""Small invented networks, as hypothesis draws them, and how they get into a database."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from shapely import box
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from aednet.accounts.models import Account, AccountArea
from aednet.accounts.rules import Role
from aednet.alerts.planning.notices import Coordinator, Helper, KeptCabinet, Network, Notice, TrainingDay, Use
from aednet.alerts.planning.rules import Rule, SubjectKind
from aednet.areas.models import Area, AreaKind
from aednet.cabinets.care.models import AfterUse
from aednet.cabinets.guarding.models import Absence
from aednet.cabinets.guarding.rules import Away, Watch
from aednet.cabinets.models import Cabinet, Guardianship
from aednet.cabinets.rules import CHECK_INTERVAL, GuardianRole, Status
from aednet.geography.points import LatLon
from aednet.messaging.models import Reminder
from aednet.messaging.rules import MessageClass, RecipientKind, State
from aednet.volunteers.models import Volunteer
from aednet.volunteers.rules import Language, TravelMode
from aednet.volunteers.rules import Status as VolunteerStatus
from aednet.volunteers.training.models import Training, TrainingBooking
from aednet.volunteers.training.rules import BookingState, TrainingState

TABLES = (
    Reminder,
    AfterUse,
    TrainingBooking,
    Training,
    Absence,
    Guardianship,
    Cabinet,
    Volunteer,
    AccountArea,
    Account,
    Area,
)
AREAS = (1, 2)
PEOPLE = (1, 2, 3, 4)
ACCOUNTS = (1, 2, 3)
# Days on which something begins or ends to be told, and those beside them.
EDGES = [edge + beside for edge in (0, 7, 14, 21, 28, 30, 37, 44, 60, 67, 180) for beside in (-1, 0, 1)]


@st.composite
def networks(draw: st.DrawFn) -> tuple[Network, datetime]:
    """Draw a network and the instant at which it is looked at."""
    today = draw(st.dates(date(2025, 1, 1), date(2032, 12, 31)))
    now = datetime(today.year, today.month, today.day, draw(st.integers(0, 23)), 30, tzinfo=UTC)
    around = st.one_of(
        st.none(),
        st.sampled_from(EDGES).map(lambda ago: today - timedelta(days=ago)),
        st.sampled_from(EDGES).map(lambda ahead: today + timedelta(days=ahead)),
        st.integers(-400, 400).map(lambda ago: today - timedelta(days=ago)),
    )
    aged = st.one_of(
        st.none(), st.integers(-35, 5).map(lambda off: years_before(today + timedelta(days=180 + off), 10))
    )
    helpers = {
        one: Helper(id=one, takes_part=draw(st.integers(0, 4)) > 0, certificate_lapses_on=draw(around))
        for one in PEOPLE
    }
    absences = tuple(
        Away(
            volunteer_id=one,
            from_on=(from_on := today + timedelta(days=draw(st.integers(-20, 5)))),
            until_on=from_on + timedelta(days=draw(st.integers(0, 15))),
            cover_id=draw(st.sampled_from([None, *(other for other in PEOPLE if other != one)])),
        )
        for one in PEOPLE
        if draw(st.booleans())
    )
    cabinets = tuple(
        KeptCabinet(
            id=number,
            area_id=draw(st.sampled_from([None, *AREAS])),
            status=draw(st.sampled_from([Status.IN_SERVICE] * 4 + list(Status))),
            indoor=draw(st.sampled_from([None, True, False])),
            inspected_on=draw(around),
            pads_expire_on=draw(around),
            child_pads_expire_on=draw(around),
            battery_expires_on=draw(around),
            device_since_on=draw(aged),
            watches=draw(watches(today)),
        )
        for number in range(1, draw(st.integers(1, 3)) + 1)
    )
    coordinators = tuple(
        Coordinator(
            account_id=one,
            area_ids=draw(st.one_of(st.none(), st.frozensets(st.sampled_from(AREAS), min_size=1))),
        )
        for one in ACCOUNTS
        if draw(st.booleans())
    )
    minutes = st.integers(-5_000, 5_000).map(lambda off: now + timedelta(minutes=off))
    trainings = tuple(
        TrainingDay(id=number, begins_at=draw(minutes), booked=draw(st.frozensets(st.sampled_from(PEOPLE))))
        for number in (1, 2)
    )
    uses = tuple(
        Use(id=cabinet.id, cabinet_id=cabinet.id, begun_at=draw(minutes))
        for cabinet in cabinets
        if draw(st.booleans())
    )
    troubled = draw(st.frozensets(st.sampled_from([None, *AREAS])))
    network = Network(
        cabinets=cabinets,
        helpers=helpers,
        absences=absences,
        coordinators=coordinators,
        trainings=trainings,
        uses=uses,
        troubled_areas=troubled,
    )
    return network, now


@st.composite
def watches(draw: st.DrawFn, today: date) -> tuple[Watch, ...]:
    """Draw who looks after a cabinet, and did: one guardian at most, nobody twice at once."""
    drawn: list[Watch] = []
    for one in draw(st.permutations(PEOPLE))[: draw(st.integers(0, 3))]:
        is_past = draw(st.integers(0, 3)) == 0
        has_guardian = any(other.role is GuardianRole.GUARDIAN and not other.until_on for other in drawn)
        since_on = today - timedelta(days=draw(st.sampled_from([*EDGES, 100])) + 1)
        drawn.append(
            Watch(
                volunteer_id=one,
                role=GuardianRole.DEPUTY if has_guardian else draw(st.sampled_from(GuardianRole)),
                since_on=since_on,
                until_on=max(since_on, today - timedelta(days=draw(st.integers(0, 9)))) if is_past else None,
            )
        )
    return tuple(drawn)


def years_before(day: date, years: int) -> date:
    """Return the same day so many years before; of 29 February the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)


def store(session: Session, network: Network, *, now: datetime) -> None:
    """Put a network into an empty database, in the place of what was there."""
    for table in TABLES:
        session.execute(delete(table))
    _store_areas_and_accounts(session, network, now)
    _add(
        session,
        Volunteer,
        [
            volunteer_row(
                one.id,
                certificate_lapses_on=one.certificate_lapses_on,
                now=now,
                status=VolunteerStatus.ACTIVE if one.takes_part else VolunteerStatus.PAUSED,
            )
            for one in network.helpers.values()
        ],
    )
    _add(session, Cabinet, [_cabinet(one, now) for one in network.cabinets])
    _add(
        session,
        Guardianship,
        [
            {
                "cabinet_id": cabinet.id,
                "volunteer_id": watch.volunteer_id,
                "role": watch.role,
                "since_on": watch.since_on,
                "until_on": watch.until_on,
            }
            for cabinet in network.cabinets
            for watch in cabinet.watches
        ],
    )
    _add(
        session,
        Absence,
        [
            {
                "volunteer_id": one.volunteer_id,
                "from_on": one.from_on,
                "until_on": one.until_on,
                "cover_id": one.cover_id,
            }
            for one in network.absences
        ],
    )
    _add(session, Training, [_training(one, now) for one in network.trainings])
    _add(
        session,
        TrainingBooking,
        [
            {
                "training_id": one.id,
                "volunteer_id": volunteer,
                "state": BookingState.BOOKED,
                "changed_at": now,
            }
            for one in network.trainings
            for volunteer in sorted(one.booked)
        ],
    )
    _add(
        session,
        AfterUse,
        [
            {
                "id": one.id,
                "cabinet_id": one.cabinet_id,
                "begun_at": one.begun_at,
                "begun_by": "system",
                "was_in_service": True,
            }
            for one in network.uses
        ],
    )
    _add(session, Reminder, [_in_doubt(area_id, now) for area_id in network.troubled_areas])


def planned(session: Session) -> list[Notice]:
    """Return what stands in the outbox, but for what was in doubt before."""
    rows = session.scalars(select(Reminder).where(Reminder.state == State.PLANNED))
    return [
        Notice(
            rule=Rule(row.rule),
            subject_kind=SubjectKind(row.subject_kind),
            subject_id=row.subject_id,
            occurrence_on=row.occurrence_on,
            recipient_kind=row.recipient_kind,
            recipient_id=row.recipient_id,
        )
        for row in rows
    ]


def _store_areas_and_accounts(session: Session, network: Network, now: datetime) -> None:
    _add(
        session,
        Area,
        [
            {
                "id": one,
                "slug": f"area-{one}",
                "name": f"Area {one}",
                "kind": AreaKind.OTHER,
                "name_source": "test",
                "boundary_source": "test",
                "shape": box(6, 52, 7, 53),
            }
            for one in AREAS
        ],
    )
    reached = {one.account_id: one for one in network.coordinators}
    _add(
        session,
        Account,
        [
            {
                "id": one,
                "email": f"{one}@aednet.example",
                "email_hash": bytes([one]),
                "role": Role.COORDINATOR if one in reached and reached[one].area_ids else Role.ADMINISTRATOR,
                "is_active": True,
                "phone": "+31612345678" if one in reached else None,
                "created_at": now,
            }
            for one in ACCOUNTS
        ],
    )
    _add(
        session,
        AccountArea,
        [
            {"account_id": one.account_id, "area_id": area_id}
            for one in network.coordinators
            for area_id in sorted(one.area_ids or ())
        ],
    )


def _add(session: Session, table: type[Any], rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(table), rows)


def volunteer_row(
    number: int,
    *,
    certificate_lapses_on: date | None,
    now: datetime,
    status: VolunteerStatus = VolunteerStatus.ACTIVE,
) -> dict[str, Any]:
    """Return a volunteer as a row of the table."""
    return {
        "id": number,
        "name": f"Anna Voorbeeld {number}",
        "phone": f"+3161234{number:04d}",
        "phone_hash": number.to_bytes(4),
        "home": LatLon(lat=52.7, lon=6.5),
        "responds": True,
        "fetches": False,
        "guards": True,
        "certificate_lapses_on": certificate_lapses_on,
        "travel_mode": TravelMode.WALK,
        "language": Language.NL,
        "consent_version": "1",
        "consented_at": now,
        "status": status,
        "created_at": now,
        "updated_at": now,
    }


def _cabinet(cabinet: KeptCabinet, now: datetime) -> dict[str, Any]:
    inspected_on = cabinet.inspected_on
    return {
        "id": cabinet.id,
        "ref": f"HGV-{cabinet.id:03d}",
        "name": f"Buurthuis {cabinet.id}",
        "matching_name": "buurthuis",
        "status": cabinet.status,
        "lat": 52.7,
        "lon": 6.5,
        "area_id": cabinet.area_id,
        "indoor": cabinet.indoor,
        "inspected_on": inspected_on,
        "passed": None if inspected_on is None else True,
        "check_due_on": None if inspected_on is None else inspected_on + CHECK_INTERVAL,
        "pads_expire_on": cabinet.pads_expire_on,
        "child_pads_expire_on": cabinet.child_pads_expire_on,
        "battery_expires_on": cabinet.battery_expires_on,
        "device_since_on": cabinet.device_since_on,
        "fails_on": date.max,
        "guardian_id": next(
            (
                one.volunteer_id
                for one in cabinet.watches
                if one.role is GuardianRole.GUARDIAN and one.until_on is None
            ),
            None,
        ),
        "created_at": now,
        "updated_at": now,
    }


def _training(training: TrainingDay, now: datetime) -> dict[str, Any]:
    return {
        "id": training.id,
        "place": "Sporthal",
        "lat": 52.7,
        "lon": 6.5,
        "begins_at": training.begins_at,
        "ends_at": training.begins_at + timedelta(hours=2),
        "seats": 9,
        "state": TrainingState.PLANNED,
        "created_at": now,
        "updated_at": now,
    }


def _in_doubt(area_id: int | None, now: datetime) -> dict[str, Any]:
    return {
        "rule": "earlier",
        "subject_kind": "cabinet",
        "subject_id": area_id or 0,
        "occurrence_on": date(2020, 1, 1),
        "recipient_kind": RecipientKind.VOLUNTEER,
        "recipient_id": 1,
        "area_id": area_id,
        "message_class": MessageClass.REMINDER,
        "due_at": now,
        "expires_at": now,
        "state": State.NEEDS_REVIEW,
        "is_example": False,
        "created_at": now,
        "changed_at": now,
    }
