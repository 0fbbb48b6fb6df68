"""The list of cabinets at the desk, and one cabinet's page."""

from flask import Blueprint, render_template, request

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Permission
from aednet.base.context import current
from aednet.base.database import db
from aednet.cabinets.listing.pages import list_cabinets
from aednet.cabinets.rules import Readiness, Status
from aednet.desk.cabinets.care import get_own, view_care
from aednet.desk.cabinets.guardians import view_guardians
from aednet.desk.cabinets.listing import ListQuery, offered_areas
from aednet.desk.cabinets.page import HistoryKind, read_history, view_cabinet

PAGE = 50  # cabinets, or lines of a history

blueprint = require(Permission.SEE)(
    Blueprint("desk_cabinets", __name__, template_folder="../templates", url_prefix="/desk/kasten")
)


@blueprint.get("")
def show_all() -> str:
    """List the cabinets of the caller's areas, a page at a time."""
    session, caller, today = db.session(), current_caller(), current().clock.today()
    query = ListQuery.read(request.args, session, caller)
    found = list_cabinets(
        session, query.question(caller, today=today), today=today, after=query.after, limit=PAGE
    )
    next_after = found.page.next_after
    return render_template(
        "desk/cabinets.html",
        cabinets=found.page.rows,
        is_partial=found.is_partial,
        query=query,
        today=today,
        next_address=None if next_after is None else query.behind(next_after).address,
        first_address=query.behind(None).address,
        areas=offered_areas(session, caller),
        readinesses=list(Readiness),
        statuses=list(Status),
        sees_everything=caller.area_ids is None,
    )


@blueprint.get("/<ref>")
def show(ref: str) -> str:
    """Show a cabinet of the caller's areas."""
    session, caller, today = db.session(), current_caller(), current().clock.today()
    cabinet = get_own(ref)
    return render_template(
        "desk/cabinet.html",
        cabinet=cabinet,
        view=view_cabinet(session, cabinet, caller, today=today),
        care=view_care(session, cabinet, caller, today),
        guardians=view_guardians(session, cabinet, caller, today),
        readiness=cabinet.readiness(today),
        today=today,
        kinds=HistoryKind,
        done=request.args.get("gedaan"),
    )


@blueprint.get("/<ref>/geschiedenis/<any(controles, wijzigingen, meldingen):kind>")
def show_history(ref: str, kind: str) -> str:
    """Show what happened to a cabinet, one kind of it, the newest first, a page at a time."""
    caller, chosen = current_caller(), HistoryKind(kind)
    cabinet = get_own(ref)
    history = read_history(
        db.session(), cabinet, chosen, caller, before=request.args.get("ouder"), limit=PAGE
    )
    return render_template(
        "desk/cabinet_history.html",
        cabinet=cabinet,
        kind=chosen,
        kinds=HistoryKind,
        history=history,
        before=request.args.get("ouder"),
        actor=caller.actor,
    )
