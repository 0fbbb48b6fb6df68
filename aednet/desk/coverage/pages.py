"""The pages of the desk."""

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Permission
from aednet.base.context import current
from aednet.base.database import db
from aednet.coverage.coverage_schemas import USUAL_RADIUS_M
from aednet.coverage.live import current_crowd, current_network
from aednet.coverage.matching import FEWEST_RESPONDERS, MOST_RESPONDERS
from aednet.coverage.week import WEEK, HourOfWeek
from aednet.desk.coverage.form import CoverageForm, CoverageQuestion, Faulty
from aednet.desk.coverage.people import MOST, view_people, view_unguarded
from aednet.desk.coverage.view import view_coverage
from aednet.geography.shipped import CREDIT

RADII_M = (250, 500, 750, 1_000)  # offered beside the field for any other
LISTED = 10  # lines of a long list, until all of it is asked for

blueprint = require(Permission.SEE)(Blueprint("desk", __name__, template_folder="../templates"))


@blueprint.get("/desk/coverage")
def coverage() -> ResponseReturnValue:
    """Show what the cabinets reach at an hour of the week, where they do not, and who lives near them."""
    now = HourOfWeek.during(current().clock.now(), current().settings.zone)
    form = CoverageForm.parse(request.args, now=now)
    try:
        answer = _answer(form.understand())
    except Faulty as faulty:
        return _page(form, bad=faulty.bad), 422
    return _page(form, **answer)


def _answer(question: CoverageQuestion) -> dict[str, Any]:
    network, crowd, caller = current_network(), current_crowd(), current_caller()
    at = question.when.from_day(current().clock.today(), network.calendar.zone)
    view = view_coverage(network, crowd, caller, at=at, radius_m=question.radius)
    unguarded, radius_m = None, USUAL_RADIUS_M  # a radius to choose would tell, by trying, where people live
    if caller.may(Permission.SEE_PEOPLE):
        radius_m = question.radius
        unguarded = view_unguarded(db.session(), network, crowd, caller, limit=LISTED)
    return {
        "view": view,
        "people": view_people(network, crowd, caller, day=view.day, radius_m=radius_m),
        "people_radius_m": radius_m,
        "unguarded": unguarded,
        "sees_everything": caller.area_ids is None,
    }


def _page(form: CoverageForm, *, bad: frozenset[str] = frozenset(), **answer: Any) -> str:
    return render_template(
        "desk/coverage.html",
        form=form,
        bad=bad,
        radii=RADII_M,
        week=WEEK,
        listed=LISTED,
        most=MOST,
        norm=(FEWEST_RESPONDERS, MOST_RESPONDERS),
        areas_credit=CREDIT,
        **answer,
    )
