"""Reads by which a cabinet in somebody's list is known again; set-based, for lists are long."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Float, Select, String, and_, column, select, values
from sqlalchemy.orm import Session

from aednet.cabinets.models import Cabinet
from aednet.geography.points import LatLon

REACH_DEGREES = 1e-5  # 1.1 m of latitude, less of longitude: lists round to five decimals


WHAT_IT_IS_KNOWN_BY: tuple[Any, ...] = (
    Cabinet.id,
    Cabinet.ref,
    Cabinet.name,
    Cabinet.matching_name,
    Cabinet.lat,
    Cabinet.lon,
    Cabinet.source,
    Cabinet.source_key,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPlace:
    """A cabinet as a list tells of it: its folded name, and where it hangs."""

    matching_name: str
    position: LatLon


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCabinet:
    """By what a stored cabinet can be known again."""

    id: int
    ref: str
    name: str
    matching_name: str
    position: LatLon
    source: str | None
    source_key: str | None


def known_by_ref(session: Session, refs: Collection[str]) -> list[KnownCabinet]:
    """Return the cabinets with these references."""
    return _read(session, _known().where(Cabinet.ref.in_(refs)))


def known_by_key(session: Session, keys: Collection[str], *, source: str | None = None) -> list[KnownCabinet]:
    """Return the cabinets that `source`, or any source, knows by these keys."""
    statement = _known().where(Cabinet.source_key.in_(keys))
    return _read(session, statement if source is None else statement.where(Cabinet.source == source))


def known_at(session: Session, places: Sequence[NamedPlace]) -> list[KnownCabinet]:
    """Return the cabinets that bear the name of one of `places` and hang within about a metre of it."""
    if not places:
        return []
    wanted = (
        values(column("matching_name", String), column("lat", Float), column("lon", Float), name="wanted")
        .data([(place.matching_name, place.position.lat, place.position.lon) for place in places])
        .cte("wanted")
    )
    fits = and_(
        Cabinet.matching_name == wanted.c.matching_name,
        Cabinet.lat.between(wanted.c.lat - REACH_DEGREES, wanted.c.lat + REACH_DEGREES),
        Cabinet.lon.between(wanted.c.lon - REACH_DEGREES, wanted.c.lon + REACH_DEGREES),
    )
    return _read(session, _known().join(wanted, fits).distinct())


def known_sources(session: Session) -> set[str]:
    """Return the names of all registers that cabinets are from."""
    return set(session.scalars(select(Cabinet.source).where(Cabinet.source.is_not(None)).distinct()))


def is_within_reach(one: LatLon, other: LatLon) -> bool:
    """Tell whether two positions differ by no more than lists round them: about a metre."""
    return abs(one.lat - other.lat) <= REACH_DEGREES and abs(one.lon - other.lon) <= REACH_DEGREES


def _known() -> Select[Any]:
    return select(*WHAT_IT_IS_KNOWN_BY)


def _read(session: Session, statement: Select[Any]) -> list[KnownCabinet]:
    return [
        KnownCabinet(
            id=row.id,
            ref=row.ref,
            name=row.name,
            matching_name=row.matching_name,
            position=LatLon(lat=row.lat, lon=row.lon),
            source=row.source,
            source_key=row.source_key,
        )
        for row in session.execute(statement.order_by(Cabinet.id))
    ]
