"""The example volunteers: invented people who live as people live there, and look after most cabinets."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import accumulate
from random import Random
from typing import Any, Final, TypeVar

import numpy as np
from sqlalchemy.orm import Session

from aednet.areas.ground import Ground, load_ground
from aednet.areas.queries import AreaFacts, list_areas
from aednet.base import audit
from aednet.base.texts import folded
from aednet.cabinets.guarding.services import appoint_guardian
from aednet.cabinets.queries import every_cabinet
from aednet.cabinets.rules import GuardianRole, is_listed
from aednet.config import Settings
from aednet.demo.cells import Cell, shipped_cells
from aednet.demo.names import FIRST, LAST
from aednet.demo.spread import RD_NEW, built_up, points_in, position_at
from aednet.geography.geodesic import GeodesicIndex
from aednet.geography.points import LatLon
from aednet.geography.shapes import to_metres
from aednet.volunteers.arrivals import Registrar, add_volunteers, new_volunteer
from aednet.volunteers.drafts import VolunteerDraft
from aednet.volunteers.models import Volunteer
from aednet.volunteers.queries import has_volunteers
from aednet.volunteers.rules import ConsentWay, Language, Role, Shift, Status, TravelMode, hours_of

SEED: Final = 520
COUNT: Final = 520  # Hoogeveen has more than 500
GUARDED: Final = 38  # of the cabinets; the others wait for somebody to be asked
DEPUTIES: Final = 14
MOST_GUARDED: Final = 2  # cabinets that one person looks after
PHONE: Final = "+3161234{:04}"  # obviously invented; nothing is ever sent to an example
EVENINGS: Final = {Shift.WEEKDAY_EVENING, Shift.WEEKEND_DAY, Shift.WEEKEND_EVENING}
DAYTIME: Final = {Shift.WEEKDAY_DAY, Shift.WEEKDAY_EVENING}
NO_OFFICE_HOURS: Final = set(Shift) - {Shift.WEEKDAY_DAY}
BY_DAY: Final = set(Shift) - {Shift.WEEKDAY_NIGHT, Shift.WEEKEND_NIGHT}

Choice = TypeVar("Choice")

ROLES: Final[Mapping[frozenset[Role], int]] = {
    frozenset({Role.RESPONDER}): 50,
    frozenset({Role.RESPONDER, Role.GUARDIAN}): 14,
    frozenset({Role.FETCHER}): 20,
    frozenset({Role.FETCHER, Role.GUARDIAN}): 8,
    frozenset({Role.RESPONDER, Role.FETCHER}): 5,
    frozenset({Role.GUARDIAN}): 3,
}
HOURS: Final[Mapping[str | None, int]] = {
    hours_of(set(Shift)): 18,
    hours_of(EVENINGS): 26,
    hours_of(BY_DAY): 20,
    hours_of(DAYTIME): 12,
    hours_of(NO_OFFICE_HOURS): 14,
    "als ik thuis ben": 2,
    None: 8,
}
MODES: Final = {TravelMode.WALK: 30, TravelMode.CYCLE: 50, TravelMode.CAR: 20}
STATUSES: Final = {Status.ACTIVE: 90, Status.NEW: 4, Status.PAUSED: 4, Status.LEFT: 2}
LANGUAGES: Final = {Language.NL: 95, Language.EN: 5}
NOTES: Final = {None: 94, "Heeft een sleutel van het dorpshuis.": 3, "Belt liever dan te sms'en.": 3}
COURSES: Final = {(1, 330): 64, (330, 366): 8, (366, 730): 14, (730, 2_200): 6, None: 8}  # days ago


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleVolunteer:
    """An invented volunteer, their status and how many days ago they registered."""

    draft: VolunteerDraft
    status: Status
    registered_ago: int


def seed_example_volunteers(session: Session, *, settings: Settings, now: datetime, today: date) -> int:
    """Add the example volunteers to the example network, and let some of them look after its cabinets.

    Where there are volunteers already, or a cabinet that is no example, nothing happens. Returns how many
    volunteers were added.

    Raises:
        OutsideExtent: the settings name an extent that leaves Hoogeveen out.
    """
    if has_volunteers(session) or not all(cabinet.is_example for cabinet in every_cabinet(session)):
        return 0
    random = Random(SEED)  # noqa: S311  # lots drawn for an example, no secrets
    examples = example_volunteers(list_areas(session), shipped_cells(), today=today, random=random)
    ground = load_ground(session, settings)
    volunteers = [_row(example, ground=ground, now=now) for example in examples]
    add_volunteers(session, volunteers, way=ConsentWay.EXAMPLE)
    guarded = _appoint(session, volunteers, today=today, random=random)
    audit.record(
        session,
        at=now,
        actor="system",
        action="example_volunteers_added",
        subject="network",
        detail={"volunteers": str(len(volunteers)), "guarded": str(guarded)},
    )
    return len(volunteers)


def example_volunteers(
    areas: Sequence[AreaFacts], cells: Sequence[Cell], *, today: date, random: Random
) -> list[ExampleVolunteer]:
    """Return the 520, in random order; only the dates of their courses move with `today`."""
    homes = list(_homes(areas, cells, random=random))
    random.shuffle(homes)
    return [_example(number, home, today=today, random=random) for number, home in enumerate(homes, start=1)]


def _homes(areas: Sequence[AreaFacts], cells: Sequence[Cell], *, random: Random) -> Iterator[LatLon]:
    """Yield as many homes for each cell as it has a share of the people, on its built-up ground."""
    shapes = {area.slug: to_metres(area.shape, RD_NEW) for area in areas}
    upto = list(accumulate(cell.population for cell in cells))
    share = upto[-1] / COUNT
    counted = 0
    for cell, people in zip(cells, upto, strict=True):
        wanted, counted = round(people / share) - counted, round(people / share)
        points = points_in(built_up(cell) & shapes[cell.area], random)
        yield from (position_at(next(points)) for _ in range(wanted))


def _example(number: int, home: LatLon, *, today: date, random: Random) -> ExampleVolunteer:
    first, last = random.choice(FIRST), random.choice(LAST)
    address = f"{'.'.join(folded(f'{first} {last}').split())}.{number}@aednet.example"
    since = _draw(COURSES, random)
    facts: dict[str, Any] = {
        "name": f"{first} {last}",
        "phone": PHONE.format(number),
        "email": random.choice((address, address, None)),
        "note": _draw(NOTES, random),
        "lat": home.lat,
        "lon": home.lon,
        "roles": _draw(ROLES, random),
        "course_on": None if since is None else today - timedelta(days=random.randrange(*since)),
        "available": _draw(HOURS, random),
        "travel_mode": _draw(MODES, random),
        "language": _draw(LANGUAGES, random),
        "consent": True,
    }
    status = _draw(STATUSES, random)
    ago = random.randrange(0, 14) if status is Status.NEW else random.randrange(14, 1_500)
    return ExampleVolunteer(draft=VolunteerDraft(**facts), status=status, registered_ago=ago)


def _row(example: ExampleVolunteer, *, ground: Ground, now: datetime) -> Volunteer:
    by = Registrar(actor="system", way=ConsentWay.EXAMPLE, status=example.status, within=None)
    area_id = ground.area_id_at(example.draft.home)
    registered_at = now - timedelta(days=example.registered_ago)
    volunteer = new_volunteer(example.draft, area_id, by=by, now=registered_at)
    volunteer.is_example = True
    return volunteer


def _appoint(session: Session, volunteers: Sequence[Volunteer], *, today: date, random: Random) -> int:
    """Let those who want to look after the cabinets nearest to them. Returns how many have a guardian."""
    willing = [one for one in volunteers if one.guards and one.status is Status.ACTIVE]
    index = GeodesicIndex(
        lat=np.array([one.home.lat for one in willing]),
        lon=np.array([one.home.lon for one in willing]),
        projection=RD_NEW,
    )
    listed = [cabinet for cabinet in every_cabinet(session) if is_listed(cabinet.status)]
    guarded = random.sample(listed, min(GUARDED, len(listed)))
    posts = [(cabinet, GuardianRole.GUARDIAN) for cabinet in guarded]
    posts += [(cabinet, GuardianRole.DEPUTY) for cabinet in guarded[:DEPUTIES]]
    looks_after: defaultdict[int, set[int]] = defaultdict(set)  # a place in `willing`, and its cabinets
    for cabinet, role in posts:
        is_free = partial(_is_free, looks_after, cabinet.id)
        for near in index.nearest(cabinet.position, count=1, accept=is_free):
            looks_after[near.position].add(cabinet.id)
            since_on = today - timedelta(days=random.randrange(30, 900))
            appoint_guardian(session, cabinet.id, willing[near.position].id, role=role, today=since_on)
    return len(guarded)


def _is_free(looks_after: Mapping[int, set[int]], cabinet_id: int, position: int) -> bool:
    own = looks_after[position]
    return len(own) < MOST_GUARDED and cabinet_id not in own


def _draw(weights: Mapping[Choice, int], random: Random) -> Choice:
    """Return one of the keys, each as often as it weighs."""
    (drawn,) = random.choices(list(weights), list(weights.values()))
    return drawn
