"""Planning the reminders of a network: a statement a subject beside a loop over objects, in one database."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from sqlalchemy import column as plain_column
from sqlalchemy import insert, select, table, text
from sqlalchemy.orm import Session, load_only
from sqlalchemy.types import LargeBinary

from aednet.accounts.models import Account, AccountArea
from aednet.accounts.rules import Role
from aednet.alerts.planning.notices import Coordinator, Helper, KeptCabinet, Network, Notice, notices
from aednet.alerts.planning.rules import Hours, Intervals
from aednet.alerts.planning.services import plan
from aednet.app import create_app
from aednet.areas.models import Area, AreaKind
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.migration import upgrade
from aednet.base.transactions import transaction
from aednet.cabinets.guarding.rules import Watch
from aednet.cabinets.models import Cabinet, Guardianship
from aednet.cabinets.rules import CHECK_INTERVAL, GuardianRole, Status
from aednet.config import Settings
from aednet.messaging.models import Reminder
from aednet.messaging.rules import MessageClass, State
from aednet.volunteers.models import Volunteer
from aednet.volunteers.people import TAKES_PART
from bench.country import SEED, Country
from bench.postgis import PostGis
from bench.timing import Row, medians
from tests.cluster import find_programs, start_cluster

NOW = datetime(2026, 11, 24, 13, tzinfo=UTC)
TODAY = NOW.date()
LOOP = "{}, loop over ORM objects"
BATCH = 10_000


def rows(country: Country, _postgis: PostGis | None) -> Iterator[Row]:
    """Compare a first planning and a repeat, on SQLite and where there is a server on PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _on(Settings(instance=Path(folder)), "SQLite", country)
        if find_programs() is not None:
            cluster = start_cluster()
            try:
                yield from _on(
                    Settings(instance=Path(folder), database_url=cluster.url), "PostgreSQL", country
                )
            finally:
                cluster.stop()


def _on(settings: Settings, name: str, country: Country) -> Iterator[Row]:
    with _filled(settings, country) as hours:
        planned, looped = _set_based(hours, is_kept=False), _loop(hours, is_kept=False)
        assert planned == looped
        kinds = {"ours": _set_based, "loop": _loop}

        def row(work: str, *, is_kept: bool, agreement: str) -> Row:
            taken = medians({kind: partial(do, hours, is_kept=is_kept) for kind, do in kinds.items()})
            return Row(
                size=country.size.name,
                work=work,
                ours_s=taken["ours"],
                peer=LOOP.format(name),
                peer_s=taken["loop"],
                agreement=agreement,
            )

        yield row(f"plan {planned:,} reminders", is_kept=False, agreement="same number")
        assert _set_based(hours, is_kept=True) == planned
        yield row("plan them again", is_kept=True, agreement="nothing new")
        assert _set_based(hours, is_kept=True) == _loop(hours, is_kept=True) == 0


def _set_based(hours: Hours, *, is_kept: bool) -> int:
    with transaction() as session:
        new = len(plan(session, now=NOW, hours=hours, intervals=Intervals()))
        if not is_kept:
            session.rollback()
    return new


def _loop(hours: Hours, *, is_kept: bool) -> int:
    """Plan as a program does that reads its objects, asks the rules of each, and adds what is not there."""
    new = 0
    with transaction() as session:
        areas = dict(session.execute(select(Cabinet.id, Cabinet.area_id)).all())
        for notice in notices(_network(session), now=NOW, hours=hours, intervals=Intervals()):
            if session.scalar(_same(notice)) is None:
                session.add(_reminder(notice, areas))
                new += 1
        session.flush()
        if not is_kept:
            session.rollback()
    return new


def _network(session: Session) -> Network:
    """Read a network as objects, of each only the columns that the rules ask for."""
    watches: dict[int, list[Watch]] = {}
    for one in session.scalars(select(Guardianship)):
        watch = Watch(
            volunteer_id=one.volunteer_id, role=one.role, since_on=one.since_on, until_on=one.until_on
        )
        watches.setdefault(one.cabinet_id, []).append(watch)
    cabinets = session.scalars(
        select(Cabinet).options(load_only(*(getattr(Cabinet, name) for name in CABINET_COLUMNS)))
    )
    people = session.scalars(
        select(Volunteer).options(load_only(Volunteer.id, Volunteer.status, Volunteer.certificate_lapses_on))
    )
    areas: dict[int, set[int]] = {}
    for given in session.scalars(select(AccountArea)):
        areas.setdefault(given.account_id, set()).add(given.area_id)
    return Network(
        cabinets=tuple(
            KeptCabinet(
                **{name: getattr(one, name) for name in CABINET_COLUMNS},
                watches=tuple(watches.get(one.id, ())),
            )
            for one in cabinets
        ),
        helpers={
            one.id: Helper(
                id=one.id,
                takes_part=one.status in TAKES_PART,
                certificate_lapses_on=one.certificate_lapses_on,
            )
            for one in people
        },
        coordinators=tuple(
            Coordinator(account_id=account, area_ids=frozenset(own)) for account, own in areas.items()
        ),
    )


def _same(notice: Notice) -> Any:
    return select(Reminder.id).where(
        Reminder.rule == notice.rule,
        Reminder.subject_kind == notice.subject_kind,
        Reminder.subject_id == notice.subject_id,
        Reminder.occurrence_on == notice.occurrence_on,
        Reminder.recipient_kind == notice.recipient_kind,
        Reminder.recipient_id == notice.recipient_id,
    )


def _reminder(notice: Notice, areas: dict[int, int]) -> Reminder:
    return Reminder(
        rule=notice.rule.value,
        subject_kind=notice.subject_kind.value,
        subject_id=notice.subject_id,
        occurrence_on=notice.occurrence_on,
        recipient_kind=notice.recipient_kind,
        recipient_id=notice.recipient_id,
        area_id=areas.get(notice.subject_id),
        message_class=MessageClass.REMINDER,
        due_at=NOW,
        expires_at=NOW + timedelta(days=7),
        state=State.PLANNED,
        created_at=NOW,
        changed_at=NOW,
    )


CABINET_COLUMNS = (
    "id",
    "area_id",
    "status",
    "indoor",
    "inspected_on",
    "pads_expire_on",
    "child_pads_expire_on",
    "battery_expires_on",
    "device_since_on",
)


@contextmanager
def _filled(settings: Settings, country: Country) -> Iterator[Hours]:
    """Open an application on a database that holds a network of this size."""
    app = create_app(settings)
    with app.app_context():
        upgrade(db.engine)
        with transaction() as session:
            _fill(session, country)
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
        yield Hours(zone=settings.zone)
        db.session.remove()
        db.engine.dispose()


def _fill(session: Session, country: Country) -> None:
    """Store cabinets, two of three checked in time, and volunteers whose certificates lapse over a year."""
    random = np.random.default_rng(SEED)
    size, areas = country.size, country.size.areas
    seal = current().keyring.encrypt("nobody", column="volunteer.name")
    session.execute(
        insert(Area),
        [
            {
                "id": one,
                "slug": f"area-{one}",
                "name": f"Area {one}",
                "kind": AreaKind.OTHER,
                "name_source": "invented",
                "boundary_source": "invented",
                "shape": shapely.box(5, 51, 6, 52),
            }
            for one in range(1, areas + 1)
        ],
    )
    accounts = [
        {
            "id": one,
            "email": f"{one}@aednet.example",
            "email_hash": one.to_bytes(8),
            "role": Role.COORDINATOR,
            "is_active": True,
            "phone": "+31612345678",
            "created_at": NOW,
        }
        for one in range(1, areas + 1)
    ]
    session.execute(insert(Account), accounts)
    session.execute(insert(AccountArea), [{"account_id": one, "area_id": one} for one in range(1, areas + 1)])
    _put(
        session,
        Volunteer,
        [
            {
                "id": number,
                "name": seal,
                "phone": seal,
                "phone_hash": number.to_bytes(8),
                "home": seal,
                "area_id": number % areas + 1,
                "responds": True,
                "fetches": False,
                "guards": True,
                "certificate_lapses_on": TODAY + timedelta(days=ahead),
                "travel_mode": "walk",
                "language": "nl",
                "consent_version": "1",
                "consented_at": NOW,
                "status": "active",
                "is_example": True,
                "created_at": NOW,
                "updated_at": NOW,
            }
            for number, ahead in enumerate(random.integers(-60, 365, size.volunteers).tolist(), start=1)
        ],
    )
    ages = random.integers(0, 45, size.cabinets).tolist()
    lives = random.integers(-10, 900, (size.cabinets, 3)).tolist()
    _put(
        session,
        Cabinet,
        [
            _cabinet(number, checked_on=TODAY - timedelta(days=age), lives=life, areas=areas)
            for number, (age, life) in enumerate(zip(ages, lives, strict=True), start=1)
        ],
    )
    keepers = random.permutation(size.volunteers)[: 2 * size.cabinets] + 1
    roles = (GuardianRole.GUARDIAN, GuardianRole.DEPUTY)
    _put(
        session,
        Guardianship,
        [
            {
                "cabinet_id": place % size.cabinets + 1,
                "volunteer_id": keeper,
                "role": roles[place // size.cabinets].value,
                "since_on": TODAY - timedelta(days=400),
            }
            for place, keeper in enumerate(keepers.tolist())
        ],
    )
    session.execute(
        text(
            "UPDATE cabinet SET guardian_id = (SELECT volunteer_id FROM guardianship "
            "WHERE cabinet_id = cabinet.id AND role = 'guardian')"
        )
    )


def _cabinet(number: int, *, checked_on: date, lives: list[int], areas: int) -> dict[str, Any]:
    pads, battery, device = lives
    return {
        "id": number,
        "ref": f"NL-{number:05d}",
        "name": "invented",
        "matching_name": "invented",
        "status": Status.IN_SERVICE.value,
        "lat": 52.0,
        "lon": 5.0,
        "area_id": number % areas + 1,
        "indoor": number % 3 == 0,
        "inspected_on": checked_on,
        "passed": True,
        "check_due_on": checked_on + CHECK_INTERVAL,
        "pads_expire_on": TODAY + timedelta(days=pads),
        "battery_expires_on": TODAY + timedelta(days=2 * battery),
        "device_since_on": TODAY - timedelta(days=4 * device),
        "fails_on": date.max,
        "is_example": True,
        "created_at": NOW,
        "updated_at": NOW,
    }


def _put(session: Session, model: type[Any], rows: list[dict[str, Any]]) -> None:
    """Insert rows whose sealed columns are given as they are stored: sealing is not what is measured."""
    columns = [
        plain_column(
            name, LargeBinary() if isinstance(rows[0][name], bytes) else model.__table__.c[name].type
        )
        for name in rows[0]
    ]
    target = table(model.__tablename__, *columns)
    for at in range(0, len(rows), BATCH):
        session.execute(insert(target), rows[at : at + BATCH])
