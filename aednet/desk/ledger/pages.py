"""The desk's pages of what has yet to be entered at HartslagNu, and of what was."""

from collections.abc import Iterator
from datetime import UTC, datetime

from flask import Blueprint, Response, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Permission
from aednet.base.context import current
from aednet.base.database import LARGEST_ID, db
from aednet.base.errors import InvalidValue
from aednet.base.paging import page_of
from aednet.base.transactions import transaction
from aednet.base.urgency import Spot, begin_of
from aednet.cabinets.ledger.queries import EnteredChange, EnteredPlace, list_entered, list_open
from aednet.cabinets.ledger.services import ChangedMeanwhile, Mark, take_back, tick_off
from aednet.desk.ledger.table import ledger_table
from aednet.desk.ledger.words import fact_words, value_words, whole_words
from aednet.web.places import read_day, read_id, read_instant, read_place, write_place

PAGE = 50  # cabinets, or changes that were entered
LATEST = 10  # entered changes shown beneath the open ones
JOINT = "~"

blueprint = require(Permission.CHANGE)(
    Blueprint("ledger", __name__, template_folder="../templates", url_prefix="/desk/hartslagnu")
)
WORDS = {"fact_words": fact_words, "value_words": value_words, "whole_words": whole_words}


@blueprint.get("")
def show_open() -> str:
    """List the cabinets of which something is to be entered, a page at a time."""
    return _show_open()


def _show_open(*, is_stale: bool = False) -> str:
    caller, place = current_caller(), request.args.get("na")
    after = None if place is None else _spot(place)
    found = list_open(db.session(), within=caller.area_ids, after=after, limit=PAGE + 1)
    page = page_of(found, limit=PAGE, place_of=lambda cabinet: write_place(cabinet.pressing_on, cabinet.id))
    entered = list_entered(db.session(), within=caller.area_ids, after=None, limit=LATEST + 1)
    return render_template(
        "desk/ledger.html",
        **WORDS,
        cabinets=page.rows,
        after=place,
        next_after=page.next_after,
        entered=entered[:LATEST],
        has_more_entered=len(entered) > LATEST,
        today=current().clock.today(),
        sees_everything=caller.area_ids is None,
        done=request.args.get("gedaan"),
        is_stale=is_stale,
        mark_of=lambda entry: f"{entry.id}{JOINT}{entry.changed_at.isoformat()}",
    )


@blueprint.get("/ingevoerd")
def show_entered() -> str:
    """List what was entered, the newest first, a page at a time."""
    caller, place = current_caller(), request.args.get("na")
    after = None if place is None else _entered_place(place)
    found = list_entered(db.session(), within=caller.area_ids, after=after, limit=PAGE + 1)
    page = page_of(found, limit=PAGE, place_of=_place_of)
    return render_template(
        "desk/ledger_entered.html", **WORDS, entered=page.rows, after=place, next_after=page.next_after
    )


@blueprint.get("/wijzigingen.csv")
def table() -> Response:
    """Hand out everything that is to be entered, for a spreadsheet."""
    lines = ledger_table(db.session(), within=current_caller().area_ids)
    name = f"hartslagnu-{current().clock.today().isoformat()}.csv"
    return Response(
        stream_with_context(_encoded(lines)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@blueprint.post("/<ref>/ingevoerd")
def enter(ref: str) -> ResponseReturnValue:
    """Note that changes of a cabinet were entered, and lead back to where the caller was in the list."""
    place = request.args.get("na")
    if place is not None:
        _spot(place)
    marks = [_mark(text) for text in request.form.getlist("wijziging")]
    try:
        with transaction() as session:
            tick_off(session, ref, marks, by=current_caller(), now=current().clock.now())
    except ChangedMeanwhile:
        return _show_open(is_stale=True), 409
    return redirect(url_for(".show_open", na=place, gedaan="ingevoerd"), code=303)


@blueprint.post(f"/<int(max={LARGEST_ID}):change_id>/terug")
def put_back(change_id: int) -> ResponseReturnValue:
    """Note that a change was not entered after all."""
    try:
        with transaction() as session:
            take_back(session, change_id, by=current_caller(), now=current().clock.now())
    except ChangedMeanwhile:
        return _show_open(is_stale=True), 409
    return redirect(url_for(".show_open", gedaan="terug"), code=303)


def _encoded(lines: Iterator[str]) -> Iterator[bytes]:
    return (line.encode() for line in lines)


def _spot(place: str) -> Spot:
    """Read a place of the list of open changes.

    Raises:
        NotFound: no page of ours leads there.
    """
    pressing_on, id_ = read_place(place, read_day, read_id)
    return Spot(at=begin_of(pressing_on), id=id_)


def _entered_place(place: str) -> EnteredPlace:
    """Read a place of the list of entered changes.

    Raises:
        NotFound: no page of ours leads there.
    """
    at, id_ = read_place(place, read_instant, read_id)
    return EnteredPlace(at=at, id=id_)


def _place_of(change: EnteredChange) -> str:
    at = change.entry.entered_at or datetime.min.replace(tzinfo=UTC)
    return write_place(at.isoformat(), change.entry.id)


def _mark(text: str) -> Mark:
    """Read what a form says of a change it saw.

    Raises:
        InvalidValue: no form of ours says so.
    """
    number, _, at = text.partition(JOINT)
    try:
        return Mark(id=read_id(number), changed_at=read_instant(at))
    except ValueError as error:
        raise InvalidValue("There is no such change.") from error
