"""Short ways to what a test is about; all of it invented."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from shapely import box
from sqlalchemy.orm import Session

from aednet.accounts.rules import Caller, Role
from aednet.accounts.services import add_account, create_token
from aednet.areas.ground import load_ground
from aednet.areas.models import AreaKind
from aednet.areas.services import AreaDraft, put_areas
from aednet.base.context import current
from aednet.base.transactions import transaction
from aednet.cabinets import services
from aednet.cabinets.drafts import CabinetDraft, DeviceDraft
from aednet.cabinets.rules import Status, Upkeep
from aednet.volunteers.arrivals import Registrar
from aednet.volunteers.drafts import VolunteerDraft
from aednet.volunteers.rules import Role as VolunteerRole
from aednet.volunteers.services import THEMSELVES, register_volunteer
from aednet.volunteers.training.drafts import TrainingDraft
from aednet.volunteers.training.services import plan_training

NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
FAR_OFF = date(2030, 12, 31)
CENTRE_LAT, CENTRE_LON = 52.7245, 6.4788
EMAIL, PASSWORD = "ans.voorbeeld@aednet.example", "twaalf of meer tekens"


def make_area_draft(
    slug: str = "krakeel", *, west: float = 6.4, width: float = 0.1, **changes: Any
) -> AreaDraft:
    """Return a rectangular area round the centre of Hoogeveen."""
    facts: dict[str, Any] = {
        "slug": slug,
        "name": slug.capitalize(),
        "kind": AreaKind.NEIGHBOURHOOD,
        "population": 1_000,
        "name_source": "test",
        "boundary_source": "test",
        "shape": box(west, 52.65, west + width, 52.8),
    }
    return AreaDraft(**facts | changes)


def make_areas(*drafts: AreaDraft) -> None:
    """Store areas, one where none is given."""
    with transaction() as session:
        put_areas(session, drafts or [make_area_draft()])


def make_upkeep(**changes: Any) -> Upkeep:
    """Return the upkeep of a cabinet that is ready today."""
    facts: dict[str, Any] = {
        "status": Status.IN_SERVICE,
        "pads_expire_on": FAR_OFF,
        "battery_expires_on": FAR_OFF,
        "inspected_on": TODAY,
        "passed": True,
    }
    return Upkeep(**facts | changes)


def make_cabinet(
    session: Session,
    ref: str = "HGV-001",
    *,
    pads_expire_on: date | None = FAR_OFF,
    battery_expires_on: date | None = FAR_OFF,
    inspected_on: date | None = TODAY,
    passed: bool = True,
    is_example: bool = False,
    **changes: Any,
) -> int:
    """Store a cabinet in the centre of Hoogeveen that is ready and always open; returns its id."""
    facts: dict[str, Any] = {
        "name": f"Buurthuis {ref}",
        "lat": CENTRE_LAT,
        "lon": CENTRE_LON,
        "opening_hours": "24/7",
    }
    cabinet = services.register_cabinet(
        session,
        CabinetDraft(**facts | changes),
        ref=ref,
        ground=load_ground(session, current().settings),
        now=NOW,
        is_example=is_example,
    )
    device = DeviceDraft(pads_adult_expire_on=pads_expire_on, battery_expires_on=battery_expires_on)
    services.put_device(session, cabinet.id, device, fields=DeviceDraft.model_fields)
    if inspected_on is not None:
        services.record_inspection(session, cabinet.id, inspected_on=inspected_on, passed=passed, now=NOW)
    return cabinet.id


def make_cabinets(*cabinets: dict[str, Any]) -> None:
    """Store several cabinets in one transaction."""
    with transaction() as session:
        for number, changes in enumerate(cabinets, start=1):
            make_cabinet(session, **{"ref": f"HGV-{number:03d}"} | changes)


def make_account(*areas: str, email: str = EMAIL, role: Role = Role.ADMINISTRATOR) -> int:
    """Store an account for areas named by their slugs, its password `PASSWORD`; returns its id."""
    with transaction() as session:
        return add_account(session, email=email, role=role, areas=areas, password=PASSWORD, now=NOW)


def make_token(*areas: str, email: str = EMAIL, role: Role = Role.ADMINISTRATOR) -> dict[str, str]:
    """Store an account, and return the header by which a program has its rights."""
    make_account(*areas, email=email, role=role)
    with transaction() as session:
        return {"Authorization": f"Bearer {create_token(session, email, name='test', now=NOW)}"}


def make_volunteer(session: Session, number: int = 1, *, by: Registrar = THEMSELVES, **changes: Any) -> int:
    """Store a responder of the centre of Hoogeveen with a certificate; returns their number in the database.

    `number` makes name and telephone number differ from another's.
    """
    facts: dict[str, Any] = {
        "name": f"Anna Voorbeeld {number}",
        "phone": f"06 1234 {number:04d}",
        "lat": CENTRE_LAT,
        "lon": CENTRE_LON,
        "roles": {VolunteerRole.RESPONDER},
        "course_on": TODAY - timedelta(days=100),
        "consent": True,
    }
    return register_volunteer(
        session,
        VolunteerDraft(**facts | changes),
        by=by,
        ground=load_ground(session, current().settings),
        now=NOW,
        today=TODAY,
    )


def make_training(session: Session, *, begins_at: datetime | None = None, **changes: Any) -> int:
    """Plan a training evening in the centre of Hoogeveen in a week, for twelve; returns its number."""
    begins_at = begins_at or NOW + timedelta(days=7)
    facts: dict[str, Any] = {
        "place": "Dorpshuis",
        "lat": CENTRE_LAT,
        "lon": CENTRE_LON,
        "begins_at": begins_at,
        "ends_at": begins_at + timedelta(hours=2),
        "seats": 12,
    }
    return plan_training(
        session,
        TrainingDraft(**facts | changes),
        by=Caller(account_id=1, role=Role.ADMINISTRATOR, area_ids=None),
        ground=load_ground(session, current().settings),
        now=NOW,
    )
