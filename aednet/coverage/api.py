"""Questions to the network over HTTP."""

from apiflask import APIBlueprint
from flask import Response, jsonify

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Permission
from aednet.base.context import current
from aednet.coverage.coverage_schemas import (
    CoverageAnswer,
    CoverageQuery,
    GapCollection,
    coverage_answer,
    gap_feature,
)
from aednet.coverage.live import current_network
from aednet.coverage.measured import coverage_at, gaps_at
from aednet.coverage.nearest import nearest_cabinets
from aednet.coverage.schemas import NearestAnswer, NearestQuery, nearest_answer
from aednet.geography.points import LatLon
from aednet.geography.shipped import CREDIT
from aednet.web.geojson import MEDIA_TYPE, feature_collection, geojson
from aednet.web.limits import limit_reads
from aednet.web.openapi import answers

blueprint = APIBlueprint("coverage_api", __name__, url_prefix="/api/v1", tag="Coverage")


@blueprint.get("/cabinets/nearest")
@limit_reads
@blueprint.input(NearestQuery, location="query", arg_name="query")
@blueprint.doc(responses=answers(NearestAnswer, "The nearest cabinets"))
def nearest(query: NearestQuery) -> Response:
    """Find the cabinets nearest to a point. For planning; in an emergency call 112 first."""
    network = current_network()
    at = query.at or current().clock.now()
    origin = LatLon(lat=query.lat, lon=query.lon)
    found = nearest_cabinets(
        network,
        origin,
        at=at,
        limit=query.limit,
        mode=query.mode,
        include_closed=query.include_closed,
    )
    return jsonify(nearest_answer(network, origin, found, at=at))


@blueprint.get("/coverage")
@limit_reads
@blueprint.input(CoverageQuery, location="query", arg_name="query")
@blueprint.doc(responses=answers(CoverageAnswer, "Coverage by area and in total"))
def coverage(query: CoverageQuery) -> Response:
    """Measure how much ground and how many inhabitants lie within a straight line of a serving cabinet."""
    network = current_network()
    at = query.at or current().clock.now()
    measured = coverage_at(network, at=at, radius_m=query.radius)
    return jsonify(coverage_answer(network, measured, at=at, radius_m=query.radius))


@blueprint.get("/coverage/gaps")
@limit_reads
@require(Permission.SEE)
@blueprint.input(CoverageQuery, location="query", arg_name="query")
@blueprint.doc(responses=answers(GapCollection, "Gaps", media_type=MEDIA_TYPE))
def gaps(query: CoverageQuery) -> Response:
    """Find the inhabited ground of the caller's areas outside every catchment, most inhabitants first."""
    network, caller = current_network(), current_caller()
    at = query.at or current().clock.now()
    own = {area.slug for area in network.areas if caller.may_see_area(area.id)}
    found = [gap for gap in gaps_at(network, at=at, radius_m=query.radius) if gap.area in own]
    return geojson(feature_collection([gap_feature(gap) for gap in found], credit=CREDIT))
