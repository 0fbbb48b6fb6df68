"""The list of volunteers, whom somebody looks for in it, and one person's page."""

from datetime import datetime

from flask import Blueprint, render_template, request

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Permission
from aednet.base.context import current
from aednet.base.database import LARGEST_ID, db
from aednet.base.errors import NotFound
from aednet.base.history import EventPlace
from aednet.desk.volunteers.listing import ListQuery, offered_areas
from aednet.desk.volunteers.view import get_person, view_person
from aednet.volunteers.facts import VolunteerFacts
from aednet.volunteers.queries import Sought
from aednet.volunteers.roster import Certificate, Order, list_roster, search_roster
from aednet.volunteers.rules import Role, Shift, Status, has_current_certificate, shifts_of
from aednet.volunteers.training.rules import LAPSES_WITHIN
from aednet.web.places import read_id, read_place, write_place

PAGE = 50  # volunteers
LONGEST = 300  # characters that somebody looks for
PERSON = f"/<int(max={LARGEST_ID}):volunteer_id>"

blueprint = require(Permission.SEE_PEOPLE)(
    Blueprint("people", __name__, template_folder="../templates", url_prefix="/desk/mensen")
)


@blueprint.get("")
def show_all() -> str:
    """List the volunteers of the caller's areas, a page at a time."""
    session, caller = db.session(), current_caller()
    query = ListQuery.read(request.args, session, caller)
    page = list_roster(
        session, query.wanted(caller), today=current().clock.today(), limit=PAGE, after=query.after
    )
    return render_template(
        "desk/people.html",
        people=[_line(volunteer) for volunteer in page.rows],
        query=query,
        next_address=None if page.next_after is None else query.behind(page.next_after).address,
        first_address=query.behind(None).address,
        areas=offered_areas(session, caller),
        roles=list(Role),
        statuses=list(Status),
        certificates=list(Certificate),
        orders=list(Order),
        by_lapse=query.wanted(caller).by_lapse,
        sees_everything=caller.area_ids is None,
        has_erased="gewist" in request.args,
    )


@blueprint.post("/zoeken")
def search() -> str:
    """Find volunteers by number, address or words of the name. Whom is in the body: it names people."""
    text, after = request.form.get("wie", "").strip()[:LONGEST], request.form.get("na")
    page = search_roster(
        db.session(),
        Sought.parse(text, current().settings.country),
        area_ids=current_caller().area_ids,
        limit=PAGE,
        after=None if after is None else _number(after),
    )
    return render_template(
        "desk/people_found.html",
        people=[_line(volunteer) for volunteer in page.rows],
        text=text,
        after=after,
        next_after=page.next_after,
    )


@blueprint.get(PERSON)
def show(volunteer_id: int) -> str:
    """Show a volunteer of the caller's areas."""
    before = _event_asked_for()
    caller = current_caller()
    view = view_person(db.session(), volunteer_id, caller, today=current().clock.today(), before=before)
    volunteer = view.volunteer
    shifts = shifts_of(volunteer.available)
    return render_template(
        "desk/person.html",
        view=view,
        volunteer=volunteer,
        line=_line(volunteer),
        counts_as=[role for role in Role if role in volunteer.counts_as(current().clock.today())],
        shifts=None if shifts is None else [shift for shift in Shift if shift in shifts],
        is_always=shifts == frozenset(Shift),
        may_change=caller.may_change_area(volunteer.area_id),
        before=before,
        older=_in_address(view.history.next_after),
        done=request.args.get("gedaan"),
    )


@blueprint.get(f"{PERSON}/wissen")
@require(Permission.CHANGE)
def confirm_erasing(volunteer_id: int) -> str:
    """Ask whether a volunteer shall be erased, for that cannot be undone."""
    return render_template(
        "desk/person_erase.html", volunteer=get_person(db.session(), volunteer_id, current_caller())
    )


def _line(volunteer: VolunteerFacts) -> dict[str, object]:
    """Return a volunteer as a line of the list shows them, with how their certificate stands today."""
    today, lapses_on = current().clock.today(), volunteer.promise.certificate_lapses_on
    if lapses_on is None:
        certificate = Certificate.NONE
    elif not has_current_certificate(lapses_on, today=today):
        certificate = Certificate.LAPSED
    else:
        certificate = Certificate.SOON if lapses_on <= today + LAPSES_WITHIN else Certificate.CURRENT
    return {
        "facts": volunteer,
        "roles": [role for role in Role if role in volunteer.promise.roles],
        "certificate": certificate,
        "lapses_on": lapses_on,
    }


def _number(text: str) -> int:
    (number,) = read_place(text, read_id)
    return int(number)


def _event_asked_for() -> EventPlace | None:
    text = request.args.get("ouder")
    if text is None:
        return None
    at, own = read_place(text, datetime.fromisoformat, read_id)
    if at.tzinfo is None:
        raise NotFound("There is no such page.")
    return EventPlace(at=at, id=own)


def _in_address(place: EventPlace | None) -> str | None:
    return None if place is None else write_place(place.at.isoformat(), place.id)
