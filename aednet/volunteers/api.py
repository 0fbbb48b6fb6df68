"""Volunteers over HTTP, for those who may know them, and nobody from another area."""

from apiflask import APIBlueprint
from flask import Response, jsonify, request, url_for

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Caller, Permission
from aednet.areas.ground import load_ground
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.errors import NotFound
from aednet.base.transactions import transaction
from aednet.volunteers import services
from aednet.volunteers.arrivals import Registrar
from aednet.volunteers.drafts import VolunteerDraft
from aednet.volunteers.facts import VolunteerFacts
from aednet.volunteers.queries import Sought, VolunteerFilter, find_volunteer, list_volunteers
from aednet.volunteers.rules import ConsentWay, Status
from aednet.volunteers.schemas import (
    PAGE,
    VolunteerAnswer,
    VolunteerCollection,
    VolunteerListQuery,
    VolunteerPatch,
    VolunteerSearch,
    volunteer_answer,
)
from aednet.web.addresses import outside_address
from aednet.web.limits import limit_reads
from aednet.web.openapi import Responses, answers, refusal

blueprint = require(Permission.SEE_PEOPLE)(
    APIBlueprint("volunteers_api", __name__, url_prefix="/api/v1/volunteers", tag="Volunteers")
)


ERASED: Responses = {"204": {"description": "Nothing is kept of them any more"}, "404": refusal(404)}


@blueprint.get("")
@limit_reads
@blueprint.input(VolunteerListQuery, location="query", arg_name="query")
@blueprint.doc(responses=answers(VolunteerCollection, "A page of volunteers"))
def every_volunteer(query: VolunteerListQuery) -> Response:
    """List the volunteers of the caller's areas, by number."""
    wanted = VolunteerFilter(
        within=current_caller().area_ids,
        area=query.area,
        status=query.status,
        lapses_before=query.lapses_before,
    )
    page = list_volunteers(db.session(), wanted, limit=query.limit, after=query.cursor)
    answer = _collection(page.volunteers)
    if page.next_after is not None:
        answer.headers["Link"] = f'<{_next_page(query, page.next_after)}>; rel="next"'
    return answer


@blueprint.post("/search")
@limit_reads
@blueprint.input(VolunteerSearch, arg_name="search")
@blueprint.doc(
    responses=answers(VolunteerCollection, "Whoever was found, at most 100", errors=(400, 413, 422, 429))
)
def search(search: VolunteerSearch) -> Response:
    """Find volunteers of the caller's areas by number, address or whole words of the name, all of them."""
    wanted = VolunteerFilter(
        within=current_caller().area_ids, sought=Sought.parse(search.text, current().settings.country)
    )
    return _collection(list_volunteers(db.session(), wanted, limit=PAGE).volunteers)


@blueprint.get("/<int:volunteer_id>")
@limit_reads
@blueprint.doc(responses=answers(VolunteerAnswer, "The volunteer", errors=(404, 429)))
def one_volunteer(volunteer_id: int) -> Response:
    """Return one volunteer. The ETag serves for If-Match."""
    return _one(volunteer_id, current_caller())


@blueprint.post("")
@require(Permission.CHANGE)
@blueprint.input(VolunteerDraft, arg_name="draft")
@blueprint.doc(
    responses=answers(
        VolunteerAnswer, "The volunteer, as registered now or before", status=201, errors=(400, 413, 422)
    )
)
def register(draft: VolunteerDraft) -> tuple[Response, int, dict[str, str]]:
    """Register a volunteer of the caller's areas, who told the caller that their data may be kept.

    Whoever is registered there already by the same number and name stays as they are.
    """
    caller, clock = current_caller(), current().clock
    with transaction() as session:
        volunteer_id = services.register_volunteer(
            session,
            draft,
            by=_registrar(caller),
            ground=load_ground(session, current().settings),
            now=clock.now(),
            today=clock.today(),
        )
    location = url_for(".one_volunteer", volunteer_id=volunteer_id)
    return _one(volunteer_id, caller), 201, {"Location": location}


@blueprint.patch("/<int:volunteer_id>")
@require(Permission.CHANGE)
@blueprint.input(VolunteerPatch, arg_name="patch")
@blueprint.doc(
    responses=answers(VolunteerAnswer, "The volunteer, as changed", errors=(400, 404, 409, 413, 422))
)
def change(volunteer_id: int, patch: VolunteerPatch) -> Response:
    """Change what is named of a volunteer; with If-Match or `updated_at`, only if nobody else did since."""
    caller, clock = current_caller(), current().clock
    with transaction() as session:
        services.change_volunteer(
            session,
            volunteer_id,
            patch,
            by=_registrar(caller),
            ground=load_ground(session, current().settings),
            now=clock.now(),
            today=clock.today(),
            known_versions=_known_versions(patch),
        )
    return _one(volunteer_id, caller)


@blueprint.delete("/<int:volunteer_id>")
@require(Permission.CHANGE)
@blueprint.doc(responses=ERASED)
def erase(volunteer_id: int) -> tuple[str, int]:
    """Erase a volunteer who asks for it, and all that is kept of them."""
    with transaction() as session:
        services.erase_volunteer(
            session, volunteer_id, by=_registrar(current_caller()), now=current().clock.now()
        )
    return "", 204


def _registrar(caller: Caller) -> Registrar:
    return Registrar(
        actor=caller.actor,
        way=ConsentWay.COORDINATOR,
        status=Status.ACTIVE,
        within=caller.area_ids,
    )


def _known_versions(patch: VolunteerPatch) -> set[str] | None:
    """Return the states from which the caller means to change, or None where they did not say."""
    stated = []
    if patch.updated_at is not None:
        stated.append({patch.updated_at.isoformat()})
    if request.if_match and not request.if_match.star_tag:
        stated.append(set(request.if_match))
    return set.intersection(*stated) if stated else None


def _one(volunteer_id: int, caller: Caller) -> Response:
    volunteer = find_volunteer(db.session(), volunteer_id, within=caller.area_ids)
    if volunteer is None:
        raise NotFound("There is no such volunteer.")
    answer = jsonify(volunteer_answer(volunteer, today=current().clock.today()))
    answer.set_etag(volunteer.version)
    return answer


def _collection(volunteers: tuple[VolunteerFacts, ...]) -> Response:
    today = current().clock.today()
    return jsonify(volunteers=[volunteer_answer(volunteer, today=today) for volunteer in volunteers])


def _next_page(query: VolunteerListQuery, cursor: int) -> str:
    fields = query.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return outside_address(url_for(".every_volunteer", **(fields | {"cursor": cursor})))
