"""The list of training days, one training day's page, and the forms with which it is planned."""

from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Permission
from aednet.alerts.planning.rules import Occasion
from aednet.alerts.trainings import ask, tell, tell_of_change
from aednet.areas.ground import load_ground
from aednet.areas.names import names_of
from aednet.areas.queries import list_areas
from aednet.base.context import current
from aednet.base.database import LARGEST_ID, db
from aednet.base.errors import Conflict, InvalidValue, NotFound
from aednet.base.paging import Page
from aednet.base.transactions import transaction
from aednet.coverage.live import current_crowd
from aednet.coverage.people import Crowd
from aednet.desk.training.form import Faulty, TrainingForm, understand
from aednet.desk.training.reach import (
    DAYS,
    KILOMETRES,
    InReach,
    ReachPlace,
    ReachQuery,
    Whom,
    who_is_in_reach,
)
from aednet.desk.training.view import get_training, view_people
from aednet.geography.points import LatLon
from aednet.geography.projection import Projection
from aednet.geography.shipped import CREDIT
from aednet.volunteers.training import services as training
from aednet.volunteers.training.bookings import Booker, TrainingClosed
from aednet.volunteers.training.queries import (
    TrainingFacts,
    TrainingPlace,
    beginning_of,
    list_past_trainings,
    list_trainings,
)
from aednet.volunteers.training.rules import has_begun
from aednet.web.places import read_id, read_place, write_place

PAGE = 50  # training days
ASKED = 25  # people to ask; more is a long way on a phone
TRAINING = f"/<int(max={LARGEST_ID}):training_id>"

blueprint = require(Permission.SEE)(
    Blueprint("trainings", __name__, template_folder="../templates", url_prefix="/desk/cursussen")
)


@blueprint.get("")
def show_all() -> str:
    """List the training days of the caller's areas: those to come, or those that were."""
    caller, is_past, after = current_caller(), "geweest" in request.args, _place_asked_for()
    today = beginning_of(current().clock.today())
    if is_past:
        page = list_past_trainings(
            db.session(), area_ids=caller.area_ids, until=today, limit=PAGE, after=after
        )
    else:
        page = list_trainings(db.session(), area_ids=caller.area_ids, since=today, limit=PAGE, after=after)
    named = {one.area_id for one in page.rows if one.area_id is not None}
    return render_template(
        "desk/trainings.html",
        trainings=page.rows,
        area_names=names_of(db.session(), named),
        is_past=is_past,
        after=after,
        next_after=None if page.next_after is None else _written(page.next_after),
    )


@blueprint.get(TRAINING)
def show(training_id: int) -> str:
    """Show a training day, who comes, and whom to ask."""
    return page_of_training(training_id)


@blueprint.get("/nieuw")
@require(Permission.CHANGE)
def new() -> str:
    """Show the empty form, with what a link to it may say: the place, and that people are to be asked."""
    given = request.args
    return _form(TrainingForm(place=given.get("plaats", ""), asks=given.get("vraag", "")), None)


@blueprint.post("/nieuw")
@require(Permission.CHANGE)
def plan() -> ResponseReturnValue:
    """Plan a training day and, where that was ticked, ask those whose turn it is."""
    form = TrainingForm.parse(request.form)
    areas, ground = list_areas(db.session()), load_ground(db.session(), current().settings)
    now, done = current().clock.now(), "gepland"
    # Before the transaction: looking for a newer one ends whatever is open.
    crowd = current_crowd() if form.asks else None
    try:
        draft = understand(form, None, areas=areas, ground=ground, zone=current().settings.zone)
        with transaction() as session:
            training_id = training.plan_training(session, draft, by=current_caller(), ground=ground, now=now)
            if crowd is not None:
                first = _in_reach(session, crowd, draft.position, ReachQuery()).rows
                whom = [one.volunteer.id for one in first]
                ask(session, training_id, whom, by=Booker.of(current_caller()), now=now)
                done = "gepland-gevraagd" if whom else "gepland-niemand"
    except Faulty as faulty:
        return _form(form, None, bad=faulty.bad), 422
    except InvalidValue as error:
        return _form(form, None, bad=_refused(error)), 422
    except TrainingClosed:
        return _form(form, None, bad={"day": "begun"}), 422
    return redirect(url_for(".show", training_id=training_id, gedaan=done), code=303)


@blueprint.get(f"{TRAINING}/wijzigen")
@require(Permission.CHANGE)
def edit(training_id: int) -> str:
    """Show what is known of a training day in the form."""
    known = _to_change(training_id)
    return _form(TrainingForm.of(known, current().settings.zone), known)


@blueprint.post(f"{TRAINING}/wijzigen")
@require(Permission.CHANGE)
def change(training_id: int) -> ResponseReturnValue:
    """Store what was typed, unless somebody else changed the training day meanwhile."""
    form, known, zone = TrainingForm.parse(request.form), _to_change(training_id), current().settings.zone
    areas, ground = list_areas(db.session()), load_ground(db.session(), current().settings)
    try:
        draft = understand(form, known, areas=areas, ground=ground, zone=zone)
        with transaction() as session:
            moved_up = training.change_training(
                session,
                training_id,
                draft,
                by=current_caller(),
                ground=ground,
                now=current().clock.now(),
                known_version=form.version,
            )
            if (draft.place, draft.begins_at) != (known.place, known.begins_at):
                tell_of_change(session, training_id, but=moved_up, now=current().clock.now())
    except Faulty as faulty:
        return _form(form, known, bad=faulty.bad), 422
    except InvalidValue as error:
        return _form(form, known, bad=_refused(error)), 422
    except TrainingClosed:
        return page_of_training(training_id, refused="closed"), 409
    except Conflict:
        known = _to_change(training_id)
        return _form(form, known, stored=TrainingForm.of(known, zone)), 409
    return redirect(url_for(".show", training_id=training_id, gedaan="gewijzigd"), code=303)


@blueprint.post(f"{TRAINING}/afgelasten")
@require(Permission.CHANGE)
def cancel(training_id: int) -> ResponseReturnValue:
    """Cancel a training day, and free and tell everybody who was to come."""
    try:
        with transaction() as session:
            now = current().clock.now()
            counted_on_it = training.cancel_training(session, training_id, by=current_caller(), now=now)
            tell(session, Occasion.CALLED_OFF, training_id, counted_on_it, now=now)
    except TrainingClosed:
        return page_of_training(training_id, refused="closed"), 409
    return redirect(url_for(".show", training_id=training_id, gedaan="afgelast"), code=303)


def page_of_training(
    training_id: int, *, refused: str | None = None, text: str = "", fault: str | None = None
) -> str:
    """Return the page of a training day, with what was refused on it if anything was.

    Raises:
        NotFound: there is none for the caller.
    """
    session, caller, clock = db.session(), current_caller(), current().clock
    known = get_training(session, training_id, caller)
    people, query, reach = view_people(session, training_id, caller), ReachQuery.read(request.args), None
    is_open = known.state == "planned" and not has_begun(known.begins_at, now=clock.now())
    may_book = people is not None and caller.may(Permission.CHANGE)
    if may_book and is_open:
        reach = _in_reach(session, current_crowd(), known.position, query)
    return render_template(
        "desk/training.html",
        training=known,
        area_names=names_of(session, set() if known.area_id is None else {known.area_id}),
        people=people,
        reach=reach,
        query=query,
        next_address=None if reach is None or not reach.next_after else query.address(reach.next_after),
        whom=list(Whom),
        days=DAYS,
        kilometres=KILOMETRES,
        is_open=is_open,
        has_begun=has_begun(known.begins_at, now=clock.now()),
        may_book=may_book,
        may_change=caller.may_change_area(known.area_id),
        refused=refused,
        text=text,
        fault=fault,
        done=request.args.get("gedaan"),
    )


def _in_reach(
    session: Session, crowd: Crowd, position: LatLon, query: ReachQuery
) -> Page[InReach, ReachPlace]:
    return who_is_in_reach(
        session,
        crowd,
        position,
        query,
        current_caller(),
        projection=Projection.named(current().settings.projection),
        today=current().clock.today(),
        limit=ASKED,
    )


def _to_change(training_id: int) -> TrainingFacts:
    caller = current_caller()
    known = get_training(db.session(), training_id, caller)
    if not caller.may_change_area(known.area_id):
        raise NotFound("There is no such training day.")
    return known


def _refused(error: InvalidValue) -> dict[str, str]:
    return {name: "taken" for name in ("seats", "day") if name in error.fields} or {"place": "foreign"}


def _form(
    form: TrainingForm,
    known: TrainingFacts | None,
    *,
    bad: dict[str, str] | None = None,
    stored: TrainingForm | None = None,
) -> str:
    return render_template(
        "desk/training_form.html",
        form=form,
        training=known,
        bad=bad or {},
        stored=stored,
        differing=frozenset() if stored is None else form.differences(stored),
        version=(stored or form).version,
        area_names=[area.name for area in list_areas(db.session())],
        most_asked=ASKED,
        within=ReachQuery(),
        areas_credit=CREDIT,
    )


def _place_asked_for() -> TrainingPlace | None:
    text = request.args.get("na")
    if text is None:
        return None
    begins_at, own = read_place(text, datetime.fromisoformat, read_id)
    if begins_at.tzinfo is None:
        raise NotFound("There is no such page.")
    return TrainingPlace(begins_at=begins_at, id=own)


def _written(place: TrainingPlace) -> str:
    return write_place(place.begins_at.isoformat(), place.id)
