"""Bringing a stored cabinet to what somebody wants it to be, and telling whether that changed anything."""

from collections.abc import Collection
from datetime import datetime

from aednet.areas.ground import Ground
from aednet.base.database import set_values
from aednet.base.texts import folded
from aednet.cabinets.drafts import CabinetDraft
from aednet.cabinets.models import Cabinet


def apply_draft(
    cabinet: Cabinet,
    draft: CabinetDraft,
    *,
    ground: Ground,
    now: datetime,
    fields: Collection[str] = frozenset(CabinetDraft.model_fields),
) -> bool:
    """Set the named fields of a cabinet, and what follows from them. Returns whether anything differed.

    Raises:
        OutsideExtent: its new position lies outside the network; nothing is set then.
    """
    values = draft.model_dump(include=set(fields))
    if {"lat", "lon"} & set(fields):
        values["area_id"] = ground.area_id_at(draft.position)
    changed = set_values(cabinet, values)
    if changed:
        cabinet.matching_name = folded(cabinet.name)
        cabinet.updated_at = now
    return changed
