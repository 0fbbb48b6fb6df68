"""Finding cabinets by the beginnings of their words."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from aednet.base.texts import folded
from aednet.cabinets.models import CabinetWord

HITS = 500  # cabinets that a word may find in the whole network; who gets more types another word
MOST_WORDS = 6  # of what somebody looks for; further ones hardly narrow it
LAST_CHARACTER = "\U0010ffff"


def words_sought(text: str) -> list[str]:
    """Return the words that somebody looks for; signs are no part of them."""
    return list(dict.fromkeys(folded(text).split()))[:MOST_WORDS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """The cabinets that words found; `is_partial` where the rarest word has more than were looked at."""

    ids: tuple[int, ...]
    is_partial: bool


def find_by_words(session: Session, words: Sequence[str]) -> Hits:
    """Find cabinets of the whole network of which each of these words, one at least, begins one of theirs."""
    counts = [select(func.count()).select_from(_some(word).subquery()).scalar_subquery() for word in words]
    counted = session.execute(select(*counts)).one()
    rarest = min(range(len(words)), key=lambda at: int(counted[at]))
    hits = _some(words[rarest]).subquery("hits")
    wanted = select(hits.c.cabinet_id).distinct()
    others = (bears(hits.c.cabinet_id, word) for at, word in enumerate(words) if at != rarest)
    return Hits(ids=tuple(session.scalars(wanted.where(*others))), is_partial=counted[rarest] == HITS)


def bears(cabinet_id: ColumnElement[int], word: str) -> ColumnElement[bool]:
    """Return the condition that one of a cabinet's words begins with `word`, looked up cabinet by cabinet.

    As `EXISTS` it would be, to PostgreSQL, a join with everything in the network that bears the word.
    """
    own = _bearers(word).where(CabinetWord.cabinet_id == cabinet_id).limit(1)
    return own.scalar_subquery().is_not(None)


def _some(word: str) -> Select[int]:
    return _bearers(word).order_by(CabinetWord.word, CabinetWord.cabinet_id).limit(HITS)


def _bearers(word: str) -> Select[int]:
    return select(CabinetWord.cabinet_id).where(
        CabinetWord.word >= word, CabinetWord.word < word + LAST_CHARACTER
    )
