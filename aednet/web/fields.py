"""Kinds of query fields that several rooms take in."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema

from aednet.base.clock import parse_instant
from aednet.base.context import current
from aednet.geography.extent import Extent, InvalidExtent


class Query(BaseModel):
    """A query string: frozen, and a field that nobody knows is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _instant(value: object) -> object:
    if isinstance(value, str):
        try:
            return parse_instant(value, current().settings.zone)
        except (ValueError, OverflowError) as error:
            raise ValueError("wants an ISO 8601 instant, such as 2026-11-24T14:00") from error
    return value


def _box(value: object) -> object:
    if isinstance(value, str):
        try:
            return Extent.parse(value)
        except InvalidExtent as error:
            raise ValueError(str(error)) from error
    return value


def as_utc(instant: datetime) -> str:
    """Return an aware UTC instant as answers give it: `2026-11-24T02:00:00Z`."""
    return instant.isoformat(timespec="seconds").replace("+00:00", "Z")


InstantField = Annotated[
    datetime,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-24T14:00"]}),
]
BoxField = Annotated[
    Extent,
    BeforeValidator(_box),
    WithJsonSchema({"type": "string", "examples": ["6.4,52.6,6.7,52.8"]}),
]
