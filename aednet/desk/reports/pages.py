"""The desk's page of what people reported of cabinets."""

import re

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Permission
from aednet.base.context import current
from aednet.base.database import LARGEST_ID, db
from aednet.base.errors import NotFound
from aednet.base.transactions import transaction
from aednet.cabinets import services
from aednet.cabinets.report_queries import ReportPlace, list_reports

PAGE = 50  # reports
OPEN, CLOSED = "open", "dicht"
PLACE = re.compile(rf"({OPEN}|{CLOSED})-([0-9]{{1,10}})")

blueprint = require(Permission.CHANGE)(
    Blueprint("reports", __name__, template_folder="../templates", url_prefix="/desk/meldingen")
)


@blueprint.get("")
def show_all() -> str:
    """List the reports of the caller's areas, a page at a time."""
    caller, after = current_caller(), _place_asked_for()
    page = list_reports(db.session(), area_ids=caller.area_ids, limit=PAGE, after=after)
    return render_template(
        "desk/reports.html",
        reports=page.reports,
        after=_in_address(after),
        next_after=_in_address(page.next_after),
        sees_everything=caller.area_ids is None,
        has_closed="gedaan" in request.args,
    )


@blueprint.post(f"/<int(max={LARGEST_ID}):report_id>/afgehandeld")
def close(report_id: int) -> ResponseReturnValue:
    """Close a report and lead back to where the caller was in the list."""
    after = _place_asked_for()
    with transaction() as session:
        services.close_report(session, report_id, by=current_caller(), now=current().clock.now())
    return redirect(url_for(".show_all", na=_in_address(after), gedaan=1), code=303)


def _place_asked_for() -> ReportPlace | None:
    """Return behind which report the page begins, if the address says so.

    Raises:
        NotFound: it says something that no page of ours leads to.
    """
    text = request.args.get("na")
    if text is None:
        return None
    match = PLACE.fullmatch(text)
    if match is None or int(match[2]) > LARGEST_ID:
        raise NotFound("There is no such page of reports.")
    return ReportPlace(is_closed=match[1] == CLOSED, id=int(match[2]))


def _in_address(place: ReportPlace | None) -> str | None:
    return None if place is None else f"{CLOSED if place.is_closed else OPEN}-{place.id}"
