"""What coordinators say on a training day's page: who is asked, who comes, who was there."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Permission
from aednet.alerts.trainings import ask
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.errors import NotFound
from aednet.base.transactions import transaction
from aednet.desk.training.pages import TRAINING, page_of_training
from aednet.desk.training.view import NobodyFound, find_one, get_training
from aednet.volunteers.training import attendance, bookings
from aednet.volunteers.training.bookings import Booker, TrainingClosed
from aednet.volunteers.training.rules import MOST_SEATS
from aednet.web.places import read_id

LONGEST = 300  # characters with which somebody is named
INVITE, COMES, COMES_NOT, UNDO = "uitnodigen", "komt", "komt-niet", "terug"
WAS = "was-"  # and a volunteer's number
THERE, NOT_THERE = "wel", "niet"

blueprint = require(Permission.CHANGE)(
    Blueprint("training_bookings", __name__, template_folder="../templates", url_prefix="/desk/cursussen")
)


@blueprint.post(f"{TRAINING}/plaatsen")
def book(training_id: int) -> ResponseReturnValue:
    """Ask the volunteers who were ticked, or note that they come, or do not, or that a note was wrong."""
    step, numbers = request.form.get("stap", ""), _numbers(request.form.getlist("wie"))

    def note(session: Session, by: Booker, now: datetime) -> None:
        if step == INVITE:
            ask(session, training_id, numbers, by=by, now=now)
            return
        steps: dict[str, Callable[..., object]] = {
            COMES: bookings.accept,
            COMES_NOT: bookings.decline,
            UNDO: attendance.undo_attendance,
        }
        if step not in steps:
            raise NotFound("There is no such step.")
        for number in numbers:
            steps[step](session, training_id, number, by=by, now=now)

    done = "uitgenodigd" if step == INVITE else "genoteerd"
    return _carry_out(training_id, note, done=done if numbers else "niemand")


@blueprint.post(f"{TRAINING}/toevoegen")
def add(training_id: int) -> ResponseReturnValue:
    """Give a seat to whoever a text names: their number, address or name."""
    text, caller = request.form.get("wie", "").strip()[:LONGEST], current_caller()
    get_training(db.session(), training_id, caller)
    try:
        somebody = find_one(db.session(), text, caller, country=current().settings.country)
    except NobodyFound as error:
        return page_of_training(training_id, text=text, fault=error.fault), 422

    def note(session: Session, by: Booker, now: datetime) -> None:
        bookings.accept(session, training_id, somebody.id, by=by, now=now)

    return _carry_out(training_id, note, done="genoteerd")


@blueprint.post(f"{TRAINING}/aanwezig")
def note_attendance(training_id: int) -> ResponseReturnValue:
    """Note of everybody about whom it was said whether they were there."""
    said = {
        name.removeprefix(WAS): value == THERE
        for name, value in request.form.items()
        if name.startswith(WAS) and value in {THERE, NOT_THERE}
    }
    was_there = {_numbers([number])[0]: attended for number, attended in said.items()}

    def note(session: Session, by: Booker, now: datetime) -> None:
        attendance.record_attendance(session, training_id, was_there, by=by, now=now)

    return _carry_out(training_id, note, done="aanwezig" if was_there else "niemand")


def _carry_out(
    training_id: int, note: Callable[[Session, Booker, datetime], None], *, done: str
) -> ResponseReturnValue:
    caller = current_caller()
    try:
        with transaction() as session:
            get_training(session, training_id, caller)
            note(session, Booker.of(caller), current().clock.now())
    except TrainingClosed:
        return page_of_training(training_id, refused="closed"), 409
    return redirect(url_for("trainings.show", training_id=training_id, gedaan=done), code=303)


def _numbers(texts: list[str]) -> list[int]:
    """Read the numbers of volunteers.

    Raises:
        NotFound: one of them is no number that anybody has, or there are more than fit any hall.
    """
    if len(texts) > MOST_SEATS:
        raise NotFound("So many people fit no hall.")
    try:
        return [read_id(text) for text in texts]
    except ValueError as error:
        raise NotFound("There is no such volunteer.") from error
