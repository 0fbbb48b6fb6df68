"""The desk's page of charts."""

from babel.dates import format_date
from flask import Blueprint, render_template, request
from flask_babel import get_locale

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Caller, Permission
from aednet.areas.names import AreaName, find_area_name, list_area_names
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.errors import NotFound
from aednet.desk.charts.view import STACKED, view_areas, view_inspections, view_lapses, view_readiness

PAGE = 50  # areas
QUARTER, YEAR = 90, 365  # days
SPANS = {"kwartaal": QUARTER, "jaar": YEAR}

blueprint = require(Permission.SEE)(
    Blueprint("charts", __name__, template_folder="../templates", url_prefix="/desk/grafieken")
)


@blueprint.get("")
def show() -> str:
    """Show the charts of one area, or of all that the caller looks after."""
    caller, span = current_caller(), request.args.get("periode", "kwartaal")
    if span not in SPANS:
        raise NotFound("There is no such page of charts.")
    area = _area(caller, request.args.get("smederij"))
    within = caller.area_ids if area is None else frozenset([area.id])
    session, today = db.session(), current().clock.today()
    areas = (
        list_area_names(session, within=caller.area_ids, after=request.args.get("na"), limit=PAGE)
        if area is None
        else None
    )
    return render_template(
        "desk/charts.html",
        area=area,
        span=span,
        sees_everything=caller.area_ids is None,
        readiness=view_readiness(session, within=within, today=today, days=SPANS[span]),
        lapses=view_lapses(session, within=within, today=today),
        inspections=view_inspections(session, within=within, today=today),
        areas=[] if areas is None else view_areas(session, areas.rows, today=today),
        after=request.args.get("na"),
        next_after=areas and areas.next_after,
        states=STACKED,
        month=lambda day: format_date(day, "MMMM y", locale=get_locale()),
    )


def _area(caller: Caller, slug: str | None) -> AreaName | None:
    """Return the area that is asked for, if one is.

    Raises:
        NotFound: the caller sees no such area.
    """
    if slug is None:
        return None
    area = find_area_name(db.session(), slug)
    if area is None or not caller.may_see_area(area.id):
        raise NotFound("There is no such area.")
    return area
