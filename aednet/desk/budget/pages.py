"""The desk's pages of what the network will cost, and of what things cost."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Caller, Permission
from aednet.areas.names import AreaName, find_area_name, list_area_names
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.errors import NotFound
from aednet.base.transactions import transaction
from aednet.cabinets.costs.prices import PriceChanged, set_price
from aednet.cabinets.costs.queries import PriceFacts, list_prices, prices_of
from aednet.cabinets.costs.rules import ASSUMED_CENTS, PriceKind
from aednet.desk.budget.form import Faulty, PriceForm
from aednet.desk.budget.view import view_budget
from aednet.desk.budget.words import exact_money, kind_words, money, typed_money

PAGE = 50  # areas
WORDS = {
    "kind_words": kind_words,
    "money": money,
    "exact_money": exact_money,
    "typed_money": typed_money,
}
OF_A_MODEL = (PriceKind.PADS_ADULT, PriceKind.PADS_CHILD, PriceKind.BATTERY, PriceKind.DEVICE)

blueprint = require(Permission.SEE)(
    Blueprint("budget", __name__, template_folder="../templates", url_prefix="/desk/begroting")
)


@blueprint.get("")
def show() -> str:
    """Show what one area costs, or a page of those that the caller looks after."""
    caller, session, place = current_caller(), db.session(), request.args.get("na")
    area = area_asked_for(caller)
    page = list_area_names(session, within=caller.area_ids, after=place, limit=PAGE) if area is None else None
    areas = page.rows if page is not None else [area] if area is not None else []
    prices = list_prices(session)
    return render_template(
        "desk/budget.html",
        **WORDS,
        area=area,
        view=view_budget(session, areas, prices_of(prices), today=current().clock.today()),
        kinds=list(PriceKind),
        assumed=_assumed(prices),
        after=place,
        next_after=None if page is None else page.next_after,
    )


@blueprint.get("/prijzen")
def show_prices() -> str:
    """List what things cost."""
    return _show_prices()


@blueprint.post("/prijzen")
@require(Permission.ADMINISTER)
def change_price() -> ResponseReturnValue:
    """Set a price."""
    form = PriceForm.parse(request.form)
    try:
        kind, model, cents, seen_at = form.understand()
        with transaction() as session:
            set_price(
                session,
                kind,
                model,
                cents,
                seen_at=seen_at,
                by=current_caller(),
                now=current().clock.now(),
            )
    except Faulty as fault:
        return _show_prices(form=form, bad=fault.bad), 422
    except PriceChanged:
        return _show_prices(form=form, is_stale=True), 409
    return redirect(url_for(".show_prices", gedaan=1), code=303)


def area_asked_for(caller: Caller) -> AreaName | None:
    """Return the area that the address names, if it names one.

    Raises:
        NotFound: the caller sees no such area.
    """
    slug = request.args.get("smederij") or None
    if slug is None:
        return None
    area = find_area_name(db.session(), slug)
    if area is None or not caller.may_see_area(area.id):
        raise NotFound("There is no such area.")
    return area


def _show_prices(
    *, form: PriceForm | None = None, bad: frozenset[str] = frozenset(), is_stale: bool = False
) -> str:
    prices = list_prices(db.session())
    return render_template(
        "desk/prices.html",
        **WORDS,
        of_any={one.kind: one for one in prices if one.model is None},
        of_model=[one for one in prices if one.model is not None],
        kinds=list(PriceKind),
        kinds_of_model=OF_A_MODEL,
        assumed_cents=ASSUMED_CENTS,
        form=form,
        bad=bad,
        is_stale=is_stale,
        is_done="gedaan" in request.args,
        may_change=current_caller().may(Permission.ADMINISTER),
    )


def _assumed(prices: list[PriceFacts]) -> list[PriceKind]:
    known = {one.kind for one in prices if one.model is None}
    return [kind for kind in PriceKind if kind not in known]
