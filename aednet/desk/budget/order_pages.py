"""The desk's pages of what is to be ordered, and of what is under way."""

from collections.abc import Iterable, Sequence

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Permission
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.errors import InvalidValue
from aednet.base.paging import page_of
from aednet.base.transactions import transaction
from aednet.cabinets.costs.order_queries import OrderPlace, Supply, list_to_order, list_under_way
from aednet.cabinets.costs.rules import OrderState
from aednet.cabinets.orders import close_orders, mark_ordered
from aednet.cabinets.rules import ConsumableKind
from aednet.desk.budget.form import AHEAD_DAYS, EVERYTHING, JOINT, OrderQuestion, read_wanted
from aednet.desk.budget.pages import area_asked_for
from aednet.desk.budget.view import by_model
from aednet.desk.budget.words import kind_words
from aednet.exchange.lines import csv_lines
from aednet.web.places import read_id, read_instant, read_place, write_place

MOST = 500  # supplies in one batch; whoever needs more orders twice
PAGE = 50  # orders under way

blueprint = require(Permission.CHANGE)(
    Blueprint("orders", __name__, template_folder="../templates", url_prefix="/desk/begroting")
)


@blueprint.get("/bestellen")
def show_to_order() -> str:
    """List what lapses in a period and is not ordered yet."""
    question = OrderQuestion.parse(request.args)
    supplies = _to_order(question)
    return render_template(
        "desk/order.html",
        kind_words=kind_words,
        question=question,
        area=area_asked_for(current_caller()),
        until_on=question.until_on(current().clock.today()),
        supplies=supplies,
        models=by_model(supplies),
        is_cut=len(supplies) == MOST,
        today=current().clock.today(),
        kinds=[EVERYTHING, *ConsumableKind],
        everything=EVERYTHING,
        periods=AHEAD_DAYS,
        mark_of=lambda supply: f"{supply.consumable_id}{JOINT}{supply.expires_on.isoformat()}",
        ordered=request.args.get("besteld", type=int),
    )


@blueprint.get("/bestellen.csv")
def table() -> Response:
    """Hand out what is to be ordered, for a spreadsheet: cabinet by cabinet, or how many of what."""
    supplies = _to_order(OrderQuestion.parse(request.args))
    if "aantallen" in request.args:
        name, lines = "bestelling", _counted(supplies)
    else:
        name, lines = "bestelling-per-kast", _listed(supplies)
    day = current().clock.today().isoformat()
    return Response(
        "".join(lines).encode(),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}-{day}.csv"'},
    )


@blueprint.post("/bestellen")
def order() -> ResponseReturnValue:
    """Note that what was chosen is ordered."""
    question = OrderQuestion.parse(request.args)
    wanted = [read_wanted(text) for text in request.form.getlist("artikel")[:MOST]]
    with transaction() as session:
        count = mark_ordered(session, wanted, by=current_caller(), now=current().clock.now())
    back = {"soort": question.kind, "dagen": question.ahead_days, "smederij": question.area}
    return redirect(url_for(".show_to_order", besteld=count, **back), code=303)  # type: ignore[arg-type]


@blueprint.get("/bestellingen")
def show_under_way() -> str:
    """List what was ordered and has not come yet, the newest first."""
    place = request.args.get("na")
    after = None if place is None else _place(place)
    found = list_under_way(db.session(), within=current_caller().area_ids, after=after, limit=PAGE + 1)
    page = page_of(found, limit=PAGE, place_of=lambda one: write_place(one.ordered_at.isoformat(), one.id))
    return render_template(
        "desk/orders.html",
        kind_words=kind_words,
        orders=page.rows,
        after=place,
        next_after=page.next_after,
        closed=request.args.get("gedaan", type=int),
    )


@blueprint.post("/bestellingen")
def close() -> ResponseReturnValue:
    """Note that what was chosen came, or will not come."""
    state = request.form.get("staat")
    if state not in {OrderState.RECEIVED, OrderState.CANCELLED}:
        raise InvalidValue("An order is received or cancelled.")
    with transaction() as session:
        count = close_orders(
            session,
            [_id(text) for text in request.form.getlist("bestelling")[:MOST]],
            OrderState(state),
            by=current_caller(),
            now=current().clock.now(),
        )
    return redirect(url_for(".show_under_way", gedaan=count), code=303)


def _to_order(question: OrderQuestion) -> list[Supply]:
    caller = current_caller()
    area = area_asked_for(caller)
    return list_to_order(
        db.session(),
        question.kinds,
        within=caller.area_ids if area is None else [area.id],
        until_on=question.until_on(current().clock.today()),
        limit=MOST,
    )


def _counted(supplies: Sequence[Supply]) -> Iterable[str]:
    headings = (gettext("Wat"), gettext("Voor welke AED"), gettext("Aantal"))
    return csv_lines(
        headings, ((kind_words(kind), model, count) for kind, model, count in by_model(supplies))
    )


def _listed(supplies: Sequence[Supply]) -> Iterable[str]:
    headings = (
        gettext("Kast"),
        gettext("Naam"),
        gettext("Smederij"),
        gettext("Wat"),
        gettext("Voor welke AED"),
        gettext("Te gebruiken tot en met"),
    )
    return csv_lines(
        headings,
        (
            (one.ref, one.name, one.area_name, kind_words(one.kind), one.model, one.expires_on.isoformat())
            for one in supplies
        ),
    )


def _place(text: str) -> OrderPlace:
    """Read a place of the list of orders.

    Raises:
        NotFound: no page of ours leads there.
    """
    at, id_ = read_place(text, read_instant, read_id)
    return OrderPlace(at=at, id=id_)


def _id(text: str) -> int:
    """Read the number of an order.

    Raises:
        InvalidValue: no order can have it.
    """
    try:
        return read_id(text)
    except ValueError as error:
        raise InvalidValue("There is no such order.") from error
