"""What a cabinet's page shows of those who look after it, and whom else one might ask."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from aednet.accounts.rules import Caller, Permission
from aednet.cabinets.facts import CabinetFacts
from aednet.cabinets.guarding.queries import AbsenceFacts, list_absences, list_watches
from aednet.cabinets.guarding.rules import Watch, who_looks_after
from aednet.cabinets.rules import GuardianRole
from aednet.volunteers.facts import VolunteerFacts
from aednet.volunteers.names import find_names
from aednet.volunteers.people import TAKES_PART
from aednet.volunteers.queries import Sought, find_volunteer
from aednet.volunteers.roster import RosterFilter, list_roster, search_roster
from aednet.volunteers.rules import Role

MOST_CANDIDATES = 20  # more is no choice; whoever is not among them is looked for by name
OWN_NUMBER = re.compile(r"[1-9][0-9]{0,7}", re.ASCII)  # shorter than any telephone number


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Somebody who looks after the cabinet, or will; `name` is None where the caller may not know it."""

    watch: Watch
    name: str | None
    absences: tuple[AbsenceFacts, ...]
    is_now: bool
    is_away: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who is willing, with their post at this cabinet if they have one."""

    id: int
    name: str
    area: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardiansView:
    """Who looks after one cabinet. `turn_to` are the numbers to turn to today, the first of them first."""

    ref: str
    may_change: bool
    knows_people: bool
    posts: tuple[Post, ...]
    turn_to: tuple[int, ...]
    names: Mapping[int, str]

    @property
    def guardian(self) -> Post | None:
        """Return the guardian of today, if there is one."""
        return next((one for one in self.posts if _is_guardian(one.watch) and one.is_now), None)

    @property
    def coming(self) -> Post | None:
        """Return who takes over, if that is agreed."""
        return next((one for one in self.posts if not one.is_now), None)

    @property
    def deputies(self) -> tuple[Post, ...]:
        """Return the deputies of today."""
        return tuple(one for one in self.posts if one.is_now and not _is_guardian(one.watch))


def view_guardians(session: Session, cabinet: CabinetFacts, caller: Caller, today: date) -> GuardiansView:
    """Return what `caller` may know of those who look after a cabinet that they may see."""
    watches = list_watches(session, cabinet.id, today=today)
    people = sorted({one.volunteer_id for one in watches})
    absences = list_absences(session, people, today=today)
    knows_people = caller.may(Permission.SEE_PEOPLE)
    names = find_names(session, people, within=caller.area_ids) if knows_people else {}
    posts = [
        Post(
            watch=watch,
            name=names.get(watch.volunteer_id),
            absences=tuple(one for one in absences if one.away.volunteer_id == watch.volunteer_id),
            is_now=watch.holds_on(today),
            is_away=any(
                one.away.holds_on(today) for one in absences if one.away.volunteer_id == watch.volunteer_id
            ),
        )
        for watch in watches
    ]
    return GuardiansView(
        ref=cabinet.ref,
        may_change=caller.may_change_area(cabinet.area_id),
        knows_people=knows_people,
        posts=tuple(posts),
        turn_to=who_looks_after(watches, [one.away for one in absences], today=today),
        names=names,
    )


def find_candidates(
    session: Session, cabinet: CabinetFacts, caller: Caller, sought: str, *, today: date, country: str
) -> tuple[Candidate, ...]:
    """Return who could be asked to look after a cabinet: those who are sought, else people of its area.

    They are willing, take part, and live where the caller may know them. A short number is a volunteer's own.
    """
    if OWN_NUMBER.fullmatch(sought):
        one = _by_number(session, sought, caller)
        found: tuple[VolunteerFacts, ...] = () if one is None else (one,)
    elif sought:
        page = search_roster(
            session,
            Sought.parse(sought, country),
            area_ids=caller.area_ids,
            limit=MOST_CANDIDATES,
        )
        found = page.rows
    elif cabinet.area_id is not None:
        wanted = RosterFilter(area_ids=frozenset({cabinet.area_id}), role=Role.GUARDIAN)
        found = list_roster(session, wanted, today=today, limit=MOST_CANDIDATES).rows
    else:
        found = ()
    return tuple(
        Candidate(id=one.id, name=one.name, area=one.area)
        for one in found
        if Role.GUARDIAN in one.promise.roles and one.status in TAKES_PART
    )


def _by_number(session: Session, sought: str, caller: Caller) -> VolunteerFacts | None:
    return find_volunteer(session, int(sought), within=caller.area_ids)


def _is_guardian(watch: Watch) -> bool:
    return watch.role is GuardianRole.GUARDIAN
