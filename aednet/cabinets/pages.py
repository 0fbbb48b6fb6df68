"""The page of one cabinet; the sticker on the cabinet points here, and problems are reported here."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from aednet.areas.queries import find_area
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.errors import NotFound
from aednet.base.transactions import transaction
from aednet.cabinets import services
from aednet.cabinets.drafts import ReportDraft
from aednet.cabinets.facts import CabinetFacts
from aednet.cabinets.hours.calendar import calendar_of
from aednet.cabinets.hours.openness import next_change, openness
from aednet.cabinets.hours.spoken import hours_in_words
from aednet.cabinets.queries import find_cabinet
from aednet.cabinets.rules import ReportKind, is_listed
from aednet.web.limits import limit_reports

PROPOSAL = "proposal"

blueprint = Blueprint("cabinets", __name__, template_folder="templates")


@blueprint.get("/c/<ref>")
def show(ref: str) -> ResponseReturnValue:
    """Show one cabinet."""
    return _page(_get(ref), thanks="dank" in request.args)


@blueprint.post("/c/<ref>")
@limit_reports
def report(ref: str) -> ResponseReturnValue:
    """Take in what somebody says is wrong; sent twice it is kept once."""
    cabinet = _get(ref)
    given = {name: request.form.get(name, "") for name in ReportDraft.model_fields}
    try:
        draft = ReportDraft.model_validate(given)
    except ValidationError as error:
        bad = {str(entry["loc"][0]): entry["type"] for entry in error.errors()}
        return _page(cabinet, given=given, bad=bad), 422
    with transaction() as session:
        services.report_problem(session, ref, draft, now=current().clock.now())
    return redirect(url_for(".show", ref=ref, dank=1, _anchor="melden"), code=303)


def _get(ref: str) -> CabinetFacts:
    cabinet = find_cabinet(db.session(), ref)
    if cabinet is None or not is_listed(cabinet.status):
        raise NotFound(f"There is no cabinet {ref}.")
    return cabinet


def _page(
    cabinet: CabinetFacts,
    *,
    given: dict[str, str] | None = None,
    bad: dict[str, str] | None = None,
    thanks: bool = False,
) -> str:
    calendar = calendar_of(current().settings)
    now = current().clock.now()
    area = find_area(db.session(), cabinet.area) if cabinet.area else None
    return render_template(
        "cabinets/show.html",
        cabinet=cabinet,
        readiness=cabinet.readiness(calendar.day_of(now)),
        open=openness(cabinet.opening_hours, now, calendar),
        open_changes_at=next_change(cabinet.opening_hours, now, calendar),
        hours=hours_in_words(cabinet.opening_hours) if cabinet.opening_hours else [],
        area_is_proposal=area is not None and PROPOSAL in {area.name_source, area.boundary_source},
        report_kinds=list(ReportKind),
        given=given or {},
        bad=bad or {},
        thanks=thanks,
    )
