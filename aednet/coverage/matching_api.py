"""Who lives near which cabinet, over HTTP: for coordinators, each of their own areas."""

from apiflask import APIBlueprint
from flask import Response, jsonify

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Permission
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.errors import NotFound
from aednet.coverage.live import current_crowd, current_network
from aednet.coverage.matching import RESPONDERS_WITHIN_M, near_one, strength
from aednet.coverage.matching_schemas import CabinetsNearby, MatchQuery, VolunteersNearby, metres, norm
from aednet.geography.projection import Projection
from aednet.volunteers.queries import find_volunteer
from aednet.web.limits import limit_reads
from aednet.web.openapi import answers

blueprint = require(Permission.SEE_PEOPLE)(
    APIBlueprint("matching_api", __name__, url_prefix="/api/v1", tag="Coverage")
)


@blueprint.get("/volunteers/<int:volunteer_id>/cabinets")
@limit_reads
@blueprint.input(MatchQuery, location="query", arg_name="query")
@blueprint.doc(responses=answers(CabinetsNearby, "Cabinets, nearest first", errors=(404, 422, 429)))
def cabinets_near_volunteer(volunteer_id: int, query: MatchQuery) -> Response:
    """Find the cabinets near where a volunteer lives, whatever state they are in."""
    volunteer = find_volunteer(db.session(), volunteer_id, within=current_caller().area_ids)
    if volunteer is None:
        raise NotFound("There is no such volunteer.")
    network = current_network()
    home = Projection.named(current().settings.projection).point_to_metres(volunteer.home)
    near = near_one(network.tree, x_m=home.x_m, y_m=home.y_m, radius_m=query.radius)
    today = current().clock.today()
    cabinets = [network.cabinets[position] for position in near.positions]
    return jsonify(
        volunteer=volunteer_id,
        radius_m=query.radius,
        cabinets=[
            {
                "ref": cabinet.ref,
                "name": cabinet.name,
                "area": cabinet.area,
                "straight_line_m": metres(apart),
                "readiness": cabinet.readiness(today),
            }
            for cabinet, apart in zip(cabinets, near.metres, strict=True)
        ],
    )


@blueprint.get("/cabinets/<ref>/volunteers")
@limit_reads
@blueprint.input(MatchQuery, location="query", arg_name="query")
@blueprint.doc(responses=answers(VolunteersNearby, "Volunteers, nearest first", errors=(404, 422, 429)))
def volunteers_near_cabinet(ref: str, query: MatchQuery) -> Response:
    """Find the volunteers of the caller's areas near a cabinet, and count the responders round it."""
    network, crowd, caller = current_network(), current_crowd(), current_caller()
    position = network.positions.get(ref)
    if position is None or not caller.may_see_area(network.cabinets[position].area_id):
        raise NotFound(f"There is no cabinet {ref}.")
    x_m, y_m = network.index.planar.x_m[position], network.index.planar.y_m[position]
    responders = crowd.responders_on(current().clock.today())
    close = near_one(crowd.tree, x_m=x_m, y_m=y_m, radius_m=RESPONDERS_WITHIN_M)
    count = int(responders[close.positions].sum())
    near = near_one(crowd.tree, x_m=x_m, y_m=y_m, radius_m=query.radius)
    return jsonify(
        cabinet=ref,
        radius_m=query.radius,
        responders=count,
        strength=strength(count),
        norm=norm(),
        volunteers=[
            {
                "id": int(crowd.ids[one]),
                "straight_line_m": metres(apart),
                "responder": bool(responders[one]),
                "guardian": bool(crowd.guards[one]),
            }
            for one, apart in zip(near.positions, near.metres, strict=True)
            if caller.may_see_area(crowd.area_ids[one])
        ],
    )
