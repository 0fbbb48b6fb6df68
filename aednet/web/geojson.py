"""Answers in GeoJSON, with an ETag so that an unchanged layer is not sent twice."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, request

MEDIA_TYPE = "application/geo+json"


def geojson(body: Mapping[str, Any], *, headers: Mapping[str, str] | None = None) -> Response:
    """Return a GeoJSON object as an answer, or 304 where the asker has it already."""
    answer = Response(json.dumps(body, ensure_ascii=False), content_type=MEDIA_TYPE)
    answer.headers.update(headers or {})
    answer.headers["Cache-Control"] = "no-cache"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def feature_collection(features: list[dict[str, Any]], **members: Any) -> dict[str, Any]:
    """Return a FeatureCollection with foreign members, such as a credit."""
    return {"type": "FeatureCollection", **members, "features": features}
