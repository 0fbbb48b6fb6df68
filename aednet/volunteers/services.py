"""Writes of the volunteers: one function a use case."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Final

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from aednet.areas.ground import Ground
from aednet.base import audit
from aednet.base.errors import Conflict, InvalidValue, NotFound
from aednet.base.revisions import Counter, hold
from aednet.base.texts import folded
from aednet.geography.points import LatLon
from aednet.volunteers.arrivals import Registrar, add_volunteers, new_volunteer, words_of
from aednet.volunteers.changes import check_course, columns_of, moved_home, set_columns
from aednet.volunteers.departures import erase_elsewhere, say_farewell
from aednet.volunteers.drafts import VolunteerChange, VolunteerDraft
from aednet.volunteers.keys import hashes_of_phone
from aednet.volunteers.models import ConsentEvent, Volunteer, VolunteerNameWord
from aednet.volunteers.queries import is_number, lives_within
from aednet.volunteers.rules import ConsentKind, ConsentWay, Status, may_become
from aednet.volunteers.training.bookings import Booker, give_up_seats
from aednet.volunteers.training.courses import keep_course

THEMSELVES: Final = Registrar(actor="public", way=ConsentWay.JOIN_PAGE, status=Status.NEW, within=None)


def register_volunteer(
    session: Session, draft: VolunteerDraft, *, by: Registrar, ground: Ground, now: datetime, today: date
) -> int:
    """Add a volunteer and what they consented to. Returns their number.

    Whoever is registered already by the same mobile number and name, where the registrar may see it and
    unless they left, stays as they are. Another name may share the number.

    Raises:
        OutsideExtent: they live outside the network.
        InvalidValue: they live outside the registrar's areas, or their course is yet to be.
    """
    check_course(draft.course_on, today=today)
    area_id = _area_id(draft.home, by=by, ground=ground)
    hold(session, Counter.VOLUNTEERS)  # or two that arrive together would both find nobody
    known = _same_person(session, draft, within=by.within)
    if known is not None:
        _record(session, known, "registration_repeated", by=by, now=now)
        return known
    volunteer = new_volunteer(draft, area_id, by=by, now=now)
    add_volunteers(session, [volunteer], way=by.way, by=by.actor)
    _record(session, volunteer.id, "volunteer_registered", by=by, now=now)
    return volunteer.id


def erase_volunteer(session: Session, volunteer_id: int, *, by: Registrar, now: datetime) -> None:
    """Erase whoever asks for it: their row, the words of their name, what they looked after, their messages.

    What stays is that somebody with this number consented and withdrew; numbers are never given again.

    Raises:
        NotFound: there is no such volunteer in the registrar's areas.
    """
    give_up_seats(session, volunteer_id, by=Booker(actor=by.actor, within=by.within), now=now)
    volunteer = _get(session, volunteer_id, by=by)
    if volunteer.status is not Status.LEFT:
        note_consent(session, volunteer, ConsentKind.WITHDRAWN, way=by.way, now=now)
    say_farewell(session, volunteer_id, actor=by.actor, now=now)
    erase_elsewhere(session, volunteer_id, actor=by.actor, now=now)
    _record(session, volunteer_id, "volunteer_erased", by=by, now=now)
    session.delete(volunteer)
    session.flush()


def change_volunteer(
    session: Session,
    volunteer_id: int,
    change: VolunteerChange,
    *,
    by: Registrar,
    ground: Ground,
    now: datetime,
    today: date,
    known_versions: Collection[str] | None = None,
) -> bool:
    """Set what a change names of a volunteer. Returns whether anything differed.

    `known_versions` are the states from which the change may start, None for any.
    Who is set to have left has withdrawn their consent, and looks after nothing any longer.

    Raises:
        NotFound: there is no such volunteer in the registrar's areas.
        Conflict: somebody else changed them meanwhile, or their status cannot follow.
        OutsideExtent: their new home lies outside the network.
        InvalidValue: it lies outside the registrar's areas, or their course is yet to be.
    """
    if change.status is Status.LEFT:  # before they are held, in the order in which bookings hold
        give_up_seats(session, volunteer_id, by=Booker(actor=by.actor, within=by.within), now=now)
    volunteer = _get(session, volunteer_id, by=by)
    if known_versions is not None and volunteer.updated_at.isoformat() not in known_versions:
        raise Conflict("The volunteer was changed meanwhile: read again, and then change.")
    values = {name: getattr(change, name) for name in change.model_fields_set}
    if not may_become(volunteer.status, values.get("status", volunteer.status)):
        raise Conflict("Who has left registers anew, and nobody becomes new again.")
    check_course(values.get("course_on"), today=today)
    home = moved_home(volunteer.home, values)
    if home is not None:
        values |= {"home": home, "area_id": _area_id(home, by=by, ground=ground)}
    differing = set_columns(volunteer, columns_of(values))
    if not differing:
        return False
    volunteer.updated_at = now
    if "name" in differing:
        session.execute(delete(VolunteerNameWord).where(VolunteerNameWord.volunteer_id == volunteer.id))
        session.execute(insert(VolunteerNameWord), words_of(volunteer))
    if "status" in differing and volunteer.status is Status.LEFT:
        note_consent(session, volunteer, ConsentKind.WITHDRAWN, way=by.way, now=now)
        say_farewell(session, volunteer.id, actor=by.actor, now=now)
    if "course_on" in differing and volunteer.course_on is not None:
        keep_course(session, volunteer.id, volunteer.course_on, by=by.actor, now=now)
    session.flush()
    _record(session, volunteer.id, "volunteer_changed", by=by, now=now, fields=differing)
    return True


def note_consent(
    session: Session, volunteer: Volunteer, kind: ConsentKind, *, way: ConsentWay, now: datetime
) -> None:
    """Write down what a volunteer said about the keeping of their data, or about messages."""
    session.add(
        ConsentEvent(volunteer_id=volunteer.id, version=volunteer.consent_version, kind=kind, way=way, at=now)
    )
    session.flush()


def _area_id(home: LatLon, *, by: Registrar, ground: Ground) -> int | None:
    area_id = ground.area_id_at(home)
    if by.within is not None and area_id not in by.within:
        advice = "lies outside your areas"
        raise InvalidValue(f"The home {advice}.", fields={"lat": advice, "lon": advice})
    return area_id


def _same_person(session: Session, draft: VolunteerDraft, *, within: frozenset[int] | None) -> int | None:
    sharing = session.execute(
        select(Volunteer.id, Volunteer.name)
        .where(
            Volunteer.phone_hash.in_(hashes_of_phone(draft.phone)),
            Volunteer.status != Status.LEFT,
            lives_within(within),
        )
        .order_by(Volunteer.id)
    )
    return next((own for own, name in sharing if folded(name) == folded(draft.name)), None)


def _get(session: Session, volunteer_id: int, *, by: Registrar) -> Volunteer:
    volunteer = session.scalar(
        select(Volunteer).where(is_number(volunteer_id), lives_within(by.within)).with_for_update()
    )
    if volunteer is None:
        raise NotFound("There is no such volunteer.")
    return volunteer


def _record(
    session: Session,
    volunteer_id: int,
    action: str,
    *,
    by: Registrar,
    now: datetime,
    fields: Collection[str] = (),
) -> None:
    audit.record(
        session,
        at=now,
        actor=by.actor,
        action=action,
        subject=f"volunteer {volunteer_id}",
        detail={"fields": ", ".join(sorted(fields))} if fields else None,
    )
