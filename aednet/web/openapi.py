"""The OpenAPI description: what each call answers, and the words round it."""

from collections.abc import Mapping
from typing import Any

from apiflask import APIFlask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from aednet.web.problems import MEDIA_TYPE as PROBLEM
from aednet.web.problems import Problem

SPEC_PATH = "/api/v1/openapi.json"
INTRODUCTION = (
    "The network of AED cabinets of one municipality or country. Instants are ISO 8601; without an "
    "offset they are local to the network. Distances ending in `_m` are metres to 0.1. Every error is "
    "`application/problem+json`."
)
WORDS = {
    400: "The body or the query cannot be read",
    401: "Nobody is signed in, or the token does not hold",
    403: "The role of whoever asks does not include this",
    404: "There is no such thing",
    409: "The change does not fit what is stored by now",
    413: "The body is too large",
    422: "A value cannot be used; `errors` names the fields",
    429: "Too many requests; `Retry-After` says when to come back",
}

Responses = dict[int | str, dict[str, str | dict[str, dict[str, Any]]]]  # as APIFlask takes them

_documented: set[type[BaseModel]] = {Problem}


def answers(
    model: type[BaseModel],
    description: str,
    *,
    media_type: str = "application/json",
    status: int = 200,
    errors: tuple[int, ...] = (422, 429),
) -> Responses:
    """Describe what a call answers, for the `responses` of APIFlask's `doc`."""
    _documented.add(model)
    described: Responses = {str(status): _response(model, description, media_type)}
    described |= {str(code): refusal(code) for code in errors}
    return described


def refusal(status: int) -> dict[str, str | dict[str, dict[str, Any]]]:
    """Describe an error as a call may answer it."""
    return _response(Problem, WORDS[status], PROBLEM)


def init_openapi(app: APIFlask) -> None:
    """Let `app` describe itself in OpenAPI 3.1 at `/api/v1/openapi.json`."""
    app.config["OPENAPI_VERSION"] = "3.1.0"
    app.config["INFO"] = {"description": INTRODUCTION}
    app.config["SYNC_LOCAL_SPEC"] = False
    app.config["AUTO_404_RESPONSE"] = False
    app.config["AUTO_VALIDATION_ERROR_RESPONSE"] = False
    app.spec_processor(_add_schemas)


def _response(
    model: type[BaseModel], description: str, media_type: str
) -> dict[str, str | dict[str, dict[str, Any]]]:
    reference = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"description": description, "content": {media_type: {"schema": reference}}}


def _add_schemas(spec: dict[str, Any] | str) -> dict[str, Any] | str:
    if isinstance(spec, str):
        return spec
    models = sorted(_documented, key=lambda model: model.__name__)
    _, schemas = models_json_schema(
        [(model, "serialization") for model in models],
        ref_template="#/components/schemas/{model}",
    )
    definitions: Mapping[str, Any] = schemas.get("$defs", {})
    spec.setdefault("components", {}).setdefault("schemas", {}).update(definitions)
    return spec
