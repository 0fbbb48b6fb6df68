"""From which register a file is. Its ids mean something only there, and a file's name does not tell."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Final

import numpy as np
from sqlalchemy.orm import Session

from aednet.cabinets.known import KnownCabinet, known_by_key, known_sources
from aednet.exchange.rows import CabinetRow
from aednet.geography.geodesic import distances_m

SAME_PLACE_M: Final = 50.0  # one edition has the middle of the building, the next one its door
SAME_NAME_M: Final = 2_000.0  # a cabinet that moved; further apart, two villages may each have a "Dorpshuis"
ENOUGH_AGREE: Final = 0.5
KEYS_AT_ONCE: Final = 500


def recognise_register(session: Session, rows: Sequence[CabinetRow], *, proposed: str) -> str:
    """Return the name of the register that a file with these rows is from: a stored one, or a new name.

    A stored register is the file's where at least half of the cabinets that both know by the same id are
    in the same place too, or bear the same name not far from it. So a renamed file is known again, while
    two towns that both count from 1 keep apart, even in files of one name. A new register gets the
    `proposed` name, numbered where that is taken. Rows without positions prove nothing: the name decides.
    """
    by_key = {row.key: row for row in rows if row.key is not None}
    names = Counter(row.place.matching_name for row in rows if row.place is not None)
    shared = _by_source(session, list(by_key))
    votes = {
        source: [
            _is_same(row, known, names)
            for known in cabinets
            if (row := by_key[known.source_key or ""]).position is not None
        ]
        for source, cabinets in shared.items()
    }
    agreeing = {
        source: sum(cast) for source, cast in votes.items() if cast and sum(cast) >= ENOUGH_AGREE * len(cast)
    }
    if agreeing:
        return max(agreeing, key=lambda source: (agreeing[source], source == proposed, source))
    taken = known_sources(session) - {source for source, cast in votes.items() if not cast}
    numbered = (proposed if number == 1 else f"{proposed}-{number}" for number in count(1))
    return next(name for name in numbered if name not in taken)


def _by_source(session: Session, keys: Sequence[str]) -> Mapping[str, list[KnownCabinet]]:
    found: dict[str, list[KnownCabinet]] = defaultdict(list)
    for start in range(0, len(keys), KEYS_AT_ONCE):
        for known in known_by_key(session, keys[start : start + KEYS_AT_ONCE]):
            if known.source is not None:
                found[known.source].append(known)
    return found


def _is_same(row: CabinetRow, known: KnownCabinet, names: Mapping[str, int]) -> bool:
    """Tell whether a row and a stored cabinet agree; a name that many bear in the file proves nothing."""
    if row.position is None:
        return False
    here = known.position
    away_m = distances_m(row.position, lat=np.array([here.lat]), lon=np.array([here.lon]))[0]
    if away_m <= SAME_PLACE_M:
        return True
    name = row.place and row.place.matching_name
    return bool(name == known.matching_name and names[name] == 1 and away_m <= SAME_NAME_M)
