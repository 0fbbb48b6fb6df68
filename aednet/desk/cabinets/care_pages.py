"""The pages on which a cabinet is cared for: inspection with photo, what is amiss, and after a use."""

from collections.abc import Collection, Mapping

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Permission
from aednet.base.context import current
from aednet.base.database import LARGEST_ID, db
from aednet.base.errors import InvalidValue, NotFound
from aednet.base.transactions import transaction
from aednet.cabinets.care.after_use import PathClosed, StepTooEarly, begin_after_use, tick, was_not_used
from aednet.cabinets.care.checklist import asked_on
from aednet.cabinets.care.drafts import ChecklistDraft
from aednet.cabinets.care.inspections import DatesChanged, keep_photo, log_checklist, remedy
from aednet.cabinets.care.photos import LARGEST_PHOTO, InvalidPhoto, clean_photo
from aednet.cabinets.care.queries import find_photo
from aednet.cabinets.care.recovery import Step
from aednet.cabinets.coordination import hold_cabinet
from aednet.cabinets.queries import find_device
from aednet.desk.cabinets.care import get_own, view_care
from aednet.desk.cabinets.care_form import FIELDS, InspectionForm, Unreadable
from aednet.desk.cabinets.use_form import NoDate, UseForm

# Twice a photo, so that one which is somewhat too large gets an answer beside its field, and nothing is lost.
LARGEST_INSPECTION = 2 * LARGEST_PHOTO

blueprint = require(Permission.CHANGE)(
    Blueprint("care", __name__, template_folder="../templates", url_prefix="/desk/kasten/<ref>")
)


@blueprint.get("/controle")
def show_checklist(ref: str) -> str:
    """Show the checklist of an inspection."""
    cabinet, today = get_own(ref), current().clock.today()
    return _checklist(ref, InspectionForm.blank(find_device(db.session(), cabinet.id), today=today))


@blueprint.post("/controle")
def inspect(ref: str) -> ResponseReturnValue:
    """Log an inspection; sent twice it is logged once."""
    request.max_content_length = LARGEST_INSPECTION
    form = InspectionForm.parse(request.form)
    get_own(ref)
    try:
        draft = form.draft()
    except Unreadable as error:
        return _checklist(ref, form, bad=error.bad), 422
    try:
        photo = _sent_photo()
        _log(ref, draft, photo)
    except InvalidValue as error:
        return _checklist(ref, form, bad=error.fields), 422
    except DatesChanged as error:
        device = find_device(db.session(), get_own(ref).id)
        return _checklist(ref, form.showing(device), bad=dict.fromkeys(error.fields, "changed")), 409
    return _back(ref, done="controle")


@blueprint.get(f"/controle/<int(max={LARGEST_ID}):inspection_id>/foto")
@require(Permission.SEE)
def photo(ref: str, inspection_id: int) -> Response:
    """Hand out the photo of an inspection to whoever may see the cabinet."""
    image = find_photo(db.session(), get_own(ref).id, inspection_id)
    if image is None:
        raise NotFound("There is no such photo.")
    return Response(image, mimetype="image/jpeg")


@blueprint.post(f"/bevinding/<int(max={LARGEST_ID}):finding_id>/verholpen")
def tick_off(ref: str, finding_id: int) -> ResponseReturnValue:
    """Note that something amiss is remedied."""
    with transaction() as session:
        cabinet = hold_cabinet(session, ref, by=current_caller())
        remedy(session, cabinet, finding_id, actor=current_caller().actor, now=current().clock.now())
    return _back(ref, done="verholpen")


@blueprint.get("/na-gebruik")
def show_use(ref: str) -> str:
    """Show the path of an AED that was used."""
    return _use(ref)


@blueprint.post("/na-gebruik")
def begin_use(ref: str) -> ResponseReturnValue:
    """Note that the AED was used; noted twice, it is so once."""
    with transaction() as session:
        cabinet = hold_cabinet(session, ref, by=current_caller())
        begin_after_use(session, cabinet, actor=current_caller().actor, now=current().clock.now())
    return redirect(url_for(".show_use", ref=ref), code=303)


@blueprint.post(f"/na-gebruik/<int(max={LARGEST_ID}):path_id>")
def take_steps(ref: str, path_id: int) -> ResponseReturnValue:
    """Note which steps were done, all of them or none."""
    form = UseForm.parse(request.form)
    get_own(ref)
    if not form.steps:
        return _use(ref, form, refused="nothing"), 422
    try:
        dates = form.dates()
    except NoDate as error:
        return _use(ref, form, bad=error.bad), 422
    clock, actor = current().clock, current_caller().actor
    try:
        with transaction() as session:
            cabinet = hold_cabinet(session, ref, by=current_caller())
            for step, expires_on in dates.items():
                tick(
                    session,
                    cabinet,
                    path_id,
                    step,
                    actor=actor,
                    now=clock.now(),
                    today=clock.today(),
                    expires_on=expires_on,
                )
    except (PathClosed, StepTooEarly) as error:
        return _use(ref, form, refused=error.code), 409
    return redirect(url_for(".show_use", ref=ref, gedaan="stappen"), code=303)


@blueprint.post(f"/na-gebruik/<int(max={LARGEST_ID}):path_id>/niet-gebruikt")
def end_unused(ref: str, path_id: int) -> ResponseReturnValue:
    """End the path of an AED that was not used after all."""
    try:
        with transaction() as session:
            cabinet = hold_cabinet(session, ref, by=current_caller())
            was_not_used(session, cabinet, path_id, actor=current_caller().actor, now=current().clock.now())
    except PathClosed as error:
        return _use(ref, refused=error.code), 409
    return redirect(url_for(".show_use", ref=ref), code=303)


def _log(ref: str, draft: ChecklistDraft, photo: bytes | None) -> None:
    clock, actor = current().clock, current_caller().actor
    with transaction() as session:
        cabinet = hold_cabinet(session, ref, by=current_caller())
        logged = log_checklist(session, cabinet, draft, actor=actor, now=clock.now(), today=clock.today())
        if photo is not None:
            keep_photo(session, logged.inspection_id, photo, now=clock.now())


def _sent_photo() -> bytes | None:
    """Return the photo that came with a form, made anew, or None where none did.

    Raises:
        InvalidPhoto: it cannot be used.
    """
    sent = request.files.get("photo")
    if sent is None or not sent.filename:
        return None
    read = sent.stream.read(LARGEST_PHOTO + 1)
    if not read:
        raise InvalidPhoto("unreadable")
    return clean_photo(read)


def _checklist(ref: str, form: InspectionForm, *, bad: Mapping[str, str] | None = None) -> str:
    found = bad or {}
    return render_template(
        "desk/inspection.html",
        cabinet=get_own(ref),
        form=form,
        items=asked_on(current().clock.today()),
        bad={name: found[name] for name in FIELDS if name in found},
        had_photo=bool(request.files),
    )


def _use(
    ref: str,
    form: UseForm | None = None,
    *,
    bad: Collection[Step] = (),
    refused: str | None = None,
) -> str:
    cabinet = get_own(ref)
    care = view_care(db.session(), cabinet, current_caller(), current().clock.today())
    return render_template(
        "desk/after_use.html",
        cabinet=cabinet,
        care=care,
        steps=list(Step),
        form=form or UseForm(),
        bad=bad,
        refused=refused,
        has_saved=request.args.get("gedaan") == "stappen",
    )


def _back(ref: str, *, done: str) -> ResponseReturnValue:
    return redirect(url_for("desk_cabinets.show", ref=ref, gedaan=done, _anchor="zorg"), code=303)
