"""The forms with which coordinators bring cabinets in, change them, and let them go."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Permission
from aednet.areas.ground import load_ground
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.errors import InvalidValue, NotFound
from aednet.base.revisions import Counter, hold
from aednet.base.texts import folded
from aednet.base.transactions import transaction
from aednet.cabinets import coordination
from aednet.cabinets.facts import CabinetFacts
from aednet.cabinets.hours.spoken import hours_in_words
from aednet.cabinets.hours.syntax import is_readable
from aednet.cabinets.hours.text import normalise_hours
from aednet.cabinets.known import NamedPlace, known_at
from aednet.cabinets.models import Cabinet
from aednet.cabinets.queries import changed_at
from aednet.cabinets.rules import Access, Status
from aednet.cabinets.schemas import CabinetRegistration
from aednet.cabinets.services import RefTaken, next_ref
from aednet.desk.cabinets.care import get_own
from aednet.desk.cabinets.edit_form import (
    CABINET_FIELDS,
    CHANGE_FIELDS,
    EditForm,
    Unreadable,
    written_cabinet,
)
from aednet.desk.cabinets.stale import Meanwhile, Stale, meanwhile

SENT_TWICE_WITHIN = timedelta(minutes=10)  # a second tap, or a page that was slow
READ = "lees"  # what the button says that only reads the opening hours; all else stores

blueprint = require(Permission.CHANGE)(
    Blueprint("cabinet_editing", __name__, template_folder="../templates", url_prefix="/desk/kasten")
)


class Double(Exception):
    """There is such a cabinet there already."""


@blueprint.get("/nieuw")
def new() -> str:
    """Show the empty form."""
    return _form(EditForm(given={"status": Status.IN_SERVICE}), None)


@blueprint.post("/nieuw")
def register() -> ResponseReturnValue:
    """Add a cabinet to the caller's areas; sent twice it is added once."""
    form = EditForm.parse(request.form)
    if request.form.get("stap") == READ:
        return _form(form, None)
    try:
        ref = _register(form.registration())
    except Unreadable as error:
        return _form(form, None, bad=error.bad), 422
    except InvalidValue as error:
        return _form(form, None, bad=dict.fromkeys(error.fields, "outside")), 422
    except RefTaken:
        return _form(form, None, bad={"ref": "taken"}), 422
    except Double:
        return _form(form, None, bad={"name": "double"}), 422
    return redirect(url_for("desk_cabinets.show", ref=ref, gedaan="nieuw"), code=303)


@blueprint.get("/<ref>/wijzigen")
def edit(ref: str) -> str:
    """Show the facts of a cabinet in the form."""
    cabinet = get_changeable(ref)
    return _form(EditForm.of_cabinet(cabinet, changed_at(db.session(), cabinet.id)), cabinet)


@blueprint.post("/<ref>/wijzigen")
def change(ref: str) -> ResponseReturnValue:
    """Store what was typed, unless somebody else changed the cabinet meanwhile."""
    form, cabinet = EditForm.parse(request.form), get_changeable(ref)
    if request.form.get("stap") == READ:
        return _form(form, cabinet)
    try:
        wanted = form.change()
        ground = load_ground(db.session(), current().settings)
        store(
            ref,
            form,
            lambda session, held: coordination.change(
                session, held, wanted, by=current_caller(), ground=ground, now=current().clock.now()
            ),
        )
    except Unreadable as error:
        return _form(form, cabinet, bad=error.bad), 422
    except InvalidValue as error:
        return _form(form, cabinet, bad=dict.fromkeys(error.fields, "outside")), 422
    except Stale:
        return _stale(form, ref), 409
    return redirect(url_for("desk_cabinets.show", ref=ref, gedaan="gewijzigd"), code=303)


@blueprint.get("/<ref>/vervallen")
def confirm_retiring(ref: str) -> str:
    """Ask whether a cabinet shall go, for the public will not see it any more."""
    cabinet = get_changeable(ref)
    return _retiring(cabinet, EditForm.of_cabinet(cabinet, changed_at(db.session(), cabinet.id)))


@blueprint.post("/<ref>/vervallen")
def retire(ref: str) -> ResponseReturnValue:
    """Retire a cabinet, unless somebody else changed it meanwhile. Once more does no harm."""
    form, cabinet = EditForm.parse(request.form), get_changeable(ref)
    try:
        store(
            ref,
            form,
            lambda session, held: coordination.retire(
                session, held, by=current_caller(), now=current().clock.now()
            ),
        )
    except Stale:
        cabinet = get_changeable(ref)
        fresh = EditForm.of_cabinet(cabinet, changed_at(db.session(), cabinet.id))
        changes = meanwhile(db.session(), ref, based_on=form.based_on, stored={}, typed={}, names=())
        return _retiring(cabinet, fresh, changes=changes), 409
    return redirect(url_for("desk_cabinets.show", ref=ref, gedaan="vervallen"), code=303)


def get_changeable(ref: str) -> CabinetFacts:
    """Return a cabinet that whoever asks may change.

    Raises:
        NotFound: there is none in their areas.
    """
    cabinet = get_own(ref)
    if not current_caller().may_change_area(cabinet.area_id):
        raise NotFound(f"There is no cabinet {ref}.")
    return cabinet


def store(ref: str, form: EditForm, act: Callable[[Session, Cabinet], bool]) -> None:
    """Do to a cabinet what a form asks. What is so already, because it was sent twice, is done.

    Raises:
        Stale: the cabinet was changed since the form was shown; nothing is stored.
    """
    with transaction() as session:
        cabinet = coordination.hold_cabinet(session, ref, by=current_caller())
        was_known = form.is_based_on(cabinet.updated_at)
        if act(session, cabinet) and not was_known:
            raise Stale


def _register(registration: CabinetRegistration) -> str:
    """Add a cabinet. Returns its reference, or that of the one that was added just before."""
    now = current().clock.now()
    with transaction() as session:
        hold(session, Counter.NETWORK)  # or two of the same, sent at once, would both find none
        place = NamedPlace(matching_name=folded(registration.name), position=registration.position)
        for known in known_at(session, [place]):
            if session.get_one(Cabinet, known.id).created_at > now - SENT_TWICE_WITHIN:
                return known.ref
            raise Double
        ref = registration.ref or next_ref(session, current().settings.ref_prefix)
        coordination.register(
            session,
            registration,
            ref=ref,
            device=None,
            by=current_caller(),
            ground=load_ground(session, current().settings),
            now=now,
        )
    return ref


def _stale(form: EditForm, ref: str) -> str:
    """Show what was typed beside what is stored by now; sent again, it goes before that."""
    session, cabinet = db.session(), get_changeable(ref)
    changes = meanwhile(
        session,
        ref,
        based_on=form.based_on,
        stored=written_cabinet(cabinet),
        typed=form.given,
        names=CHANGE_FIELDS,
    )
    return _form(form.upon(changed_at(session, cabinet.id)), cabinet, changes=changes)


def _form(
    form: EditForm,
    cabinet: CabinetFacts | None,
    *,
    bad: Mapping[str, str] | None = None,
    changes: Meanwhile | None = None,
) -> str:
    return render_template(
        "desk/cabinet_form.html",
        form=form,
        cabinet=cabinet,
        bad={name: bad[name] for name in CABINET_FIELDS if name in bad} if bad else {},
        changes=changes,
        actor=current_caller().actor,
        statuses=[
            status
            for status in Status
            if status is not Status.RETIRED or (cabinet is not None and cabinet.status is Status.RETIRED)
        ],
        accesses=list(Access),
        **_hours(form.given.get("opening_hours", "")),
    )


def _hours(text: str) -> dict[str, Any]:
    """Return what is read from opening hours as they were typed."""
    read = normalise_hours(text) if text else ""
    is_read = is_readable(read)
    return {"hours": hours_in_words(read) if is_read else [], "hours_are_read": is_read}


def _retiring(cabinet: CabinetFacts, form: EditForm, *, changes: Meanwhile | None = None) -> str:
    return render_template(
        "desk/cabinet_retire.html",
        cabinet=cabinet,
        form=form,
        changes=changes,
        actor=current_caller().actor,
    )
