"""Areas over HTTP."""

from apiflask import APIBlueprint
from flask import Response

from aednet.areas.queries import find_area, list_areas
from aednet.areas.schemas import AreaCollection, AreaFeature, area_feature
from aednet.base.database import db
from aednet.base.errors import NotFound
from aednet.geography.shipped import CREDIT
from aednet.web.geojson import MEDIA_TYPE, feature_collection, geojson
from aednet.web.limits import limit_reads
from aednet.web.openapi import answers

blueprint = APIBlueprint("areas_api", __name__, url_prefix="/api/v1/areas", tag="Areas")


@blueprint.get("")
@limit_reads
@blueprint.doc(responses=answers(AreaCollection, "Every area", media_type=MEDIA_TYPE, errors=(429,)))
def every_area() -> Response:
    """List the areas, with their borders, population and the source of both."""
    return geojson(
        feature_collection([area_feature(area) for area in list_areas(db.session())], credit=CREDIT)
    )


@blueprint.get("/<slug>")
@limit_reads
@blueprint.doc(responses=answers(AreaFeature, "The area", media_type=MEDIA_TYPE, errors=(404, 429)))
def one_area(slug: str) -> Response:
    """Return one area."""
    area = find_area(db.session(), slug)
    if area is None:
        raise NotFound(f"There is no area {slug}.")
    return geojson({**area_feature(area), "credit": CREDIT})
