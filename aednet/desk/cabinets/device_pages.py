"""The forms about what hangs in a cabinet: the device, and pads and battery that are replaced."""

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Permission
from aednet.areas.ground import load_ground
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.errors import InvalidValue
from aednet.cabinets import coordination
from aednet.cabinets.device_models import installed_life, years_after
from aednet.cabinets.drafts import CabinetChange
from aednet.cabinets.facts import CabinetFacts
from aednet.cabinets.history import consumables_of
from aednet.cabinets.queries import changed_at, find_device
from aednet.cabinets.replacements import replace_consumable, replace_device
from aednet.cabinets.rules import ConsumableKind
from aednet.desk.cabinets.edit_form import (
    CONSUMABLE_FIELDS,
    DEVICE_FIELDS,
    EditForm,
    Unreadable,
    written_consumable,
    written_device,
)
from aednet.desk.cabinets.edit_pages import get_changeable, store
from aednet.desk.cabinets.stale import Meanwhile, Stale, meanwhile

ANOTHER = "andere"  # what the button says by which another device hangs in the cabinet
REPLACEMENT = f"/vervangen/<any({', '.join(ConsumableKind)}):kind>"

blueprint = require(Permission.CHANGE)(
    Blueprint("device_editing", __name__, template_folder="../templates", url_prefix="/desk/kasten/<ref>")
)


@blueprint.get("/aed")
def show_device(ref: str) -> str:
    """Show what is known of the device in the form."""
    session, cabinet = db.session(), get_changeable(ref)
    form = EditForm.of_device(find_device(session, cabinet.id), changed_at(session, cabinet.id))
    return _device_form(form, cabinet)


@blueprint.post("/aed")
def put_device(ref: str) -> ResponseReturnValue:
    """Store what was typed of the device, or hang another one in its place."""
    form, cabinet, context = EditForm.parse(request.form), get_changeable(ref), current()
    now, by = context.clock.now(), current_caller()
    try:
        wanted = form.device()
        if request.form.get("stap") == ANOTHER:
            today = context.clock.today()
            store(
                ref,
                form,
                lambda session, held: replace_device(session, held, wanted, by=by, now=now, today=today),
            )
        else:
            ground = load_ground(db.session(), context.settings)
            change = CabinetChange(device=wanted)
            store(
                ref,
                form,
                lambda session, held: coordination.change(
                    session, held, change, by=by, ground=ground, now=now
                ),
            )
    except Unreadable as error:
        return _device_form(form, cabinet, bad=error.bad), 422
    except Stale:
        return _stale_device(form, ref), 409
    return redirect(url_for("desk_cabinets.show", ref=ref, gedaan="aed"), code=303)


@blueprint.get(REPLACEMENT)
def show_replacement(ref: str, kind: str) -> str:
    """Show the form for new pads or a new battery."""
    cabinet = get_changeable(ref)
    given = {"installed_on": current().clock.today().isoformat()}
    form = EditForm(given=given, based_on=changed_at(db.session(), cabinet.id).isoformat())
    return _replacement_form(form, cabinet, ConsumableKind(kind))


@blueprint.post(REPLACEMENT)
def replace(ref: str, kind: str) -> ResponseReturnValue:
    """Put new pads or a new battery in; sent twice they are put in once."""
    form, cabinet, chosen = EditForm.parse(request.form), get_changeable(ref), ConsumableKind(kind)
    clock = current().clock
    try:
        draft = form.consumable(chosen)
        store(
            ref,
            form,
            lambda session, held: replace_consumable(
                session, held, draft, by=current_caller(), now=clock.now(), today=clock.today()
            ),
        )
    except Unreadable as error:
        return _replacement_form(form, cabinet, chosen, bad=error.bad), 422
    except InvalidValue as error:
        return _replacement_form(form, cabinet, chosen, bad=dict.fromkeys(error.fields, "future")), 422
    except Stale:
        return _stale_replacement(form, ref, chosen), 409
    return redirect(url_for("desk_cabinets.show", ref=ref, gedaan="vervangen"), code=303)


def _stale_device(form: EditForm, ref: str) -> str:
    session, cabinet = db.session(), get_changeable(ref)
    changes = meanwhile(
        session,
        ref,
        based_on=form.based_on,
        stored=written_device(find_device(session, cabinet.id)),
        typed=form.given,
        names=DEVICE_FIELDS,
    )
    return _device_form(form.upon(changed_at(session, cabinet.id)), cabinet, changes=changes)


def _stale_replacement(form: EditForm, ref: str, kind: ConsumableKind) -> str:
    session, cabinet = db.session(), get_changeable(ref)
    changes = meanwhile(
        session,
        ref,
        based_on=form.based_on,
        stored=written_consumable(consumables_of(session, cabinet.id).get(kind)),
        typed=form.given,
        names=CONSUMABLE_FIELDS,
    )
    return _replacement_form(form.upon(changed_at(session, cabinet.id)), cabinet, kind, changes=changes)


def _device_form(
    form: EditForm,
    cabinet: CabinetFacts,
    *,
    bad: Mapping[str, str] | None = None,
    changes: Meanwhile | None = None,
) -> str:
    return render_template(
        "desk/cabinet_device.html",
        form=form,
        cabinet=cabinet,
        bad={name: bad[name] for name in DEVICE_FIELDS if name in bad} if bad else {},
        changes=changes,
        actor=current_caller().actor,
    )


def _replacement_form(
    form: EditForm,
    cabinet: CabinetFacts,
    kind: ConsumableKind,
    *,
    bad: Mapping[str, str] | None = None,
    changes: Meanwhile | None = None,
) -> str:
    device = find_device(db.session(), cabinet.id)
    life = installed_life(*((device.manufacturer, device.model) if device else (None, None)))
    years = life.battery_years if kind is ConsumableKind.BATTERY else life.pads_years
    return render_template(
        "desk/cabinet_replacement.html",
        form=form,
        cabinet=cabinet,
        kind=kind,
        bad={name: bad[name] for name in CONSUMABLE_FIELDS if name in bad} if bad else {},
        changes=changes,
        actor=current_caller().actor,
        years=years,
        is_of_model=life.is_of_model,
        would_expire_on=years_after(current().clock.today(), years),
    )
