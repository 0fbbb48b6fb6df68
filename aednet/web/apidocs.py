"""A page to read the API's description on, made from the description itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from apiflask import APIFlask
from flask import Blueprint, current_app, render_template

from aednet.web.openapi import SPEC_PATH

blueprint = Blueprint("apidocs", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedField:
    """A parameter of a call or a field of a schema."""

    name: str
    schema: Mapping[str, Any]
    is_required: bool
    description: str


@blueprint.get("/api/v1/docs")
def read() -> str:
    """Show every call of the API with what it takes and answers."""
    app = cast("APIFlask", current_app)
    return render_template(
        "apidocs.html", spec=app.spec, spec_path=SPEC_PATH, parameters_of=_parameters, fields_of=_fields
    )


def _parameters(operation: Mapping[str, Any]) -> Iterator[DescribedField]:
    for parameter in operation.get("parameters", ()):
        schema = parameter["schema"]
        yield DescribedField(
            name=parameter["name"],
            schema=schema,
            is_required=parameter.get("required", False),
            description=parameter.get("description") or schema.get("description", ""),
        )


def _fields(schema: Mapping[str, Any]) -> Iterator[DescribedField]:
    for name, kind in schema.get("properties", {}).items():
        yield DescribedField(
            name=name,
            schema=kind,
            is_required=name in schema.get("required", ()),
            description=kind.get("description", ""),
        )
