"""Errors as other programs read them: `application/problem+json` (RFC 9457)."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from flask import Response
from pydantic import BaseModel, Field

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """An error: `code` is for programs, `detail` for people, `errors` names each bad field."""

    type: str = Field("about:blank", description="A URI of the kind of problem")
    title: str = Field("", description="The status in words")
    status: int = Field(0, description="The HTTP status")
    detail: str = Field("", description="What is wrong, in a sentence")
    code: str = Field("", description="A stable name of the kind of problem")
    errors: dict[str, list[str]] | None = Field(None, description="What is wrong with each bad field")


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: Mapping[str, Sequence[str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return an error as an answer."""
    body = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        errors=None if errors is None else {field: list(words) for field, words in errors.items()},
    )
    answer = Response(json.dumps(body.model_dump(exclude_none=True)), status=status, content_type=MEDIA_TYPE)
    answer.headers.update(headers or {})
    return answer
