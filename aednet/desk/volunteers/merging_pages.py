"""The page on which a coordinator makes one of two volunteers who are the same person."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Permission
from aednet.areas.ground import load_ground
from aednet.base.context import current
from aednet.base.database import LARGEST_ID, db
from aednet.base.errors import Conflict, InvalidValue, NotFound
from aednet.base.transactions import transaction
from aednet.cabinets.guarding.guarded import list_guarded
from aednet.desk.volunteers.edit_pages import registrar
from aednet.desk.volunteers.merging import Comparison, fields_from_other, merge
from aednet.desk.volunteers.pages import PERSON
from aednet.desk.volunteers.view import get_person
from aednet.volunteers.merging import CannotMerge, Pair
from aednet.volunteers.queries import find_volunteer
from aednet.volunteers.rules import Role, Shift, shifts_of

TWO = f"{PERSON}/samenvoegen/<int(max={LARGEST_ID}):other_id>"

blueprint = require(Permission.CHANGE)(
    Blueprint("people_merging", __name__, template_folder="../templates", url_prefix="/desk/mensen")
)


@blueprint.get(TWO)
def compare(volunteer_id: int, other_id: int) -> str:
    """Show two volunteers side by side; the one named first stays."""
    return _page(volunteer_id, other_id, {})


@blueprint.post(TWO)
def make_one(volunteer_id: int, other_id: int) -> ResponseReturnValue:
    """Make one of two. Sent twice, the second finds it done."""
    caller, clock, said = current_caller(), current().clock, request.form.to_dict()
    get_person(db.session(), volunteer_id, caller)
    if volunteer_id != other_id and find_volunteer(db.session(), other_id, within=caller.area_ids) is None:
        return redirect(url_for("people.show", volunteer_id=volunteer_id), code=303)
    pair = Pair(
        keep_id=volunteer_id,
        other_id=other_id,
        keep_version=said.get("keep_version", ""),
        other_version=said.get("other_version", ""),
    )
    try:
        with transaction() as session:
            merge(
                session,
                pair,
                from_other=fields_from_other(said),
                by=registrar(caller),
                ground=load_ground(session, current().settings),
                now=clock.now(),
                today=clock.today(),
            )
    except CannotMerge:
        return _page(volunteer_id, other_id, said, refused="left"), 409
    except Conflict:
        return _page(volunteer_id, other_id, said, refused="changed"), 409
    except InvalidValue:
        return _page(volunteer_id, other_id, said, refused="notes"), 422
    return redirect(url_for("people.show", volunteer_id=volunteer_id, gedaan="samengevoegd"), code=303)


def _page(volunteer_id: int, other_id: int, said: dict[str, str], *, refused: str | None = None) -> str:
    if volunteer_id == other_id:
        raise NotFound("Nobody is compared with themselves.")
    session, caller = db.session(), current_caller()
    comparison = Comparison(
        keep=get_person(session, volunteer_id, caller), other=get_person(session, other_id, caller)
    )
    return render_template(
        "desk/people_merge.html",
        keep=comparison.keep,
        other=comparison.other,
        differing=comparison.differing,
        said=said,
        refused=refused,
        guarded=list_guarded(session, other_id, today=current().clock.today()),
        roles=list(Role),
        shifts=list(Shift),
        shifts_of=shifts_of,
    )
