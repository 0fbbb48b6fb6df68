"""The forms with which coordinators bring volunteers in, change them, and let them go."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Caller, Permission
from aednet.areas.ground import load_ground
from aednet.areas.queries import list_areas
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.errors import Conflict, InvalidValue, NotFound
from aednet.base.transactions import transaction
from aednet.desk.volunteers.form import Faulty, PersonForm, understand_change, understand_new
from aednet.desk.volunteers.pages import PERSON
from aednet.desk.volunteers.view import get_person
from aednet.geography.shipped import CREDIT
from aednet.volunteers import services
from aednet.volunteers.arrivals import Registrar
from aednet.volunteers.drafts import VolunteerChange
from aednet.volunteers.facts import VolunteerFacts
from aednet.volunteers.rules import ConsentWay, Language, Role, Shift, Status, TravelMode, shifts_of

STEPS = {"meedoen": Status.ACTIVE, "pauze": Status.PAUSED, "gestopt": Status.LEFT}

blueprint = require(Permission.CHANGE)(
    Blueprint("people_editing", __name__, template_folder="../templates", url_prefix="/desk/mensen")
)


@blueprint.get("/nieuw")
def new() -> str:
    """Show the empty form."""
    return _form(PersonForm(), None)


@blueprint.post("/nieuw")
def register() -> ResponseReturnValue:
    """Register somebody who told the caller that their data may be kept."""
    form, today = PersonForm.parse(request.form), current().clock.today()
    areas, ground = list_areas(db.session()), load_ground(db.session(), current().settings)
    try:
        draft = understand_new(form, areas=areas, ground=ground, today=today)
        with transaction() as session:
            volunteer_id = services.register_volunteer(
                session,
                draft,
                by=registrar(current_caller()),
                ground=ground,
                now=current().clock.now(),
                today=today,
            )
    except Faulty as faulty:
        return _form(form, None, bad=faulty.bad), 422
    except InvalidValue:
        return _form(form, None, bad={"place": "foreign"}), 422
    return redirect(url_for("people.show", volunteer_id=volunteer_id, gedaan="nieuw"), code=303)


@blueprint.get(f"{PERSON}/wijzigen")
def edit(volunteer_id: int) -> str:
    """Show what is known of a volunteer in the form."""
    volunteer = get_person(db.session(), volunteer_id, current_caller())
    return _form(PersonForm.of(volunteer), volunteer)


@blueprint.post(f"{PERSON}/wijzigen")
def change(volunteer_id: int) -> ResponseReturnValue:
    """Store what was typed, unless somebody else changed the volunteer meanwhile."""
    form, caller, today = PersonForm.parse(request.form), current_caller(), current().clock.today()
    volunteer = get_person(db.session(), volunteer_id, caller)
    areas, ground = list_areas(db.session()), load_ground(db.session(), current().settings)
    try:
        changes = understand_change(form, volunteer, areas=areas, ground=ground, today=today)
        with transaction() as session:
            services.change_volunteer(
                session,
                volunteer_id,
                changes,
                by=registrar(caller),
                ground=ground,
                now=current().clock.now(),
                today=today,
                known_versions={form.version},
            )
    except Faulty as faulty:
        return _form(form, volunteer, bad=faulty.bad), 422
    except InvalidValue:
        return _form(form, volunteer, bad={"place": "foreign"}), 422
    except Conflict:
        return _stale(form, volunteer_id)
    return redirect(url_for("people.show", volunteer_id=volunteer_id, gedaan="gewijzigd"), code=303)


@blueprint.post(f"{PERSON}/stand")
def move_on(volunteer_id: int) -> ResponseReturnValue:
    """Let somebody take part, be away for a while, or leave."""
    step = request.form.get("stap", "")
    if step not in STEPS:
        raise NotFound("There is no such step.")
    clock = current().clock
    with transaction() as session:
        services.change_volunteer(
            session,
            volunteer_id,
            VolunteerChange(status=STEPS[step]),
            by=registrar(current_caller()),
            ground=load_ground(session, current().settings),
            now=clock.now(),
            today=clock.today(),
        )
    return redirect(url_for("people.show", volunteer_id=volunteer_id, gedaan=step), code=303)


@blueprint.post(f"{PERSON}/wissen")
def erase(volunteer_id: int) -> ResponseReturnValue:
    """Erase a volunteer and all that is kept of them."""
    with transaction() as session:
        services.erase_volunteer(
            session, volunteer_id, by=registrar(current_caller()), now=current().clock.now()
        )
    return redirect(url_for("people.show_all", gewist=1), code=303)


def registrar(caller: Caller) -> Registrar:
    """Return what a caller is to the volunteers' services: who brings in people that take part at once."""
    return Registrar(
        actor=caller.actor, way=ConsentWay.COORDINATOR, status=Status.ACTIVE, within=caller.area_ids
    )


def _stale(form: PersonForm, volunteer_id: int) -> ResponseReturnValue:
    """Show what is stored by now beside what was typed, so that saving again is a choice."""
    volunteer = get_person(db.session(), volunteer_id, current_caller())
    return _form(form, volunteer, stored=PersonForm.of(volunteer)), 409


def _form(
    form: PersonForm,
    volunteer: VolunteerFacts | None,
    *,
    bad: dict[str, str] | None = None,
    stored: PersonForm | None = None,
) -> str:
    return render_template(
        "desk/person_form.html",
        form=form,
        volunteer=volunteer,
        bad=bad or {},
        stored=stored,
        differing=frozenset() if stored is None else form.differences(stored),
        version=(stored or form).version,
        own_words=None if volunteer is None or shifts_of(volunteer.available) else volunteer.available,
        area_names=[area.name for area in list_areas(db.session())],
        areas_credit=CREDIT,
        roles=list(Role),
        shifts=list(Shift),
        travel_modes=list(TravelMode),
        languages=list(Language),
        today=current().clock.today(),
    )
