"""What a page asks of the database, and how the database goes about it."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, event, text

from aednet.base.database import db


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement with its parameters, as it reached the database."""

    statement: str
    parameters: Any

    @property
    def is_read(self) -> bool:
        return self.statement.lstrip().upper().startswith(("SELECT", "WITH"))


@contextmanager
def asked_here() -> Iterator[list[Asked]]:
    """Note what this thread asks of the database: others may be reading a snapshot meanwhile."""
    here, seen = threading.get_ident(), list[Asked]()

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if threading.get_ident() == here:
            seen.append(Asked(statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def prefer_indexes(connection: Connection) -> None:
    """Keep PostgreSQL from reading whole what is small in a test: it shall show what it does with a lot."""
    if connection.dialect.name == "postgresql":
        for way in ("seqscan", "hashjoin", "mergejoin"):
            connection.execute(text(f"SET enable_{way} = off"))


def scans_of(connection: Connection, asked: Asked) -> list[str]:
    """Return the tables that a read goes through from one end to the other, and how.

    SQLite says `SCAN`, also of a list in its order of which a limit takes the beginning alone. PostgreSQL
    is asked whether an index is narrowed by a condition or cut off by a limit.
    """
    if connection.dialect.name == "sqlite":
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked.statement}", asked.parameters).all()
        has_limit = " LIMIT " in asked.statement
        sorted_parts = {row.parent for row in plan if "TEMP B-TREE" in row.detail}
        return [
            row.detail
            for row in plan
            if row.detail.startswith("SCAN ") and not (has_limit and row.parent not in sorted_parts)
        ]
    plan = _plan(connection, asked, "EXPLAIN (FORMAT JSON)")
    return list(_unbounded(plan, is_limited=False))


def rows_read(connection: Connection, asked: Asked) -> dict[str, int]:
    """Return how many rows of each table PostgreSQL looks at for a read, those it throws away too."""
    counts: dict[str, int] = {}
    for node in _nodes(_plan(connection, asked, "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON)")):
        if table := node.get("Relation Name"):
            each = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
            counts[table] = counts.get(table, 0) + round(each * node["Actual Loops"])
    return counts


def _plan(connection: Connection, asked: Asked, explain: str) -> Mapping[str, Any]:
    (found,) = connection.exec_driver_sql(f"{explain} {asked.statement}", asked.parameters).one()
    plans: Sequence[Mapping[str, Any]] = found if isinstance(found, list) else json.loads(found)
    plan: Mapping[str, Any] = plans[0]["Plan"]
    return plan


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def _unbounded(plan: Mapping[str, Any], *, is_limited: bool) -> Iterator[str]:
    kind, table = plan["Node Type"], plan.get("Relation Name")
    is_whole = table is not None and "Index Cond" not in plan and "Recheck Cond" not in plan
    if is_whole and (kind == "Seq Scan" or not is_limited):
        yield f"{kind} {table} {plan.get('Index Name', '')}".strip()
    sorts = kind in {"Sort", "Aggregate", "Hash", "Materialize"}
    for part in plan.get("Plans", ()):
        yield from _unbounded(part, is_limited=kind == "Limit" or (is_limited and not sorts))
