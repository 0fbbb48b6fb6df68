"""The first rows over several keys, each of which an index keeps in order by itself.

`WHERE area_id IN (...) ORDER BY id LIMIT 50` has a database read all rows of all the areas, or go through the
whole table. Asked for the first fifty of each area, it reads no more than fifty a piece.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Row, Select, select, union_all
from sqlalchemy.orm import Session

AT_ONCE = 200  # branches in one statement; SQLite takes 500


def first_rows(
    session: Session,
    branches: Sequence[Select[*tuple[Any, ...]]],
    *,
    limit: int,
    key: Callable[[Row[*tuple[Any, ...]]], Any],
    is_backwards: bool = False,
) -> list[Row[*tuple[Any, ...]]]:
    """Return the first `limit` rows of all branches together by `key`, the greatest first if backwards.

    Each branch comes in that order.
    """
    found: list[Row[*tuple[Any, ...]]] = []
    for start in range(0, len(branches), AT_ONCE):
        some = branches[start : start + AT_ONCE]
        if len(some) == 1:
            found += session.execute(some[0].limit(limit)).all()
        else:
            each = (select(branch.limit(limit).subquery()) for branch in some)
            found += session.execute(union_all(*each)).all()
    return sorted(found, key=key, reverse=is_backwards)[:limit]
