"""What a border that somebody proposes would change, and the change itself, across all that lies in areas."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Session

from aednet.accounts.rules import Caller
from aednet.areas.borders import (
    BordersChanged,
    ProposalFacts,
    apply_redrawing,
    decide_proposal,
    find_proposal,
    mark_of,
    remove_area,
)
from aednet.areas.queries import AreaFacts, list_areas
from aednet.areas.redrawing import Redrawing, redraw
from aednet.areas.services import AreaDraft
from aednet.base import audit
from aednet.base.errors import Conflict, NotFound
from aednet.base.revisions import Counter, hold
from aednet.cabinets import placing as cabinets
from aednet.exchange.settling import ids_of, settle
from aednet.geography.locator import AreaLocator
from aednet.geography.projection import Projection
from aednet.volunteers import placing as volunteers


class CannotChange(Conflict):
    """A border would leave a neighbour without any ground, or an area has that slug already."""

    code: ClassVar[str] = "border_conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """How many cabinets and volunteers would come from one area to another; None is no area."""

    source: str | None
    target: str | None
    cabinets: int
    volunteers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a change would do. `names` are those of all areas by their slugs; `mark` is of what was seen."""

    redrawing: Redrawing
    moves: tuple[Move, ...]
    names: Mapping[str, str]
    mark: str

    @property
    def changes_nothing(self) -> bool:
        """Tell whether every border stays as it is."""
        return not self.redrawing.ground.changed


def preview_border(session: Session, draft: AreaDraft, projection: Projection) -> Preview:
    """Return what would change if an area had the border of `draft`."""
    areas = list_areas(session)
    names = {area.slug: area.name for area in areas} | {draft.slug: draft.name}
    return _preview(session, areas, _redraw(areas, draft.slug, draft, projection), names)


def preview_removal(session: Session, slug: str, projection: Projection) -> Preview:
    """Return what would change if an area were there no more."""
    areas = list_areas(session)
    names = {area.slug: area.name for area in areas}
    return _preview(session, areas, _redraw(areas, slug, None, projection), names)


def confirm_proposal(
    session: Session, proposal_id: int, *, seen: str, by: Caller, projection: Projection, now: datetime
) -> ProposalFacts:
    """Give an area the border that somebody proposed; all that lies there moves with it.

    `seen` is the mark of the preview that the caller looked at.

    Raises:
        NotFound: there is no such proposal.
        AlreadyDecided: something became of it before.
        BordersChanged: the borders are no longer those of the preview.
        CannotChange: a neighbour would keep no ground, or there is an area of that slug already.
    """
    areas = _hold_areas(session, seen)
    proposal = find_proposal(session, proposal_id)
    if proposal is None:
        raise NotFound("There is no such proposal.")
    decide_proposal(session, proposal_id, is_confirmed=True, by=by.actor, now=now)
    is_there = any(area.slug == proposal.slug for area in areas)
    if is_there is not (proposal.area_id is not None):
        raise CannotChange("There is an area of that slug already.")
    redrawing = _redraw(areas, proposal.slug, proposal.draft, projection)
    if redrawing.swallowed:
        raise CannotChange("A neighbour would keep no ground.")
    apply_redrawing(session, redrawing, draft=proposal.draft, by=by.actor, now=now)
    counts = _settle(session, areas, redrawing) | {"proposal": str(proposal_id)}
    if not is_there:
        _record(session, "area_added", proposal.slug, by=by, now=now, detail=counts)
    for slug in sorted(redrawing.ground.changed & {area.slug for area in areas}):
        detail = counts if slug == proposal.slug else {"proposal": str(proposal_id)}
        _record(session, "area_border_changed", slug, by=by, now=now, detail=detail)
    return proposal


def remove(
    session: Session, slug: str, *, seen: str, by: Caller, projection: Projection, now: datetime
) -> None:
    """Remove an area; what lies in it lies in none from here on.

    Raises:
        NotFound: there is no such area.
        BordersChanged: the borders are no longer those of the preview.
    """
    areas = _hold_areas(session, seen)
    if not any(area.slug == slug for area in areas):
        raise NotFound("There is no such area.")
    redrawing = _redraw(areas, slug, None, projection)
    apply_redrawing(session, redrawing, draft=None, by=by.actor, now=now)
    counts = _settle(session, areas, redrawing)
    remove_area(session, slug)
    _record(session, "area_removed", slug, by=by, now=now, detail=counts)


def _hold_areas(session: Session, seen: str) -> list[AreaFacts]:
    """Return the areas, which nobody else changes until this transaction ends.

    Raises:
        BordersChanged: they are not those that were seen.
    """
    hold(session, Counter.NETWORK)
    areas = list_areas(session)
    if mark_of(areas) != seen:
        raise BordersChanged("The borders were changed by somebody else.")
    return areas


def _redraw(areas: list[AreaFacts], slug: str, draft: AreaDraft | None, projection: Projection) -> Redrawing:
    before = {area.slug: area.shape for area in areas}
    return redraw(before, slug, None if draft is None else draft.shape, projection)


def _preview(
    session: Session, areas: list[AreaFacts], redrawing: Redrawing, names: Mapping[str, str]
) -> Preview:
    moves: list[Move] = []
    if redrawing.ground.box is not None:
        slugs, locator = {area.id: area.slug for area in areas}, AreaLocator(redrawing.shapes.items())
        moved = cabinets.count_moves(session, locator, redrawing.ground.box, slugs)
        people = volunteers.count_moves(session, locator, ids_of(redrawing.ground, areas), slugs)
        pairs = sorted(moved.keys() | people.keys(), key=lambda pair: tuple(map(str, pair)))
        moves = [
            Move(source=pair[0], target=pair[1], cabinets=moved[pair], volunteers=people[pair])
            for pair in pairs
        ]
    return Preview(redrawing=redrawing, moves=tuple(moves), names=names, mark=mark_of(areas))


def _settle(session: Session, before: list[AreaFacts], redrawing: Redrawing) -> dict[str, str]:
    """Place anew whatever lies on ground that changed hands; return how many cabinets and people moved."""
    after = [area for area in list_areas(session) if area.slug in redrawing.shapes]
    return {
        kind: str(number)
        for kind, number in asdict(settle(session, redrawing.ground, before=before, after=after)).items()
    }


def _record(
    session: Session, action: str, slug: str, *, by: Caller, now: datetime, detail: Mapping[str, str]
) -> None:
    audit.record(session, at=now, actor=by.actor, action=action, subject=f"area {slug}", detail=detail)
