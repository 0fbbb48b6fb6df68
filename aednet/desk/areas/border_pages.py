"""The desk's pages of the borders: drawn, proposed, looked at, confirmed."""

import json

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from shapely.geometry.base import BaseGeometry

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Permission
from aednet.areas.borders import (
    AlreadyDecided,
    BordersChanged,
    ProposalFacts,
    add_proposal,
    decide_proposal,
    find_proposal,
    get_kept_border,
    mark_of,
)
from aednet.areas.models import AreaKind
from aednet.areas.queries import AreaFacts, find_area, list_areas, network_extent
from aednet.areas.services import AreaDraft
from aednet.base import audit
from aednet.base.context import current
from aednet.base.database import LARGEST_ID, db
from aednet.base.errors import NotFound
from aednet.base.transactions import transaction
from aednet.desk.areas import changes
from aednet.desk.areas.form import AreaForm, slug_of
from aednet.exchange.border_in import BorderFault, InvalidBorder, read_border
from aednet.geography.projection import Projection
from aednet.geography.shapes import to_geojson

PROPOSAL = f"/<int(max={LARGEST_ID}):proposal_id>"
LONGEST_SOURCE = 200
PROPOSED = "proposal"  # the source of a border that nobody put a name to
LARGEST_SHOWN = 200_000  # characters of a text that is no border and is shown again

blueprint = require(Permission.CHANGE)(
    Blueprint("borders", __name__, template_folder="../templates", url_prefix="/desk/grenzen")
)


@blueprint.get("/smederij/<slug>")
def draw(slug: str) -> str:
    """Show the border of an area, to be drawn anew."""
    area = _get_area(slug)
    return _drawing(area, text=json.dumps(to_geojson(area.shape)))


@blueprint.post("/smederij/<slug>")
def propose(slug: str) -> ResponseReturnValue:
    """Take in a border that somebody drew, and lead on to what it would change."""
    area, text = _get_area(slug), _typed_border()
    source = request.form.get("boundary_source", "").strip()[:LONGEST_SOURCE]
    if request.form.get("seen") != mark_of([area]):
        return _drawing(area, text=text, source=source, is_stale=True), 409
    try:
        shape = _read(text)
    except InvalidBorder as error:
        return _drawing(area, text=text, source=source, fault=error.fault), 422
    form = AreaForm.of(area, seen="")
    draft = AreaDraft(slug=slug, shape=shape, **dict(form.values) | {"boundary_source": source or PROPOSED})
    return _keep(draft, area_id=area.id)


@blueprint.post(f"/eerder/<int(max={LARGEST_ID}):kept_id>")
def propose_again(kept_id: int) -> ResponseReturnValue:
    """Propose what an area was before, so that a mistake is undone the way it was made."""
    kept = get_kept_border(db.session(), kept_id)
    area = find_area(db.session(), kept.draft.slug)
    caller = current_caller()
    if not (caller.may(Permission.ADMINISTER) if area is None else caller.may_change_area(area.id)):
        raise NotFound("There is no such border.")
    return _keep(kept.draft, area_id=None if area is None else area.id)


@blueprint.get("/nieuw")
@require(Permission.ADMINISTER)
def draw_new() -> str:
    """Show the form of an area that is to be."""
    return _new(AreaForm(kind=AreaKind.NEIGHBOURHOOD))


@blueprint.post("/nieuw")
@require(Permission.ADMINISTER)
def propose_new() -> ResponseReturnValue:
    """Take in an area that is to be, and lead on to what it would change."""
    form, text = AreaForm.parse(request.form), _typed_border()
    slug = slug_of(form.name)
    bad = dict.fromkeys(form.bad, "invalid")
    if "name" not in bad and not slug:
        bad["name"] = "invalid"
    if slug and find_area(db.session(), slug) is not None:
        bad["name"] = "taken"
    try:
        shape = _read(text)
    except InvalidBorder as error:
        return _new(form, text=text, bad=bad, fault=error.fault), 422
    if bad:
        return _new(form, text=text, bad=bad), 422
    return _keep(AreaDraft(slug=slug, shape=shape, **form.values), area_id=None)


@blueprint.get(PROPOSAL)
def show(proposal_id: int) -> str:
    """Show a border that somebody proposed, and what it would change."""
    return _proposal(_get_proposal(proposal_id))


@blueprint.post(f"{PROPOSAL}/bevestigen")
@require(Permission.ADMINISTER)
def confirm(proposal_id: int) -> ResponseReturnValue:
    """Give the area that border; cabinets and volunteers move with it."""
    proposal = _get_proposal(proposal_id)
    try:
        with transaction() as session:
            changes.confirm_proposal(
                session,
                proposal_id,
                seen=request.form.get("seen", ""),
                by=current_caller(),
                projection=_projection(),
                now=current().clock.now(),
            )
    except AlreadyDecided:
        return redirect(url_for(".show", proposal_id=proposal_id), code=303)
    except (BordersChanged, changes.CannotChange) as error:
        return _proposal(proposal, refused=error.code), 409
    return redirect(url_for("areas.show", slug=proposal.slug, gedaan="grens"), code=303)


@blueprint.post(f"{PROPOSAL}/afwijzen")
@require(Permission.ADMINISTER)
def decline(proposal_id: int) -> ResponseReturnValue:
    """Leave the border as it is."""
    proposal, caller, now = _get_proposal(proposal_id), current_caller(), current().clock.now()
    try:
        with transaction() as session:
            decide_proposal(session, proposal_id, is_confirmed=False, by=caller.actor, now=now)
            audit.record(
                session,
                at=now,
                actor=caller.actor,
                action="border_declined",
                subject=f"area {proposal.slug}",
                detail={"proposal": str(proposal_id)},
            )
    except AlreadyDecided:
        return redirect(url_for(".show", proposal_id=proposal_id), code=303)
    return redirect(url_for("areas.show_all", gedaan="afgewezen"), code=303)


@blueprint.get("/smederij/<slug>/weg")
@require(Permission.ADMINISTER)
def ask_to_remove(slug: str) -> str:
    """Show what would change if an area were there no more."""
    return _removal(_get_area(slug))


@blueprint.post("/smederij/<slug>/weg")
@require(Permission.ADMINISTER)
def remove(slug: str) -> ResponseReturnValue:
    """Remove an area."""
    area = _get_area(slug)
    try:
        with transaction() as session:
            changes.remove(
                session,
                slug,
                seen=request.form.get("seen", ""),
                by=current_caller(),
                projection=_projection(),
                now=current().clock.now(),
            )
    except BordersChanged as error:
        return _removal(area, refused=error.code), 409
    return redirect(url_for("areas.show_all", gedaan="weg"), code=303)


def _get_area(slug: str) -> AreaFacts:
    area = find_area(db.session(), slug)
    if area is None or not current_caller().may_change_area(area.id):
        raise NotFound("There is no such area.")
    return area


def _get_proposal(proposal_id: int) -> ProposalFacts:
    proposal = find_proposal(db.session(), proposal_id)
    if proposal is None or not current_caller().may_see_area(proposal.area_id):
        raise NotFound("There is no such proposal.")
    return proposal


def _typed_border() -> str:
    """Return the text of the file that was sent along, else of the field."""
    file = request.files.get("file")
    if file is not None and file.filename:
        sent: bytes = file.read()
        return sent.decode("utf-8", errors="replace")
    return request.form.get("border", "")


def _read(text: str) -> BaseGeometry:
    settings, projection = current().settings, _projection()
    extent = network_extent(settings, list_areas(db.session()), projection)
    return read_border(text, projection=projection, extent=extent)


def _projection() -> Projection:
    return Projection.named(current().settings.projection)


def _keep(draft: AreaDraft, *, area_id: int | None) -> ResponseReturnValue:
    caller, now = current_caller(), current().clock.now()
    with transaction() as session:
        proposal_id, is_new = add_proposal(session, draft, area_id=area_id, by=caller.actor, now=now)
        if is_new:
            audit.record(
                session,
                at=now,
                actor=caller.actor,
                action="border_proposed",
                subject=f"area {draft.slug}",
                detail={"proposal": str(proposal_id)},
            )
    return redirect(url_for(".show", proposal_id=proposal_id), code=303)


def _drawing(
    area: AreaFacts,
    *,
    text: str,
    source: str = "",
    fault: BorderFault | None = None,
    is_stale: bool = False,
) -> str:
    return render_template(
        "desk/border.html",
        area=area,
        text=text[:LARGEST_SHOWN],
        before=to_geojson(area.shape),
        source=source,
        fault=fault,
        is_stale=is_stale,
        seen=mark_of([area]),
    )


def _new(
    form: AreaForm,
    *,
    text: str = "",
    bad: dict[str, str] | None = None,
    fault: BorderFault | None = None,
) -> str:
    return render_template(
        "desk/area_new.html", form=form, text=text[:LARGEST_SHOWN], bad=bad or {}, fault=fault, kinds=AreaKind
    )


def _proposal(proposal: ProposalFacts, *, refused: str | None = None) -> str:
    area = find_area(db.session(), proposal.slug)
    is_open = proposal.decided_at is None
    return render_template(
        "desk/border_proposal.html",
        proposal=proposal,
        after=to_geojson(proposal.shape),
        before=None if area is None else to_geojson(area.shape),
        preview=changes.preview_border(db.session(), proposal.draft, _projection()) if is_open else None,
        refused=refused,
    )


def _removal(area: AreaFacts, *, refused: str | None = None) -> str:
    preview = changes.preview_removal(db.session(), area.slug, _projection())
    return render_template("desk/area_remove.html", area=area, preview=preview, refused=refused)
