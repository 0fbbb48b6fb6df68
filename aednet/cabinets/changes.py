"""Bringing a stored cabinet to what somebody wants it to be, and telling whether that changed anything."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from aednet.areas.ground import Ground
from aednet.base.database import set_values
from aednet.base.texts import folded
from aednet.cabinets.drafts import CabinetDraft
from aednet.cabinets.hours.syntax import is_readable
from aednet.cabinets.models import Cabinet
from aednet.geography.points import LatLon


def apply_draft(
    cabinet: Cabinet,
    draft: CabinetDraft,
    *,
    ground: Ground,
    now: datetime,
    fields: Collection[str] = frozenset(CabinetDraft.model_fields),
) -> bool:
    """Set the named fields of a cabinet, and what follows from them. Returns whether anything differed.

    A position is named as a whole: `lat` and `lon`.

    Raises:
        OutsideExtent: its new position lies outside the network; nothing is set then.
    """
    named = set(fields) | ({"lat", "lon"} if {"lat", "lon"} & set(fields) else set())
    return bool(apply_values(cabinet, draft.model_dump(include=named), ground=ground, now=now))


def apply_values(
    cabinet: Cabinet, values: Mapping[str, Any], *, ground: Ground, now: datetime
) -> frozenset[str]:
    """Set facts of a cabinet, its position as a whole, and what follows. Returns the names that differed.

    Raises:
        OutsideExtent: its new position lies outside the network; nothing is set then.
    """
    values = dict(values)
    if "lat" in values:
        values["area_id"] = ground.area_id_at(LatLon(lat=values["lat"], lon=values["lon"]))
    differing = frozenset(name for name, value in values.items() if getattr(cabinet, name) != value)
    if set_values(cabinet, values):
        cabinet.matching_name = folded(cabinet.name)
        cabinet.hours_unknown = not is_readable(cabinet.opening_hours)
        cabinet.updated_at = now
    return differing
