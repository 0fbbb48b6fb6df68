"""The desk's pages of the areas: the list, and what each is called."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Permission
from aednet.areas.borders import list_kept_borders, list_open_proposals, list_removed_areas
from aednet.areas.listing import AreaChanged, change_facts, list_page, mark_of_facts
from aednet.areas.models import AreaKind
from aednet.areas.queries import AreaFacts, find_area
from aednet.base import audit
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.errors import NotFound
from aednet.base.transactions import transaction
from aednet.desk.areas.form import FIELDS, AreaForm
from aednet.geography.shapes import to_geojson
from aednet.web.places import read_place, write_place

PAGE = 50  # areas
MOST_PROPOSALS, MOST_KEPT = 20, 10

blueprint = require(Permission.SEE)(
    Blueprint("areas", __name__, template_folder="../templates", url_prefix="/desk/smederijen")
)


@blueprint.get("")
def show_all() -> str:
    """List the areas of the caller, and what waits for an administrator."""
    caller, after = current_caller(), _place_asked_for()
    page = list_page(db.session(), area_ids=caller.area_ids, limit=PAGE, after=after)
    proposals = []
    if caller.may(Permission.CHANGE):
        proposals = list_open_proposals(db.session(), area_ids=caller.area_ids, limit=MOST_PROPOSALS)
    is_administrator = caller.may(Permission.ADMINISTER)
    return render_template(
        "desk/areas.html",
        areas=page.rows,
        after=after,
        onward=None if page.next_after is None else write_place(page.next_after),
        proposals=proposals,
        removed=list_removed_areas(db.session(), limit=MOST_KEPT) if is_administrator else [],
        done=request.args.get("gedaan"),
    )


@blueprint.get("/<slug>")
def show(slug: str) -> str:
    """Show one area, and what can be changed of it."""
    area = get_area(slug)
    return _page(area, AreaForm.of(area, seen=mark_of_facts(area)))


@blueprint.post("/<slug>")
@require(Permission.ADMINISTER)
def change(slug: str) -> ResponseReturnValue:
    """Call an area something else, or count it anew."""
    area, form, caller = get_area(slug), AreaForm.parse(request.form), current_caller()
    if form.bad:
        return _page(area, form, bad=form.bad), 422
    try:
        with transaction() as session:
            before = get_area(slug)
            if change_facts(session, before, form.values, seen=form.seen):
                changed = [name for name in FIELDS if getattr(before, name) != form.values[name]]
                audit.record(
                    session,
                    at=current().clock.now(),
                    actor=caller.actor,
                    action="area_changed",
                    subject=f"area {slug}",
                    detail={"fields": ",".join(changed)},
                )
    except AreaChanged:
        area = get_area(slug)
        return _page(area, form, now=AreaForm.of(area, seen=mark_of_facts(area))), 409
    return redirect(url_for(".show", slug=slug, gedaan="gegevens"), code=303)


def get_area(slug: str) -> AreaFacts:
    """Return an area that exists for the caller.

    Raises:
        NotFound: it does not.
    """
    area = find_area(db.session(), slug)
    if area is None or not current_caller().may_see_area(area.id):
        raise NotFound("There is no such area.")
    return area


def _page(area: AreaFacts, form: AreaForm, *, bad: tuple[str, ...] = (), now: AreaForm | None = None) -> str:
    caller, session, found = current_caller(), db.session(), dict[str, Any]()
    if caller.may(Permission.CHANGE):
        proposals = list_open_proposals(session, area_ids=[area.id], limit=MOST_PROPOSALS)
        kept = list_kept_borders(session, area.slug, limit=MOST_KEPT)
        found = {"proposals": proposals, "kept": kept}
    return render_template(
        "desk/area.html",
        area=area,
        border=to_geojson(area.shape),
        form=form,
        bad=bad,
        now=now,
        seen=mark_of_facts(area),
        kinds=AreaKind,
        done=request.args.get("gedaan"),
        **found,
    )


def _place_asked_for() -> str | None:
    text = request.args.get("na")
    return None if text is None else str(read_place(text, str)[0])
