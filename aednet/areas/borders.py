"""Borders proposed, confirmed and kept: how the areas change."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import ClassVar

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from aednet.areas.border_models import BorderProposal, KeptBorder
from aednet.areas.models import Area, AreaKind
from aednet.areas.queries import AreaFacts
from aednet.areas.redrawing import Redrawing
from aednet.areas.services import AreaDraft
from aednet.base.errors import Conflict, NotFound

MARK_LENGTH = 16
FACTS = ("slug", "name", "kind", "population", "name_source", "boundary_source", "shape")


class BordersChanged(Conflict):
    """The borders are no longer what somebody saw."""

    code: ClassVar[str] = "borders_changed"


class AlreadyDecided(Conflict):
    """A proposal was confirmed or declined before."""

    code: ClassVar[str] = "already_decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalFacts:
    """A border that somebody proposes, and what became of it; `area_id` is None for an area that is to be."""

    id: int
    area_id: int | None
    slug: str
    name: str
    kind: AreaKind
    population: int | None
    name_source: str
    boundary_source: str
    shape: BaseGeometry
    proposed_at: datetime
    proposed_by: str
    decided_at: datetime | None
    decided_by: str | None
    is_confirmed: bool | None

    @property
    def draft(self) -> AreaDraft:
        """What the area shall become."""
        return AreaDraft(**{name: getattr(self, name) for name in FACTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenProposal:
    """A proposal in a list."""

    id: int
    slug: str
    name: str
    proposed_at: datetime
    proposed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFacts:
    """An area as it was until `replaced_at`."""

    id: int
    draft: AreaDraft
    replaced_at: datetime
    replaced_by: str


def mark_of(areas: Iterable[AreaFacts]) -> str:
    """Return a short text that is the same only while all these areas have these borders."""
    digest = sha256()
    for area in areas:
        digest.update(f"{area.slug}\0".encode() + shapely.to_wkb(area.shape) + b"\0")
    return digest.hexdigest()[:MARK_LENGTH]


def find_proposal(session: Session, proposal_id: int) -> ProposalFacts | None:
    """Return a proposal, decided or not."""
    row = session.get(BorderProposal, proposal_id)
    if row is None:
        return None
    return ProposalFacts(**{name: getattr(row, name) for name in ProposalFacts.__dataclass_fields__})


def list_open_proposals(
    session: Session, *, area_ids: Collection[int] | None, limit: int
) -> list[OpenProposal]:
    """Return what waits for an administrator, the newest first; with None, also areas that are to be."""
    wanted = (
        select(
            BorderProposal.id,
            BorderProposal.slug,
            BorderProposal.name,
            BorderProposal.proposed_at,
            BorderProposal.proposed_by,
        )
        .where(BorderProposal.decided_at.is_(None))
        .order_by(BorderProposal.id.desc())
        .limit(limit)
    )
    if area_ids is not None:
        wanted = wanted.where(BorderProposal.area_id.in_(area_ids))
    return [OpenProposal(**row._asdict()) for row in session.execute(wanted)]


def list_kept_borders(session: Session, slug: str, *, limit: int) -> list[KeptFacts]:
    """Return what an area was before, the newest first."""
    rows = session.scalars(
        select(KeptBorder).where(KeptBorder.slug == slug).order_by(KeptBorder.id.desc()).limit(limit)
    )
    return [_kept(row) for row in rows]


def list_removed_areas(session: Session, *, limit: int) -> list[KeptFacts]:
    """Return areas that are there no more, as they were last, the last removed first."""
    there = select(Area.id).where(Area.slug == KeptBorder.slug).exists()
    rows = session.scalars(select(KeptBorder).where(~there).order_by(KeptBorder.id.desc()).limit(limit))
    last: dict[str, KeptFacts] = {}
    for row in rows:
        last.setdefault(row.slug, _kept(row))
    return list(last.values())


def get_kept_border(session: Session, kept_id: int) -> KeptFacts:
    """Return what an area was before.

    Raises:
        NotFound: nothing was kept under that number.
    """
    row = session.get(KeptBorder, kept_id)
    if row is None:
        raise NotFound("There is no such border.")
    return _kept(row)


def add_proposal(
    session: Session, draft: AreaDraft, *, area_id: int | None, by: str, now: datetime
) -> tuple[int, bool]:
    """Keep a border for an administrator to look at; returns its number, and whether it is new.

    The same border, proposed before by the same and not decided yet, is that one again.
    """
    same = session.scalars(
        select(BorderProposal).where(
            BorderProposal.decided_at.is_(None),
            BorderProposal.area_id == area_id,
            BorderProposal.slug == draft.slug,
            BorderProposal.proposed_by == by,
        )
    )
    for row in same:
        if all(getattr(row, name) == getattr(draft, name) for name in FACTS):
            return row.id, False
    new = BorderProposal(**asdict(draft), area_id=area_id, proposed_at=now, proposed_by=by)
    session.add(new)
    session.flush()
    return new.id, True


def decide_proposal(
    session: Session, proposal_id: int, *, is_confirmed: bool, by: str, now: datetime
) -> None:
    """Note what became of a proposal.

    Raises:
        NotFound: there is none.
        AlreadyDecided: something became of it before.
    """
    row = session.get(BorderProposal, proposal_id, with_for_update=True)
    if row is None:
        raise NotFound("There is no such proposal.")
    if row.decided_at is not None:
        raise AlreadyDecided("Somebody decided on this proposal before.")
    row.decided_at, row.decided_by, row.is_confirmed = now, by, is_confirmed
    session.flush()


def apply_redrawing(
    session: Session, redrawing: Redrawing, *, draft: AreaDraft | None, by: str, now: datetime
) -> None:
    """Give the areas their new borders, and keep the old ones.

    `draft` is the area whose border was drawn, which is added where it is not there. An area that is to go
    stays until `remove_area`, so that whatever lies in it can be placed elsewhere first.
    """
    stored = {area.slug: area for area in session.scalars(select(Area))}
    for slug in sorted(redrawing.ground.changed):
        area, shape = stored.get(slug), redrawing.shapes.get(slug)
        if area is not None:
            facts = {name: getattr(area, name) for name in FACTS}
            session.add(KeptBorder(**facts, replaced_at=now, replaced_by=by))
        if area is None and draft is not None:
            session.add(Area(**asdict(draft)))
        elif area is not None and shape is not None:
            area.shape = shape
            if draft is not None and slug == draft.slug:
                area.boundary_source = draft.boundary_source
    session.flush()


def remove_area(session: Session, slug: str) -> None:
    """Remove an area in which nothing lies any more; what it was is kept."""
    session.delete(session.scalars(select(Area).where(Area.slug == slug)).one())
    session.flush()


def _kept(row: KeptBorder) -> KeptFacts:
    draft = AreaDraft(**{name: getattr(row, name) for name in FACTS})
    return KeptFacts(id=row.id, draft=draft, replaced_at=row.replaced_at, replaced_by=row.replaced_by)
