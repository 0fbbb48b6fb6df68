"""Reads of the volunteers; all return frozen values, and nobody who lives outside the areas asked for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from sqlalchemy import ColumnElement, Row, Select, false, select, true
from sqlalchemy.orm import Session

from aednet.areas.models import Area
from aednet.base.database import LARGEST_ID
from aednet.base.phone import InvalidPhone, PhoneNumber
from aednet.base.texts import folded
from aednet.volunteers.facts import VolunteerFacts
from aednet.volunteers.keys import hashes_of_email, hashes_of_phone, hashes_of_words
from aednet.volunteers.models import Volunteer, VolunteerNameWord
from aednet.volunteers.rules import Promise, Role, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Whom somebody looks for: by number, by address, or by whole words of the name, all of them."""

    phone: PhoneNumber | None = None
    email: str | None = None
    name: str = ""

    @classmethod
    def parse(cls, text: str, country: str) -> Self:
        """Read what was typed in a search field. No sign in it has a meaning of its own."""
        if "@" in text:
            return cls(email=text.strip())
        try:
            return cls(phone=PhoneNumber.parse(text, country))
        except InvalidPhone:
            return cls(name=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerFilter:
    """Which volunteers a list is about. `within` are the areas somebody may see, None for everything."""

    within: frozenset[int] | None
    area: str | None = None
    status: Status | None = None
    lapses_before: date | None = None
    sought: Sought | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerPage:
    """A page of volunteers by number; `next_after` is where the next one begins, if there is one."""

    volunteers: tuple[VolunteerFacts, ...]
    next_after: int | None


def find_volunteer(
    session: Session, volunteer_id: int, *, within: frozenset[int] | None
) -> VolunteerFacts | None:
    """Return a volunteer who lives in one of these areas, or anywhere for None, if there is one."""
    row = session.execute(_facts(VolunteerFilter(within=within)).where(is_number(volunteer_id))).one_or_none()
    return None if row is None else _to_facts(row)


def find_volunteers(
    session: Session, volunteer_ids: Collection[int], *, within: frozenset[int] | None
) -> dict[int, VolunteerFacts]:
    """Return by number those of a page's volunteers who live in one of these areas, or anywhere for None."""
    rows = session.execute(_facts(VolunteerFilter(within=within)).where(Volunteer.id.in_(volunteer_ids)))
    return {row.id: _to_facts(row) for row in rows}


def list_volunteers(
    session: Session, wanted: VolunteerFilter, *, limit: int, after: int | None = None
) -> VolunteerPage:
    """Return at most `limit` volunteers by number, from `after` on."""
    statement = _facts(wanted).order_by(Volunteer.id).limit(limit + 1)
    rows = session.execute(statement if after is None else statement.where(Volunteer.id > after)).all()
    return VolunteerPage(
        volunteers=tuple(map(_to_facts, rows[:limit])),
        next_after=rows[limit - 1].id if len(rows) > limit else None,
    )


def has_volunteers(session: Session) -> bool:
    """Tell whether there is any volunteer, whatever their status."""
    return session.scalar(select(Volunteer.id).limit(1)) is not None


def is_number(volunteer_id: int) -> ColumnElement[bool]:
    """Return the condition that a volunteer has this number, which none has past what the column holds."""
    return Volunteer.id == volunteer_id if volunteer_id <= LARGEST_ID else false()


def has_real_volunteers(session: Session) -> bool:
    """Tell whether anybody is known who is not invented."""
    return session.scalar(select(Volunteer.id).where(~Volunteer.is_example).limit(1)) is not None


def lives_within(areas: frozenset[int] | None) -> ColumnElement[bool]:
    """Return the condition that a volunteer lives in one of these areas, which holds always for None."""
    return true() if areas is None else Volunteer.area_id.in_(areas)


def _facts(wanted: VolunteerFilter) -> Select[*tuple[Any, ...]]:
    statement = (
        select(*Volunteer.__table__.columns, Area.slug.label("area"), Area.name.label("area_name"))
        .outerjoin(Area, Area.id == Volunteer.area_id)
        .where(lives_within(wanted.within))
    )
    if wanted.area is not None:
        statement = statement.where(Area.slug == wanted.area)
    if wanted.status is not None:
        statement = statement.where(Volunteer.status == wanted.status)
    if wanted.lapses_before is not None:
        statement = statement.where(Volunteer.certificate_lapses_on < wanted.lapses_before)
    if wanted.sought is not None:
        statement = statement.where(*_is(wanted.sought))
    return statement


def _is(sought: Sought) -> list[ColumnElement[bool]]:
    if sought.phone is not None:
        return [Volunteer.phone_hash.in_(hashes_of_phone(sought.phone))]
    if sought.email is not None:
        return [Volunteer.email_hash.in_(hashes_of_email(sought.email))]
    if not folded(sought.name):
        return [false()]
    bearers = select(VolunteerNameWord.volunteer_id)
    return [
        Volunteer.id.in_(bearers.where(VolunteerNameWord.word_hash.in_(word)))
        for word in hashes_of_words(sought.name)
    ]


def _to_facts(row: Row[*tuple[Any, ...]]) -> VolunteerFacts:
    return VolunteerFacts(
        id=row.id,
        name=row.name,
        phone=PhoneNumber(e164=row.phone),
        email=row.email,
        note=row.note,
        home=row.home,
        area_id=row.area_id,
        area=row.area,
        area_name=row.area_name,
        promise=Promise(
            roles=roles_of(responds=row.responds, fetches=row.fetches, guards=row.guards),
            certificate_lapses_on=row.certificate_lapses_on,
        ),
        course_on=row.course_on,
        available=row.available,
        travel_mode=row.travel_mode,
        language=row.language,
        status=row.status,
        consent_version=row.consent_version,
        consented_at=row.consented_at,
        is_example=row.is_example,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def roles_of(*, responds: bool, fetches: bool, guards: bool) -> frozenset[Role]:
    """Return what three columns say as a set."""
    says = {Role.RESPONDER: responds, Role.FETCHER: fetches, Role.GUARDIAN: guards}
    return frozenset(role for role, will in says.items() if will)
