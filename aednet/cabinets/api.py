"""Cabinets over HTTP."""

from apiflask import APIBlueprint
from flask import Response, jsonify, url_for

from aednet.base.context import current
from aednet.base.database import db
from aednet.base.errors import NotFound
from aednet.base.transactions import transaction
from aednet.cabinets import services
from aednet.cabinets.calendar import calendar_of
from aednet.cabinets.drafts import ReportDraft
from aednet.cabinets.queries import CabinetFilter, find_cabinet, list_public
from aednet.cabinets.rules import is_listed
from aednet.cabinets.schemas import (
    CabinetCollection,
    CabinetFeature,
    CabinetListQuery,
    ReportReceipt,
    cabinet_feature,
)
from aednet.web.geojson import MEDIA_TYPE, feature_collection, geojson
from aednet.web.limits import limit_reads, limit_reports
from aednet.web.openapi import answers

blueprint = APIBlueprint("cabinets_api", __name__, url_prefix="/api/v1/cabinets", tag="Cabinets")


@blueprint.get("")
@limit_reads
@blueprint.input(CabinetListQuery, location="query", arg_name="query")
@blueprint.doc(responses=answers(CabinetCollection, "A page of cabinets", media_type=MEDIA_TYPE))
def every_cabinet(query: CabinetListQuery) -> Response:
    """List the cabinets that are neither planned nor retired, by reference."""
    page = list_public(
        db.session(),
        CabinetFilter(inside=query.bbox, area=query.area, serving_at=query.open_at),
        calendar=calendar_of(current().settings),
        limit=query.limit,
        after=query.cursor,
    )
    today = current().clock.today()
    features = [cabinet_feature(cabinet, today=today) for cabinet in page.cabinets]
    headers = {}
    if page.next_after is not None:
        headers["Link"] = f'<{_next_page(query, page.next_after)}>; rel="next"'
    return geojson(feature_collection(features), headers=headers)


@blueprint.get("/<ref>")
@limit_reads
@blueprint.doc(responses=answers(CabinetFeature, "The cabinet", media_type=MEDIA_TYPE, errors=(404, 429)))
def one_cabinet(ref: str) -> Response:
    """Return one cabinet."""
    cabinet = find_cabinet(db.session(), ref)
    if cabinet is None or not is_listed(cabinet.status):
        raise NotFound(f"There is no cabinet {ref}.")
    return geojson(cabinet_feature(cabinet, today=current().clock.today()))


@blueprint.post("/<ref>/reports")
@limit_reports
@blueprint.input(ReportDraft, arg_name="draft")
@blueprint.doc(
    responses=answers(ReportReceipt, "The report is kept", status=202, errors=(400, 404, 413, 422, 429))
)
def report_problem(ref: str, draft: ReportDraft) -> tuple[Response, int]:
    """Say what is wrong with a cabinet. The same report sent twice is kept once."""
    with transaction() as session:
        services.report_problem(session, ref, draft, now=current().clock.now())
    return jsonify(status="received"), 202


def _next_page(query: CabinetListQuery, cursor: str) -> str:
    fields = query.model_dump(exclude_none=True, exclude_defaults=True)
    if query.bbox is not None:
        fields["bbox"] = str(query.bbox)
    if query.open_at is not None:
        fields["open_at"] = query.open_at.isoformat()
    return url_for(".every_cabinet", **(fields | {"cursor": cursor}), _external=True)
