"""Cabinets over HTTP: what anybody may read and report, and what coordinators write."""

from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from flask import Response, jsonify, request, url_for
from sqlalchemy.orm import Session

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Permission
from aednet.areas.ground import load_ground
from aednet.base.context import current
from aednet.base.database import db
from aednet.base.errors import Conflict, NotFound, TemporarilyUnavailable
from aednet.base.transactions import transaction
from aednet.cabinets import coordination, services
from aednet.cabinets.care import inspections
from aednet.cabinets.drafts import InspectionDraft, ReportDraft
from aednet.cabinets.facts import CabinetFacts
from aednet.cabinets.hours.calendar import calendar_of
from aednet.cabinets.models import Cabinet
from aednet.cabinets.queries import CabinetFilter, changed_at, find_cabinet, list_public
from aednet.cabinets.rules import Status, is_listed
from aednet.cabinets.schemas import (
    CabinetCollection,
    CabinetFeature,
    CabinetListQuery,
    CabinetPatch,
    CabinetRegistration,
    ReportReceipt,
    WrittenCabinet,
    cabinet_feature,
    cabinet_tag,
)
from aednet.web.addresses import outside_address
from aednet.web.fields import as_utc
from aednet.web.geojson import MEDIA_TYPE, feature_collection, geojson
from aednet.web.limits import limit_reads, limit_reports
from aednet.web.openapi import Responses, answers, refusal

blueprint = APIBlueprint("cabinets_api", __name__, url_prefix="/api/v1/cabinets", tag="Cabinets")

REF_TRIES = 20  # how often somebody else may be a moment faster
WRITTEN = "The cabinet as it is now. The ETag is that of `GET`, and serves for If-Match"
RETIRED: Responses = {
    "204": {"description": "It is retired, now or since before"},
    "404": refusal(404),
    "409": refusal(409),
}


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
    """Return one cabinet. The ETag serves for If-Match."""
    cabinet = find_cabinet(db.session(), ref)
    if cabinet is None or not is_listed(cabinet.status):
        raise NotFound(f"There is no cabinet {ref}.")
    feature = cabinet_feature(cabinet, today=current().clock.today())
    return geojson(feature, headers={"ETag": f'"{_tag(db.session(), cabinet)}"'})


@blueprint.post("")
@require(Permission.CHANGE)
@blueprint.input(CabinetRegistration, arg_name="registration")
@blueprint.doc(
    responses=answers(WrittenCabinet, WRITTEN, media_type=MEDIA_TYPE, status=201, errors=(400, 409, 413, 422))
)
def register(registration: CabinetRegistration) -> Response:
    """Add a cabinet to the caller's areas, with its device where one is given."""
    ref = _register(registration)
    return _written(ref, status=201, headers={"Location": url_for(".one_cabinet", ref=ref)})


@blueprint.patch("/<ref>")
@require(Permission.CHANGE)
@blueprint.input(CabinetPatch, arg_name="patch")
@blueprint.doc(
    responses=answers(WrittenCabinet, WRITTEN, media_type=MEDIA_TYPE, errors=(400, 404, 409, 413, 422))
)
def change(ref: str, patch: CabinetPatch) -> Response:
    """Change what is named of a cabinet; with If-Match or `updated_at`, only if nobody else did since."""
    with transaction() as session:
        cabinet = coordination.hold_cabinet(session, ref, by=current_caller())
        _check_known(session, cabinet, updated_at=patch.updated_at)
        coordination.change(
            session,
            cabinet,
            patch,
            by=current_caller(),
            ground=load_ground(session, current().settings),
            now=current().clock.now(),
        )
    return _written(ref)


@blueprint.delete("/<ref>")
@require(Permission.CHANGE)
@blueprint.doc(responses=RETIRED)
def retire(ref: str) -> tuple[str, int]:
    """Retire a cabinet: the public sees it no longer, its history is kept. Once more does no harm."""
    with transaction() as session:
        cabinet = coordination.hold_cabinet(session, ref, by=current_caller())
        if cabinet.status is not Status.RETIRED:
            _check_known(session, cabinet)
        coordination.retire(session, cabinet, by=current_caller(), now=current().clock.now())
    return "", 204


@blueprint.post("/<ref>/inspections")
@require(Permission.CHANGE)
@blueprint.input(InspectionDraft, arg_name="draft")
@blueprint.doc(
    responses=answers(
        WrittenCabinet, WRITTEN, media_type=MEDIA_TYPE, status=201, errors=(400, 404, 409, 413, 422)
    )
)
def log_inspection(ref: str, draft: InspectionDraft) -> Response:
    """Log what somebody found at a cabinet. The same sent twice within ten minutes is logged once.

    An inspection overrides no date: with lapsed pads or battery a cabinet stays out of service.
    """
    with transaction() as session:
        cabinet = coordination.hold_cabinet(session, ref, by=current_caller())
        inspections.log_inspection(
            session,
            cabinet,
            draft,
            actor=current_caller().actor,
            now=current().clock.now(),
            today=current().clock.today(),
        )
    return _written(ref, status=201)


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


def _register(registration: CabinetRegistration) -> str:
    """Add a cabinet. Returns its reference: the one named, or the next that is free when it is stored."""
    for _ in range(REF_TRIES):
        try:
            with transaction() as session:
                ref = registration.ref or services.next_ref(session, current().settings.ref_prefix)
                coordination.register(
                    session,
                    registration,
                    ref=ref,
                    device=registration.device,
                    by=current_caller(),
                    ground=load_ground(session, current().settings),
                    now=current().clock.now(),
                )
            return ref
        except services.RefTaken:
            if registration.ref is not None:
                raise
    raise TemporarilyUnavailable("Too many cabinets are being registered at once.")


def _check_known(session: Session, cabinet: Cabinet, *, updated_at: datetime | None = None) -> None:
    """Refuse a write that starts from another state of the cabinet than the one that is stored.

    Raises:
        Conflict: it was changed since the caller read it.
    """
    facts = find_cabinet(session, cabinet.ref)
    is_known = updated_at in {None, cabinet.updated_at}
    if facts is not None and request.if_match:
        is_known = is_known and request.if_match.contains(_tag(session, facts))
    if not is_known:
        since = as_utc(cabinet.updated_at)
        raise Conflict(
            f"The cabinet is not as you knew it; it was last changed at {since}. Read again, and then change."
        )


def _tag(session: Session, cabinet: CabinetFacts) -> str:
    return cabinet_tag(cabinet, updated_at=changed_at(session, cabinet.id), today=current().clock.today())


def _written(ref: str, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    session, today = db.session(), current().clock.today()
    cabinet = find_cabinet(session, ref)
    if cabinet is None:
        raise NotFound(f"There is no cabinet {ref}.")
    at = changed_at(session, cabinet.id)
    feature: dict[str, Any] = cabinet_feature(cabinet, today=today)
    feature["updated_at"] = at.isoformat().replace("+00:00", "Z")
    tag = cabinet_tag(cabinet, updated_at=at, today=today)
    answer = geojson(feature, headers={"ETag": f'"{tag}"', **(headers or {})})
    answer.status_code = status
    return answer


def _next_page(query: CabinetListQuery, cursor: str) -> str:
    fields = query.model_dump(exclude_none=True, exclude_defaults=True)
    if query.bbox is not None:
        fields["bbox"] = str(query.bbox)
    if query.open_at is not None:
        fields["open_at"] = query.open_at.isoformat()
    return outside_address(url_for(".every_cabinet", **(fields | {"cursor": cursor})))
