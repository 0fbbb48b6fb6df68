"""The words by which cabinets are found: those of reference, name and address, folded."""

from collections.abc import Iterable

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from aednet.base.texts import folded
from aednet.cabinets.models import Cabinet, CabinetWord

AT_ONCE = 10_000  # ids in one statement, well below what either database takes


def words_of(ref: str, name: str, address: str | None) -> frozenset[str]:
    """Return the words by whose beginning a cabinet is found; `17` finds `HGV-017` too."""
    numbers = {word.lstrip("0") for word in folded(ref).split()} - {""}
    return frozenset({*folded(f"{ref} {name} {address or ''}").split(), *numbers})


def index_words(session: Session, cabinet_ids: Iterable[int]) -> None:
    """Bring the words of these cabinets in line with what they are called; every write of that ends so."""
    session.flush()
    ids = sorted(set(cabinet_ids))
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        wanted = {
            (word, row.id)
            for row in session.execute(
                select(Cabinet.id, Cabinet.ref, Cabinet.name, Cabinet.address).where(Cabinet.id.in_(some))
            )
            for word in words_of(row.ref, row.name, row.address)
        }
        known = {
            (row.word, row.cabinet_id)
            for row in session.execute(
                select(CabinetWord.word, CabinetWord.cabinet_id).where(CabinetWord.cabinet_id.in_(some))
            )
        }
        stale = {cabinet_id for _, cabinet_id in known - wanted}
        if stale:
            session.execute(delete(CabinetWord).where(CabinetWord.cabinet_id.in_(stale)))
            known = {(word, cabinet_id) for word, cabinet_id in known if cabinet_id not in stale}
        if missing := wanted - known:
            session.execute(
                insert(CabinetWord),
                [{"word": word, "cabinet_id": cabinet_id} for word, cabinet_id in sorted(missing)],
            )
