"""What became of a cabinet while somebody filled in a form about it, beside what they typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from aednet.base.history import Event, history_of

LOOKED_BACK = 20  # things done to one cabinet while a form stood open


class Stale(Exception):
    """The form started from another state of the cabinet than the one that is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field that is not stored as it was typed; `is_new` where it was stored since the form was shown."""

    name: str
    stored: str
    typed: str
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanwhile:
    """What was done since the form was shown, the newest first, and what is not as it was typed."""

    events: tuple[Event, ...]
    differences: tuple[Difference, ...]


def meanwhile(
    session: Session,
    ref: str,
    *,
    based_on: str,
    stored: Mapping[str, str],
    typed: Mapping[str, str],
    names: Sequence[str],
) -> Meanwhile:
    """Return what happened to a cabinet since `based_on`, and where the fields differ from what was typed."""
    since = _instant(based_on)
    events = tuple(
        event
        for event in history_of(session, f"cabinet {ref}", limit=LOOKED_BACK).rows
        if since is None or event.at > since
    )
    changed = {
        name.strip().removeprefix("device.")
        for event in events
        for name in event.detail.get("fields", "").split(",")
    }
    differences = tuple(
        Difference(name=name, stored=stored[name], typed=typed.get(name, ""), is_new=name in changed)
        for name in names
        if name in stored and stored[name] != typed.get(name, "")
    )
    return Meanwhile(events=events, differences=differences)


def _instant(text: str) -> datetime | None:
    try:
        since = datetime.fromisoformat(text)
    except ValueError:
        return None
    return since if since.tzinfo is not None else None
