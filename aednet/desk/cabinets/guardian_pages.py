"""The page of those who look after a cabinet: asking, handing over, holidays."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Permission
from aednet.base.context import current
from aednet.base.database import LARGEST_ID, db
from aednet.base.drafts import PlausibleDay
from aednet.base.errors import Conflict, InvalidValue, NotFound
from aednet.base.transactions import transaction
from aednet.cabinets.care.drafts import AbsenceDraft
from aednet.cabinets.coordination import hold_cabinet
from aednet.cabinets.guarding.absences import cancel_absence, note_absence
from aednet.cabinets.guarding.coordination import agree_hand_over, appoint, end, take_back
from aednet.cabinets.guarding.queries import list_watches
from aednet.cabinets.rules import GuardianRole
from aednet.desk.cabinets.care import get_own
from aednet.desk.cabinets.guardians import find_candidates, view_guardians
from aednet.volunteers.answers import iso_day
from aednet.volunteers.willing import hold_willing

LONGEST: Final = 200  # characters of a field that are read
DAY: Final = TypeAdapter(PlausibleDay)
PERSON: Final = f"/<int(max={LARGEST_ID}):volunteer_id>"

blueprint = require(Permission.CHANGE)(
    Blueprint(
        "guardians", __name__, template_folder="../templates", url_prefix="/desk/kasten/<ref>/beheerders"
    )
)


@blueprint.get("")
def show(ref: str) -> str:
    """Show who looks after a cabinet, and people of its area who would."""
    return _page(ref)


@blueprint.post("/zoeken")
def search(ref: str) -> str:
    """Look for volunteers by name or number; what is sought stands in no address."""
    return _page(ref, sought=request.form.get("sought", "").strip()[:LONGEST])


@blueprint.post("")
def ask(ref: str) -> ResponseReturnValue:
    """Let a volunteer look after the cabinet."""
    volunteer_id = _number("volunteer_id")
    role = next((role for role in GuardianRole if role == request.form.get("role")), None)
    if role is None:
        raise NotFound("There is no such role.")
    clock = current().clock
    try:
        with transaction() as session:
            hold_willing(session, volunteer_id, within=current_caller().area_ids)
            cabinet = hold_cabinet(session, ref, by=current_caller())
            appoint(
                session,
                cabinet,
                volunteer_id,
                role=role,
                actor=current_caller().actor,
                now=clock.now(),
                today=clock.today(),
            )
    except Conflict as error:
        return _page(ref, refused=error.code), 409
    return _done(ref, "gevraagd")


@blueprint.post("/overdracht")
def hand_over(ref: str) -> ResponseReturnValue:
    """Let another volunteer be the guardian from a day on."""
    volunteer_id, typed = _number("volunteer_id"), request.form.get("on", "")[:LONGEST]
    clock = current().clock
    try:
        with transaction() as session:
            hold_willing(session, volunteer_id, within=current_caller().area_ids)
            cabinet = hold_cabinet(session, ref, by=current_caller())
            agree_hand_over(
                session,
                cabinet,
                volunteer_id,
                on=_day(typed),
                actor=current_caller().actor,
                now=clock.now(),
                today=clock.today(),
            )
    except InvalidValue:
        return _page(ref, person=volunteer_id, typed={"on": typed}, bad={"on": "invalid"}), 422
    except Conflict as error:
        return _page(ref, refused=error.code), 409
    return _done(ref, "overdracht")


@blueprint.post("/overdracht/terug")
def undo_hand_over(ref: str) -> ResponseReturnValue:
    """Undo a hand-over that is still to come."""
    clock = current().clock
    with transaction() as session:
        cabinet = hold_cabinet(session, ref, by=current_caller())
        take_back(session, cabinet, actor=current_caller().actor, now=clock.now(), today=clock.today())
    return _done(ref, "terug")


@blueprint.post(f"{PERSON}/einde")
def stop(ref: str, volunteer_id: int) -> ResponseReturnValue:
    """Let a volunteer look after the cabinet no longer."""
    clock = current().clock
    with transaction() as session:
        cabinet = hold_cabinet(session, ref, by=current_caller())
        end(
            session,
            cabinet,
            volunteer_id,
            actor=current_caller().actor,
            now=clock.now(),
            today=clock.today(),
        )
    return _done(ref, "gestopt")


@blueprint.post(f"{PERSON}/afwezig")
def note_away(ref: str, volunteer_id: int) -> ResponseReturnValue:
    """Note when somebody who looks after the cabinet is away, and which deputy then stands in."""
    typed = {name: request.form.get(name, "")[:LONGEST] for name in ("from_on", "until_on", "cover_id")}
    clock = current().clock
    try:
        draft = AbsenceDraft.model_validate(
            {
                "from_on": iso_day(typed["from_on"].strip()),
                "until_on": iso_day(typed["until_on"].strip()),
                "cover_id": typed["cover_id"] or None,
            }
        )
        with transaction() as session:
            _hold_with(session, ref, volunteer_id, cover_id=draft.cover_id)
            note_absence(
                session,
                volunteer_id,
                draft,
                actor=current_caller().actor,
                now=clock.now(),
                today=clock.today(),
            )
    except ValidationError as error:
        bad = {str(entry["loc"][0]): "invalid" for entry in error.errors()}
        return _page(ref, person=volunteer_id, typed=typed, bad=bad), 422
    except InvalidValue as error:
        return _page(ref, person=volunteer_id, typed=typed, bad=error.fields), 422
    return _done(ref, "afwezig")


@blueprint.post(f"{PERSON}/afwezig/<int(max={LARGEST_ID}):absence_id>/einde")
def forget_away(ref: str, volunteer_id: int, absence_id: int) -> ResponseReturnValue:
    """Forget that somebody who looks after the cabinet is away."""
    with transaction() as session:
        _hold_with(session, ref, volunteer_id)
        cancel_absence(
            session, volunteer_id, absence_id, actor=current_caller().actor, now=current().clock.now()
        )
    return _done(ref, "terug-thuis")


def _hold_with(session: Session, ref: str, volunteer_id: int, *, cover_id: int | None = None) -> None:
    """Hold a cabinet, and make sure that these people look after it.

    Raises:
        NotFound: the cabinet is none of the caller's, or the volunteer none of its people.
        InvalidValue: whoever is to stand in is none of its deputies.
    """
    cabinet = hold_cabinet(session, ref, by=current_caller())
    watches = list_watches(session, cabinet.id, today=current().clock.today())
    if volunteer_id not in {one.volunteer_id for one in watches}:
        raise NotFound("They do not look after this cabinet.")
    deputies = {one.volunteer_id for one in watches if one.role is GuardianRole.DEPUTY}
    if cover_id is not None and cover_id not in deputies:
        raise InvalidValue("No deputy of this cabinet.", fields={"cover_id": "is no deputy"})


def _number(name: str) -> int:
    text = request.form.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_ID))):
        raise NotFound("There is no such volunteer.")
    return int(text)


def _day(typed: str) -> date:
    try:
        return DAY.validate_python(iso_day(typed.strip()))
    except ValidationError as error:
        raise InvalidValue("That is no day.", fields={"on": "is no day"}) from error


def _page(
    ref: str,
    *,
    sought: str = "",
    person: int | None = None,
    typed: Mapping[str, str] | None = None,
    bad: Mapping[str, str] | None = None,
    refused: str | None = None,
) -> str:
    session, cabinet, caller, today = db.session(), get_own(ref), current_caller(), current().clock.today()
    return render_template(
        "desk/guardians.html",
        cabinet=cabinet,
        today=today,
        guardians=view_guardians(session, cabinet, caller, today),
        candidates=find_candidates(
            session, cabinet, caller, sought, today=today, country=current().settings.country
        ),
        sought=sought,
        person=person,
        typed=typed or {},
        bad=bad or {},
        refused=refused,
        done=request.args.get("gedaan"),
    )


def _done(ref: str, done: str) -> ResponseReturnValue:
    return redirect(url_for(".show", ref=ref, gedaan=done), code=303)
